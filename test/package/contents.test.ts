// SPDX-License-Identifier: GPL-2.0-or-later
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { iconSizes } from '../../packaging/icons.ts'
import { bundledPackages } from '../../packaging/notices.ts'
import { hostArch, root } from '../../packaging/places.ts'
import { must } from '../../packaging/run.ts'

const built = inject('built')
const installed = built.installed ?? ''
const load = createRequire(path.join(root, 'packaging', 'package.json'))

/** Every file and link below a folder, relative and sorted. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}

const program = 'opt/Scanout/resources/program'
const icons = 'usr/share/icons/hicolor'

/** All that a deb holds besides what esbuild names by its content. */
const expected: readonly string[] = [
  ...['LICENSE.electron.txt', 'LICENSES.chromium.html', 'chrome-sandbox', 'chrome_100_percent.pak'],
  ...['chrome_crashpad_handler', 'icudtl.dat', 'locales/en-US.pak', 'resources.pak', 'version'],
  ...['scanout', 'scanout-window'],
  ...['resources/app.asar', 'resources/apparmor-profile', 'resources/node'],
]
  .map((file) => `opt/Scanout/${file}`)
  .concat([
    `${program}/package.json`,
    ...['cli.js', 'electron.js', 'source-worker.js'].map((file) => `${program}/out/main/${file}`),
    `${program}/out/native/scanout-gpu`,
    `${program}/out/native/scanout_shim.node`,
    ...['preload.cjs', 'memory-preload.cjs', 'launcher-preload.cjs'].map(
      (file) => `${program}/out/preload/${file}`,
    ),
    ...filesBelow(path.join(built.stage, 'program', 'out', 'renderer')).map(
      (file) => `${program}/out/renderer/${file}`,
    ),
    'usr/bin/scanout',
    'usr/lib/systemd/system/scanout-broker@.service',
    'usr/share/applications/org.scanout.Scanout.desktop',
    'usr/share/bash-completion/completions/scanout',
    'usr/share/doc/scanout/copyright',
    'usr/share/doc/scanout/examples/70-scanout-vfio.rules',
    'usr/share/fish/vendor_completions.d/scanout.fish',
    ...iconSizes.map((size) => `${icons}/${size}x${size}/apps/scanout.png`),
    `${icons}/scalable/apps/scanout.svg`,
    'usr/share/man/man1/scanout.1.gz',
    'usr/share/metainfo/org.scanout.Scanout.metainfo.xml',
    'usr/share/mime/packages/org.scanout.Scanout.xml',
    'usr/share/zsh/vendor-completions/_scanout',
  ])

/** What the page is made of; a new kind of file must be put in here by a person. */
const pageFile = /^[a-z-]+\.(html|js|css|svg|wasm)$/
const chunk = new RegExp(`^${program}/out/main/[a-z0-9-]+-[A-Z0-9]{8}\\.js$`)

describe.skipIf(!built.installed)('the deb (needs the Debian package dpkg)', () => {
  const [deb = ''] = built.packages.deb ?? []
  const files = built.installed ? filesBelow(installed) : []

  it('holds every file that it must, and none else', () => {
    expect(files.filter((file) => !chunk.test(file))).toEqual([...expected].sort())
    expect(files.filter((file) => chunk.test(file)).length).toBeGreaterThan(10)
    const page = filesBelow(path.join(installed, program, 'out', 'renderer'))
    expect(page.filter((file) => !pageFile.test(file))).toEqual([])
  })

  it('holds no source, source map, test or tool', () => {
    const strange = /\.(ts|tsx|map|mts|cc|h|gyp|tsbuildinfo)$|node_modules|(^|\/)test\//
    expect(files.filter((file) => strange.test(file))).toEqual([])
    for (const name of [`${program}/package.json`]) {
      const manifest = JSON.parse(readFileSync(path.join(installed, name), 'utf8'))
      expect(Object.keys(manifest)).toEqual(['name', 'version', 'description', 'license', 'type'])
    }
  })

  it('holds no path of the machine that made it', () => {
    const home = process.env['HOME'] ?? '/root'
    const paths = [root, path.join(home, '/'), '/tmp/'].map((text) => Buffer.from(text))
    for (const file of files) {
      const whole = path.join(installed, file)
      // Node is as its own project made it.
      if (file.endsWith('resources/node') || !lstatSync(whole).isFile()) continue
      const bytes = readFileSync(whole)
      const isOurs = file.startsWith(`${program}/`)
      // The program may speak of /tmp.
      for (const text of isOurs ? paths.slice(0, 2) : paths) {
        expect(bytes.includes(text) ? `${file} names ${text}` : '').toBe('')
      }
    }
  })

  it('belongs to root, can be read by all and written by root alone, with the date of the release', () => {
    const rows = must('dpkg-deb', ['--contents', deb], {
      env: { TZ: 'UTC', PATH: process.env['PATH'] },
    })
      .trimEnd()
      .split('\n')
      .map((row) => row.split(/\s+/))
    expect(new Set(rows.map(([, owner]) => owner))).toEqual(new Set(['root/root']))
    const modes = new Set(rows.map(([mode]) => mode))
    expect(modes).toEqual(new Set(['drwxr-xr-x', '-rwxr-xr-x', '-rw-r--r--', 'lrwxrwxrwx']))
    const date = new Date(built.epoch * 1000).toISOString()
    const stamps = new Set(rows.map(([, , , day, time]) => `${day}T${time}`))
    expect(stamps).toEqual(new Set([date.slice(0, 16)]))
  })

  it('runs nothing but its launcher, Node, Electron and the GPU process', () => {
    const runnable = files.filter((file) => {
      const status = lstatSync(path.join(installed, file))
      return status.isFile() && (status.mode & 0o111) !== 0
    })
    expect(runnable).toEqual([
      'opt/Scanout/chrome-sandbox',
      'opt/Scanout/chrome_crashpad_handler',
      'opt/Scanout/resources/node',
      `${program}/out/native/scanout-gpu`,
      'opt/Scanout/scanout',
      'opt/Scanout/scanout-window',
    ])
    expect(readlinkSync(path.join(installed, 'usr/bin/scanout'))).toBe('/opt/Scanout/scanout')
  })

  it('has the Node of the tests', () => {
    const own = path.join(root, 'node_modules', `node-linux-${hostArch}`, 'bin', 'node')
    const same = readFileSync(own).equals(
      readFileSync(path.join(installed, 'opt/Scanout/resources/node')),
    )
    expect(same).toBe(true)
  })

  it('says what it is, what it needs and whose it is', () => {
    const control = Object.fromEntries(
      must('dpkg-deb', ['--field', deb])
        .split('\n')
        .filter((line) => /^[A-Z]/.test(line))
        .map((line) => line.split(/: (.*)/s).slice(0, 2)),
    )
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
    expect(control).toMatchObject({
      Package: 'scanout',
      Version: version,
      Architecture: hostArch === 'arm64' ? 'arm64' : 'amd64',
      Section: 'utils',
      Priority: 'optional',
    })
    for (const need of ['libc6 (>= ', 'libgtk-3-0', 'libnss3', 'libasound2t64 | libasound2']) {
      expect(control['Depends']).toContain(need)
    }
    expect(control).not.toHaveProperty('Recommends')
  })

  it('has the checksum of every file', () => {
    const sums = must('dpkg-deb', ['--info', deb, 'md5sums']).trimEnd().split('\n')
    expect(sums.map((line) => line.slice(34)).sort()).toEqual(
      files.filter((file) => lstatSync(path.join(installed, file)).isFile()),
    )
    must('md5sum', ['--check', '--quiet'], { cwd: installed, input: `${sums.join('\n')}\n` })
  })

  it('needs no newer libc than it says', () => {
    const said = /libc6 \(>= ([\d.]+)\)/.exec(must('dpkg-deb', ['--field', deb, 'Depends']))?.[1]
    const wanted = ['scanout_shim.node', 'scanout-gpu'].flatMap((file) => {
      const binary = readFileSync(path.join(installed, program, 'out/native', file), 'latin1')
      return [...binary.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor))
    })
    expect(wanted.length).toBeGreaterThan(0)
    expect(Math.max(...wanted)).toBeLessThanOrEqual(Number(said?.split('.')[1]))
  })

  it('carries the licence of every package that is inside the bundles', () => {
    const text = readFileSync(path.join(installed, 'usr/share/doc/scanout/copyright'), 'utf8')
    for (const { name, version } of bundledPackages()) expect(text).toContain(`${name} ${version}:`)
    expect(bundledPackages().map(({ name }) => name)).toContain('react')
    expect(text).toContain('GNU GENERAL PUBLIC LICENSE')
    expect(text).toContain('Node.js 24.')
  })
})

describe('what Electron loads', () => {
  const folder = path.join(
    built.stage,
    'packages',
    hostArch === 'arm64' ? 'linux-arm64-unpacked' : 'linux-unpacked',
  )

  it('is an archive of one line, which starts the program beside it', () => {
    const asar: {
      listPackage(file: string): string[]
      extractFile(file: string, name: string): Buffer
    } = load('@electron/asar')
    const archive = path.join(folder, 'resources', 'app.asar')
    expect(asar.listPackage(archive).sort()).toEqual(['/entry.js', '/package.json'])
    const manifest = JSON.parse(asar.extractFile(archive, 'package.json').toString())
    expect(manifest).toMatchObject({
      main: 'entry.js',
      type: 'module',
      desktopName: 'org.scanout.Scanout.desktop',
    })
    const [, target = ''] =
      /import '(.*)'/.exec(asar.extractFile(archive, 'entry.js').toString()) ?? []
    const main = path.join(archive, target)
    expect(main).toBe(path.join(folder, 'resources', 'program', 'out', 'main', 'electron.js'))
    expect(lstatSync(main).isFile()).toBe(true)
  })

  it('is an Electron that runs nothing else: its fuses are set', async () => {
    const fuses: {
      getCurrentFuseWire(file: string): Promise<Readonly<Record<string, number>>>
      readonly FuseV1Options: Readonly<Record<string, number>>
    } = load('@electron/fuses')
    const wire = await fuses.getCurrentFuseWire(path.join(folder, 'scanout-window'))
    const states = Object.fromEntries(
      Object.entries(wire)
        .filter(([index]) => /^\d+$/.test(index))
        .map(([index, state]) => [fuses.FuseV1Options[index] ?? index, String.fromCharCode(state)]),
    )
    expect(states).toEqual({
      RunAsNode: '0',
      EnableCookieEncryption: '0',
      EnableNodeOptionsEnvironmentVariable: '0',
      EnableNodeCliInspectArguments: '0',
      EnableEmbeddedAsarIntegrityValidation: '0',
      OnlyLoadAppFromAsar: '1',
      LoadBrowserProcessSpecificV8Snapshot: '0',
      GrantFileProtocolExtraPrivileges: '0',
      // Left as Electron has it: bounds checks of WebAssembly by the memory unit.
      8: '1',
    })
  })
})
