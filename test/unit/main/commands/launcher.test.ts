// SPDX-License-Identifier: GPL-2.0-or-later
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { failureLine } from '../../../../core/failure.ts'
import { fail } from '../../../../core/result.ts'
import { launcherCommand } from '../../../../main/commands/launcher.ts'
import { iconSizes } from '../../../../main/launchers/vm-icon.ts'
import type { OpenSource } from '../../../../main/source-opener.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'
import { FakeSource } from '../../../fakes/fake-source.ts'
import { randomPlane } from '../../../fakes/planes.ts'
import { readPng } from '../../../fakes/read-png.ts'

const absent: OpenSource = async () =>
  fail({ code: 'not-found', what: 'cannot open it', why: 'it is not there', remedy: 'Wait' })
const shown: OpenSource = (address, signal, wait) =>
  new FakeSource([randomPlane({ width: 40, height: 30 }, 1)]).open(address, signal, wait)

class Desktop extends FakeIo {
  async run(open: OpenSource, ...words: string[]) {
    const io = { ...this.io, env: { HOME: this.cwd } }
    const result = await launcherCommand(open).run(words, io)
    return { result, said: result.ok ? '' : failureLine(result.failure) }
  }

  at(...parts: string[]): string {
    return path.join(this.cwd, '.local', 'share', ...parts)
  }

  entries(): string[] {
    return readdirSync(this.at('applications')).toSorted()
  }

  entry(name: string): string {
    const found = this.entries().find((file) => file.includes(name))
    return readFileSync(this.at('applications', found ?? 'none'), 'utf8')
  }

  /** Every icon, without the folder that all are in. */
  icons(): string[] {
    const all = readdirSync(this.at('icons', 'hicolor'), { recursive: true, withFileTypes: true })
    return all
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(path.basename(path.dirname(entry.parentPath)), entry.name))
      .toSorted()
  }
}

describe('launcher create', () => {
  it('writes an entry that waits and reconnects, and icons of what the VM shows', async () => {
    using desktop = new Desktop()
    const { result } = await desktop.run(shown, 'create', 'libvirt:office', '--name', 'Büro 1')
    expect(result.ok).toBe(true)
    const [file = ''] = desktop.entries()
    expect(file).toMatch(/^org\.scanout\.Scanout\.vm-bu-ro-1-[0-9a-f]{8}\.desktop$/)
    const id = file.replace('.desktop', '')
    expect(desktop.entry('vm-')).toContain(
      ` view "--title=Büro 1" --wait --reconnect -- libvirt:office\n`,
    )
    expect(desktop.entry('vm-')).toContain(`\nIcon=${id}\n`)
    expect(desktop.icons()).toEqual(iconSizes.map((size) => `${size}x${size}/${id}.png`).toSorted())
    for (const size of iconSizes) {
      const png = readFileSync(
        desktop.at('icons', 'hicolor', `${size}x${size}`, 'apps', `${id}.png`),
      )
      expect(readPng(png)).toMatchObject({ width: size, height: size })
    }
    expect(desktop.text).toBe(`Büro 1  libvirt:office  ${desktop.at('applications', file)}\n`)
    expect(desktop.errors).toBe('')
  })

  it("takes the VM's name, and opens without a title of its own", async () => {
    using desktop = new Desktop()
    await desktop.run(shown, 'create', 'libvirt:office')
    expect(desktop.entry('vm-')).toContain('view --wait --reconnect -- libvirt:office\n')
    expect(desktop.entry('vm-')).toMatch(/^Name=Fake guest$/m)
  })

  it('does without a VM that is not there, and says so', async () => {
    using desktop = new Desktop()
    const { result } = await desktop.run(absent, 'create', 'qemu:run/win11-qmp.sock?console=1')
    expect(result.ok).toBe(true)
    expect(desktop.entry('win11-qmp')).toMatch(/^Name=win11-qmp$/m)
    const address = `qemu:${path.join(desktop.cwd, 'run/win11-qmp.sock')}?console=1`
    expect(desktop.entry('win11-qmp')).toContain(`\nX-Scanout-Address=${address}\n`)
    expect(desktop.icons()).toEqual([expect.stringMatching(/^scalable\/.*\.svg$/)])
    expect(desktop.errors).toMatch(/its icon is Scanout's: .*it is not there\. Create it again/)
  })

  it('takes how to open from options and from a session file', async () => {
    using desktop = new Desktop()
    writeFileSync(
      path.join(desktop.cwd, 'x.scanout'),
      '[scanout]\naddress=libvirt:x\ntitle=From file\nqmp=mon.sock\nscale=1:1\nmute=true\n',
    )
    const { said } = await desktop.run(
      absent,
      'create',
      'x.scanout',
      '--view-only',
      '--scale',
      'fit',
    )
    expect(said).toBe('')
    const qmp = path.join(desktop.cwd, 'mon.sock')
    const [, words = ''] =
      /^Exec=\S+ view (.*) -- libvirt:x$/m.exec(desktop.entry('from-file')) ?? []
    expect(words.match(/"[^"]*"|\S+/g)?.toSorted()).toEqual([
      '"--title=From file"',
      '--mute',
      `--qmp=${qmp}`,
      '--reconnect',
      '--scale=fit',
      '--view-only',
      '--wait',
    ])
  })

  it('replaces the launcher of the same name and VM, and no other', async () => {
    using desktop = new Desktop()
    await desktop.run(absent, 'create', 'libvirt:a', '--name', 'A')
    await desktop.run(shown, 'create', 'libvirt:a', '--name', 'A', '--fullscreen')
    expect(desktop.entries()).toHaveLength(1)
    expect(desktop.entry('vm-a-')).toContain('--fullscreen')
    expect(desktop.icons().some((icon) => icon.endsWith('.svg'))).toBe(false)
    const { said } = await desktop.run(shown, 'create', 'libvirt:b', '--name', 'A')
    expect(said).toMatch(
      /cannot make launcher A: the one there is opens libvirt:a\. Choose another --name/,
    )
    expect(desktop.entry('vm-a-')).toContain('libvirt:a')
  })

  it('tells names apart that differ in what a file name cannot hold', async () => {
    using desktop = new Desktop()
    for (const name of ['日本', '中国', 'a b', 'a.b', '...', '../../x', '-h']) {
      const { said } = await desktop.run(absent, 'create', 'demo:', `--name=${name}`)
      expect(said).toBe('')
    }
    expect(desktop.entries()).toHaveLength(7)
    expect(
      desktop
        .entries()
        .every((file) => /^org\.scanout\.Scanout\.vm-[a-z0-9-]+\.desktop$/.test(file)),
    ).toBe(true)
  })

  it.each([
    ['Desktop', ''],
    ['Schreibtisch', 'XDG_DESKTOP_DIR="$HOME/Schreibtisch"\n'],
  ])('puts it on the desktop (%s) as well, to be removed with it', async (name, dirs) => {
    using desktop = new Desktop()
    const folder = path.join(desktop.cwd, name)
    mkdirSync(folder)
    mkdirSync(path.join(desktop.cwd, '.config'))
    writeFileSync(path.join(desktop.cwd, '.config', 'user-dirs.dirs'), dirs)
    await desktop.run(absent, 'create', 'demo:', '--name', 'A', '--desktop')
    const [file = ''] = desktop.entries()
    expect(readFileSync(path.join(folder, file), 'utf8')).toBe(desktop.entry('vm-a'))
    expect(statSync(path.join(folder, file)).mode & 0o777).toBe(0o755)
    // Made anew without a word about it, it stays there.
    await desktop.run(absent, 'create', 'demo:', '--name', 'A', '--fullscreen')
    expect(readFileSync(path.join(folder, file), 'utf8')).toContain('--fullscreen')
    await desktop.run(absent, 'remove', 'A')
    expect([...readdirSync(folder), ...desktop.entries()]).toEqual([])
  })

  it('says that there is no desktop to put it on', async () => {
    using desktop = new Desktop()
    const { said } = await desktop.run(absent, 'create', 'demo:', '--desktop')
    expect(said).toMatch(/cannot write .*Desktop\/.*no such file or folder/)
  })

  it('makes desktops look at the icons again', async () => {
    using desktop = new Desktop()
    mkdirSync(desktop.at('icons', 'hicolor'), { recursive: true })
    utimesSync(desktop.at('icons', 'hicolor'), 1, 1)
    await desktop.run(absent, 'create', 'demo:')
    expect(statSync(desktop.at('icons', 'hicolor')).mtimeMs).toBeGreaterThan(1e12)
  })

  it.each([
    ['vfio+pid:42', /another thing tomorrow/],
    ['vfio+fd:3', /another thing tomorrow/],
    ['nonsense', /it has no scheme/],
    ['--name x', /launcher create needs ADDRESS/],
    ['demo: --name a\u202eb', /U\+202E/],
    [`demo: --name ${'x'.repeat(101)}`, /more than 100/],
    ['demo: --hotkeys nonsense', /not ACTION=KEYS/],
  ])('refuses %s', async (line, says) => {
    using desktop = new Desktop()
    const { said } = await desktop.run(absent, 'create', ...line.split(' '))
    expect(said).toMatch(says)
    expect(() => desktop.entries()).toThrow('ENOENT')
  })

  it('does not open a socket that gives its device away once', async () => {
    using desktop = new Desktop()
    const never: OpenSource = () => Promise.reject(new Error('it was opened'))
    const { said } = await desktop.run(never, 'create', 'vfio+unix:/run/vm.sock')
    expect(said).toBe('')
  })
})

describe('launcher list and remove', () => {
  it('shows what was made, and nothing else', async () => {
    using desktop = new Desktop()
    await desktop.run(absent, 'create', 'libvirt:b', '--name', 'B')
    await desktop.run(absent, 'create', 'libvirt:a', '--name', 'A')
    writeFileSync(desktop.at('applications', 'org.scanout.Scanout.vm-x.desktop'), 'nonsense')
    writeFileSync(desktop.at('applications', 'other.desktop'), desktop.entry('vm-a-'))
    symlinkSync('/etc/passwd', desktop.at('applications', 'org.scanout.Scanout.vm-y.desktop'))
    const before = desktop.text.length
    await desktop.run(absent, 'list', '--json')
    const { launchers } = JSON.parse(desktop.text.slice(before))
    expect(launchers).toMatchObject([
      { name: 'A', address: 'libvirt:a' },
      { name: 'B', address: 'libvirt:b' },
    ])
  })

  it('says nothing where there is none', async () => {
    using desktop = new Desktop()
    expect((await desktop.run(absent, 'list')).result.ok).toBe(true)
    expect(desktop.text).toBe('')
  })

  it.each(['A', 'libvirt:a'])('removes one by %s, with its icons', async (word) => {
    using desktop = new Desktop()
    await desktop.run(shown, 'create', 'libvirt:a', '--name', 'A')
    await desktop.run(shown, 'create', 'libvirt:b', '--name', 'B')
    expect((await desktop.run(absent, 'remove', word)).said).toBe('')
    expect(desktop.entries()).toHaveLength(1)
    expect(desktop.entry('vm-')).toContain('libvirt:b')
    expect(desktop.icons()).toHaveLength(iconSizes.length)
  })

  it('asks which of two is meant', async () => {
    using desktop = new Desktop()
    await desktop.run(absent, 'create', 'libvirt:a', '--name', 'A')
    await desktop.run(absent, 'create', 'libvirt:a', '--name', 'Again')
    expect((await desktop.run(absent, 'remove', 'libvirt:a')).said).toMatch(/2 launchers open it/)
    expect(desktop.entries()).toHaveLength(2)
  })

  it.each([
    [['remove', 'nobody'], /there is none of this name/],
    [['remove'], /launcher remove needs NAME/],
    [['list', 'x'], /it lists all/],
    [['crate', 'demo:'], /Did you mean create\?/],
  ])('%j is answered in words', async (words, says) => {
    using desktop = new Desktop()
    expect((await desktop.run(absent, ...words)).said).toMatch(says)
  })
})
