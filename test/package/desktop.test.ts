// SPDX-License-Identifier: GPL-2.0-or-later
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { iconSizes } from '../../packaging/icons.ts'
import { isThere, must, run } from '../../packaging/run.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'

const { installed: unpacked } = inject('built')
const share = path.join(unpacked ?? '', 'usr', 'share')
const entryFile = path.join(share, 'applications', 'org.scanout.Scanout.desktop')

/** Tells file types as a desktop does: by the package's rules and those that every desktop has. */
class TypeTeller {
  readonly #data = temporaryFolder()

  constructor() {
    const packages = path.join(this.#data, 'mime', 'packages')
    mkdirSync(packages, { recursive: true })
    cpSync(path.join(share, 'mime', 'packages'), packages, { recursive: true })
    const common = 'freedesktop.org.xml'
    cpSync(path.join('/usr/share/mime/packages', common), path.join(packages, common))
    const env = { ...process.env, PKGSYSTEM_ENABLE_FSYNC: '0' }
    must('update-mime-database', [path.join(this.#data, 'mime')], { env })
  }

  typeOf(name: string, content: string): string {
    const file = path.join(this.#data, name)
    writeFileSync(file, content)
    const { PATH } = process.env
    const env = { PATH, XDG_DATA_HOME: this.#data, XDG_DATA_DIRS: this.#data, LC_ALL: 'C.UTF-8' }
    const said = must('gio', ['info', '-a', 'standard::content-type', file], { env })
    return /standard::content-type: (.*)/.exec(said)?.[1] ?? said
  }
}

describe.skipIf(!unpacked)('the desktop (needs the Debian package dpkg)', () => {
  it.skipIf(!isThere('desktop-file-validate'))(
    'takes the entry (needs the Debian package desktop-file-utils)',
    () => {
      const { code, stdout, stderr } = run('desktop-file-validate', [entryFile])
      expect(`${stdout}${stderr}`).toBe('')
      expect(code).toBe(0)
    },
  )

  it('starts the installed program for links, session files and dumps', () => {
    const entry = Object.fromEntries(
      readFileSync(entryFile, 'utf8')
        .split('\n')
        .filter((line) => line.includes('='))
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    )
    expect(entry).toMatchObject({
      Exec: '/opt/Scanout/scanout %u',
      Icon: 'scanout',
      Name: 'Scanout',
      StartupWMClass: 'org.scanout.Scanout',
      Terminal: 'false',
    })
    expect(entry['MimeType']?.split(';')).toEqual([
      'application/x-scanout',
      'application/x-scanout-dump',
      'x-scheme-handler/scanout',
      '',
    ])
    expect(entry['Comment']?.length).toBeLessThan(120)
  })

  it.skipIf(!isThere('appstreamcli'))(
    'takes the AppStream data (needs the Debian package appstream)',
    () => {
      const file = path.join(share, 'metainfo', 'org.scanout.Scanout.metainfo.xml')
      const { code, stdout } = run('appstreamcli', ['validate', '--no-net', '--no-color', file])
      expect(stdout.split('\n').filter((line) => /^[EWI]:/.test(line))).toEqual([])
      expect(code).toBe(0)
      expect(readFileSync(file, 'utf8')).toMatch(
        /<release version="\d+\.\d+\.\d+" date="2023-11-14"\/>/,
      )
    },
  )

  it.skipIf(!isThere('update-mime-database') || !isThere('gio'))(
    'knows the files by what is in them (needs the Debian packages shared-mime-info and libglib2.0-bin)',
    () => {
      const teller = new TypeTeller()
      const session = '[scanout]\naddress=demo:\n'
      const rows = [
        ['vm.scanout', session, 'application/x-scanout'],
        ['nameless', session, 'application/x-scanout'],
        ['nameless', `# made by hand\n\n${session}`, 'application/x-scanout'],
        ['vm.scanout', '; not yet written\n', 'application/x-scanout'],
        ['nameless', 'scanout is a word\n', 'text/plain'],
        ['nameless', '{"scanoutDump":1,"planes":[]}', 'application/x-scanout-dump'],
      ] as const
      for (const [name, content, type] of rows) {
        expect([content, teller.typeOf(name, content)]).toEqual([content, type])
      }
    },
  )

  it.each(iconSizes)('has the icon in %d × %d', (size) => {
    const png = readFileSync(path.join(share, `icons/hicolor/${size}x${size}/apps/scanout.png`))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size])
  })
})

describe.skipIf(!unpacked)('the host (needs the Debian package dpkg)', () => {
  const unit = path.join(unpacked ?? '', 'usr/lib/systemd/system/scanout-broker@.service')

  it.skipIf(!isThere('systemd-analyze'))(
    'takes the unit of the broker (needs the Debian package systemd)',
    () => {
      const folder = temporaryFolder()
      // On a host where the program and its page are not installed.
      const text = readFileSync(unit, 'utf8')
        .replace('/usr/bin/scanout', '/bin/true')
        .replace(/^Documentation=.*\n/m, '')
      const file = path.join(folder, 'scanout-broker@desk.service')
      writeFileSync(file, text)
      const { code, stdout, stderr } = run('systemd-analyze', ['verify', '--man=no', file])
      expect(`${stdout}${stderr}`).toBe('')
      expect(code).toBe(0)
    },
  )

  it('has nothing switched on: no rule, no profile, no unit that starts by itself', () => {
    const files = must('find', [unpacked ?? '', '-type', 'f', '-o', '-type', 'l'])
    expect(files).not.toMatch(/\/etc\/|udev\/rules\.d|\.wants\/|system-preset/)
    expect(readFileSync(unit, 'utf8')).toMatch(
      /broker \$\{ADDRESS\} --listen \/run\/scanout\/%i\.sock/,
    )
  })

  it.skipIf(!isThere('apparmor_parser'))(
    'takes the AppArmor profile, if its AppArmor knows user namespaces (needs apparmor 4)',
    () => {
      const file = path.join(unpacked ?? '', 'opt/Scanout/resources/apparmor-profile')
      const check = ['--skip-kernel-load', '--skip-cache', file]
      const { code, stderr } = run('apparmor_parser', check)
      // An older one has no abi/4.0 and refuses for that alone.
      if (code !== 0) expect(stderr).toMatch(/Could not open 'abi\/4\.0'|userns/)
    },
  )
})
