// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { commandRows } from '../../main/program.ts'
import { isThere, must, type Ran, run } from '../../packaging/run.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'

const { installed: unpacked, packages } = inject('built')
const installed = unpacked ?? ''
/** What /usr/bin/scanout leads to, in the folder that is `/` here. */
const command = unpacked
  ? path.join(installed, readlinkSync(path.join(installed, 'usr/bin/scanout')))
  : ''
const folder = temporaryFolder()

/** A host as a server is: no display, no session bus, no Node and no Chromium in PATH. */
const bareEnvironment = { HOME: folder, PATH: bareTools(), LC_ALL: 'C' }

/** A folder with what the launcher is allowed to need of the host. */
function bareTools(): string {
  const tools = path.join(folder, 'tools')
  mkdirSync(tools)
  for (const name of ['dirname', 'readlink']) {
    writeFileSync(path.join(tools, name), `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`)
    chmodSync(path.join(tools, name), 0o755)
  }
  return tools
}

function scanout(...args: string[]): Ran {
  return run(command, args, { cwd: folder, env: bareEnvironment })
}

describe.skipIf(!unpacked)('the installed scanout without a display server (needs dpkg)', () => {
  it('says its version and its commands', () => {
    const { version } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    )
    expect(scanout('--version')).toMatchObject({
      code: 0,
      stdout: `scanout ${version}\n`,
      stderr: '',
    })
    for (const { name } of commandRows) expect(scanout('--help').stdout).toContain(`  ${name}`)
  })

  it.each(commandRows)('tells the options of $name', ({ name }) => {
    const { code, stdout, stderr } = scanout(name, '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: scanout ${name}`))
  })

  it('takes a screenshot', () => {
    expect(scanout('screenshot', 'demo:', '-o', 'x.png')).toMatchObject({ code: 0, stderr: '' })
    const png = readFileSync(path.join(folder, 'x.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBe(1920)
  })

  it('dumps planes and decodes them again, in the addon', () => {
    expect(scanout('dump', 'demo:', '-o', 'dump')).toMatchObject({ code: 0 })
    const decoded = scanout(
      'decode',
      'dump/planes.json',
      '--to',
      'rgba8',
      '-o',
      'raw',
      '--engine',
      'native',
    )
    expect(decoded).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(path.join(folder, 'raw', 'planes.bin')).length).toBe(1920 * 1080 * 4)
  })

  it('inspects, and lists what the host has', () => {
    const inspected = scanout('inspect', 'demo:', '--json')
    expect(inspected).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(inspected.stdout)).toBeTypeOf('object')
    const listed = scanout('list')
    expect(listed.code).toBe(0)
    expect(listed.stdout).toContain('demo:')
  })

  it('lists the same when it is started without a word, and says why it opens no window', () => {
    const { stdout, stderr } = scanout()
    expect(stdout).toContain('demo:')
    expect(stderr).toContain('no display server')
  })

  it('fails in words, as everywhere', () => {
    expect(scanout('screenshot', 'vfio:no-such-device', '-o', 'y.png').code).not.toBe(0)
    const { code, stderr } = scanout('screenshto', 'demo:')
    expect(code).toBe(2)
    expect(stderr).toContain('Did you mean screenshot?')
  })

  it.each([
    ['view', ['view', 'demo:', '--headless', '--frames', '1']],
    ['screenshot --engine webgl', ['screenshot', 'demo:', '-o', 'z.png', '--engine', 'webgl']],
    ['record', ['record', 'demo:', '-o', 'z.webm', '--duration', '1']],
  ])('%s says that it wants a Chromium, where none is installed', (_name, words) => {
    const { code, stderr } = scanout(...words)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^scanout: .*Chromium/m)
  })

  it('opens the window by the Electron that came with it', () => {
    const env = { ...bareEnvironment, DISPLAY: 'elsewhere:0' }
    const { stdout, stderr } = run(
      command,
      ['view', 'demo:', '--shell', 'electron', '--title', 'a b'],
      { cwd: folder, env },
    )
    expect(stdout).toContain('stand-in for Electron: ')
    expect(stdout).toMatch(/resources\/program -- view .*--title[ =]a b/)
    // The stand-in shows nothing, and that is said.
    expect(stderr).toContain('scanout-window')
  })

  it('starts without the sandbox when an AppImage finds no user namespaces', () => {
    const env = { ...bareEnvironment, DISPLAY: 'elsewhere:0' }
    const words = ['--no-sandbox', 'view', 'demo:', '--shell', 'electron']
    const { stdout, stderr } = run(command, words, { cwd: folder, env })
    expect(stdout).toContain('stand-in for Electron: --no-sandbox ')
    expect(stderr).toContain('without its sandbox')
  })

  it.skipIf(!isThere('chromium'))(
    'shows frames in a headless Chromium, by the page that came with it (needs chromium)',
    () => {
      const env = { ...bareEnvironment, PATH: `${bareEnvironment.PATH}:${process.env['PATH']}` }
      const words = ['view', 'demo:', '--headless', '--frames', '3', '--stats', 'stats.json']
      const { code, stderr } = run(command, words, { cwd: folder, env })
      expect({ code, stderr }).toMatchObject({ code: 0 })
      const stats = JSON.parse(readFileSync(path.join(folder, 'stats.json'), 'utf8'))
      expect(stats.frames).toBeGreaterThanOrEqual(3)
    },
  )

  it('holds a device for others: the broker serves, and a viewer takes a picture from it', async () => {
    const socket = path.join(folder, 'planes.sock')
    const script = `"$1" broker demo: --listen "$2" & broker=$!
for i in $(/usr/bin/seq 200); do [ -S "$2" ] && break; /bin/sleep 0.1; done
"$1" screenshot "planes+unix:$2" -o shared.png; code=$?
kill $broker; wait $broker
exit $code`
    const shared = run('/bin/sh', ['-c', script, 'sh', command, socket], {
      cwd: folder,
      env: bareEnvironment,
    })
    expect(shared).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(path.join(folder, 'shared.png')).subarray(1, 4).toString()).toBe('PNG')
  })
})

const canDropRights = unpacked && process.getuid?.() === 0 && isThere('setpriv')

describe.skipIf(!canDropRights)('the broker of the unit (needs root and setpriv)', () => {
  const unit = path.join(installed, 'usr/lib/systemd/system/scanout-broker@.service')

  /** What it says of a QEMU of another user, which is none: a shell that sleeps. */
  const ask = (capabilities: readonly string[]): string => {
    const bounds = ['-all', ...capabilities.map((name) => `+${name}`)].join(',')
    const script = `setpriv --reuid=65534 --regid=65534 --clear-groups sleep 30 & other=$!
while [ "$(stat -c %u /proc/$other)" != 65534 ]; do sleep 0.1; done
setpriv --bounding-set="$1" --inh-caps=-all "$2" broker vfio+pid:$other --listen "$3"
kill $other`
    const words = ['-c', script, 'sh', bounds, command, path.join(folder, 'other.sock')]
    const env = { ...bareEnvironment, PATH: process.env['PATH'] }
    return run('/bin/sh', words, { cwd: folder, env }).stderr
  }

  it('has the rights to look into a QEMU of another user, and not one more', () => {
    const [, names = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(readFileSync(unit, 'utf8')) ?? []
    const given = names.split(' ').map((name) => name.replace('CAP_', '').toLowerCase())
    expect(ask(given)).toContain('it holds no vfio device')
    for (const one of given) {
      expect(ask(given.filter((name) => name !== one))).not.toContain('it holds no vfio device')
    }
  })
})

describe.skipIf(!packages.AppImage)(
  'the AppImage (needs the Debian package squashfs-tools)',
  () => {
    it('runs the command line without a display server', () => {
      const [file = ''] = packages.AppImage ?? []
      const offset = Buffer.byteLength('stand-in for the runtime\n')
      const content = path.join(folder, 'appimage')
      must('unsquashfs', [
        '-quiet',
        '-no-progress',
        '-offset',
        String(offset),
        '-dest',
        content,
        file,
      ])
      const env = { ...bareEnvironment, PATH: process.env['PATH'] }
      const { code, stdout } = run(path.join(content, 'AppRun'), ['list'], { cwd: folder, env })
      expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('demo:') })
      expect(readFileSync(path.join(content, 'org.scanout.Scanout.desktop'), 'utf8')).toContain(
        'Exec=AppRun %U',
      )
    })
  },
)
