// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync } from 'node:fs'
import { chmod, copyFile, cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { commandLine } from './command-tables.ts'
import { bashCompletion } from './completions/bash.ts'
import { fishCompletion } from './completions/fish.ts'
import { zshCompletion } from './completions/zsh.ts'
import { drawIcons } from './icons.ts'
import { manual } from './manual.ts'
import { copyrightText } from './notices.ts'
import { type Arch, root } from './places.ts'

/** Of out/, what the program is made of; source maps stay behind. */
const programFolders = ['main', 'preload', 'renderer', 'native'] as const

export type Assembly = {
  readonly arch: Arch
  /** Seconds: SOURCE_DATE_EPOCH, the date of everything in the package. */
  readonly epoch: number
  /** Where the bundles are, `out/` of the checkout. */
  readonly built: string
  /** The addon for the processor that the package is for. */
  readonly addon: string
  /** The npm package with the Node for that processor. */
  readonly node: string
}

/**
 * Makes the folder that electron-builder.yml speaks of, from nothing:
 *
 * - `app`: what Electron loads, one line · `program`: the bundles · `node`: Node's binary
 * - `launcher`: the command line · `usr`: what goes below /usr as it is · `icons`
 * - `scripts`: what runs at installation · `zsh`: its completion · `after-pack.mjs`, `package.json`: electron-builder's
 */
export async function assemble(stage: string, assembly: Assembly): Promise<void> {
  await rm(stage, { recursive: true, force: true })
  await mkdir(stage, { recursive: true })
  const at = (...parts: string[]) => path.join(stage, ...parts)
  const shipped = (name: string) => path.join(root, 'packaging', 'files', name)
  const { name, version, description, license, desktopName }: Record<string, string> = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  )
  const own = { name, version, description, license, type: 'module' }
  // A home page is a field of every package; the reserved name until the project has one.
  const packed = { ...own, main: 'entry.js', desktopName, homepage: 'https://scanout.invalid/' }

  await writeJson(at('package.json'), packed)
  await writeJson(at('app', 'package.json'), packed)
  await copyFile(shipped('entry.js'), at('app', 'entry.js'))
  await writeJson(at('program', 'package.json'), own)
  for (const folder of programFolders) {
    await cp(path.join(assembly.built, folder), at('program', 'out', folder), {
      recursive: true,
      filter: (source) => !source.endsWith('.map'),
    })
  }
  const addon = at('program', 'out', 'native', 'scanout_shim.node')
  await copyFile(assembly.addon, addon)
  await chmod(addon, 0o644)
  const gpu = at('program', 'out', 'native', 'scanout-gpu')
  await copyFile(path.join(path.dirname(assembly.addon), 'scanout-gpu'), gpu)
  await copyFile(path.join(assembly.node, 'bin', 'node'), at('node'))
  await copyFile(shipped('launcher'), at('launcher'))
  await copyFile(path.join(root, 'packaging', 'after-pack.mjs'), at('after-pack.mjs'))
  await mkdir(at('scripts'))
  for (const script of ['after-install.sh', 'after-remove.sh', 'apparmor-profile']) {
    await copyFile(shipped(script), at('scripts', script))
  }
  for (const program of [at('node'), at('launcher'), gpu]) await chmod(program, 0o755)
  await drawIcons(at('icons'))
  // Distributions do not agree where zsh looks: electron-builder.yml says it for each.
  await mkdir(at('zsh'))
  await writeFile(at('zsh', '_scanout'), zshCompletion(await commandLine()))
  await assembleUsr(at('usr'), assembly)
}

/** What goes below /usr, by its path there. */
async function assembleUsr(usr: string, { node, epoch }: Assembly): Promise<void> {
  const line = await commandLine()
  const date = new Date(epoch * 1000).toISOString().slice(0, 10)
  const asset = (name: string) => readFileSync(path.join(root, 'assets', name))
  const shipped = (name: string) => readFileSync(path.join(root, 'packaging', 'files', name))
  // biome-ignore format: one row per file
  const rows: readonly (readonly [string, string | Uint8Array])[] = [
    ['lib/systemd/system/scanout-broker@.service',          shipped('scanout-broker@.service')],
    ['share/bash-completion/completions/scanout',           bashCompletion(line)],
    ['share/fish/vendor_completions.d/scanout.fish',        fishCompletion(line)],
    ['share/doc/scanout/copyright',                         copyrightText(node)],
    ['share/doc/scanout/examples/70-scanout-vfio.rules',    shipped('70-scanout-vfio.rules')],
    ['share/icons/hicolor/scalable/apps/scanout.svg',       asset('icon.svg')],
    ['share/man/man1/scanout.1.gz',                         gzipSync(manual(line, date), { level: 9 })],
    ['share/metainfo/org.scanout.Scanout.metainfo.xml',     release(asset('org.scanout.Scanout.metainfo.xml').toString(), line.version, date)],
    ['share/mime/packages/org.scanout.Scanout.xml',         asset('org.scanout.Scanout.mime.xml')],
  ]
  for (const [place, content] of rows) {
    const file = path.join(usr, place)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, content, { mode: 0o644 })
  }
  await mkdir(path.join(usr, 'bin'))
  await symlink('/opt/Scanout/scanout', path.join(usr, 'bin', 'scanout'))
}

/** The version and date that only a package has. */
function release(metainfo: string, version: string, date: string): string {
  const mark = '<releases/>'
  if (!metainfo.includes(mark)) throw new Error(`the AppStream file has no ${mark} to fill in`)
  return metainfo.replace(
    mark,
    `<releases>\n    <release version="${version}" date="${date}"/>\n  </releases>`,
  )
}

async function writeJson(file: string, value: object): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`)
}

/** Every file below a folder, relative and sorted. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}
