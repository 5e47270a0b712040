// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { assemble } from './assemble.ts'
import {
  bundle,
  installPackager,
  type PackageKind,
  pack,
  packageKinds,
  sourceDateEpoch,
} from './builder.ts'
import { type Arch, hostArch, root, work } from './places.ts'
import { machineFor } from './processor.ts'
import { isThere } from './run.ts'

// Makes the packages that people install: see scripts/dist.mjs.

/** What each kind needs of the host. */
const tools: Readonly<
  Record<PackageKind, readonly (readonly [command: string, debian: string])[]>
> = {
  deb: [['dpkg-deb', 'dpkg']],
  rpm: [['rpmbuild', 'rpm']],
  AppImage: [],
}

function say(line: string): void {
  process.stderr.write(`dist: ${line}\n`)
}

function stop(line: string): never {
  say(line)
  process.exit(1)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { arch: { type: 'string', multiple: true } },
})
const kinds = positionals.length === 0 ? packageKinds : positionals
const arches = values.arch ?? [hostArch]
for (const kind of kinds) {
  if (!packageKinds.some((one) => one === kind))
    stop(`unknown package ${kind}: ${packageKinds.join(' ')}`)
}
for (const arch of arches)
  if (arch !== 'x64' && arch !== 'arm64') stop(`unknown processor ${arch}: x64 arm64`)
for (const [command, debian] of kinds.flatMap((kind) => tools[kind as PackageKind])) {
  if (!isThere(command)) stop(`${command} is missing: apt-get install ${debian}`)
}
const electron = process.env['ELECTRON_OVERRIDE_DIST_PATH']
if (electron !== undefined && (!existsSync(path.join(electron, 'electron')) || arches.length > 1)) {
  stop(`ELECTRON_OVERRIDE_DIST_PATH=${electron} is not the Electron of one processor`)
}

try {
  installPackager(say)
  const epoch = sourceDateEpoch(process.env)
  const bundles = path.join(work, 'bundles')
  say(`bundling, dated ${new Date(epoch * 1000).toISOString()}`)
  bundle(bundles)
  const target = path.join(root, 'out', 'dist')
  mkdirSync(target, { recursive: true })
  for (const arch of arches as readonly Arch[]) {
    const stage = path.join(work, 'stage', arch)
    await assemble(stage, { arch, epoch, built: bundles, ...machineFor(arch, say) })
    say(`packing for ${arch}`)
    const packing = { stage, arch, kinds: kinds as readonly PackageKind[], epoch }
    for (const file of await pack(electron === undefined ? packing : { ...packing, electron })) {
      const made = path.join(target, path.basename(file))
      copyFileSync(file, made)
      const sum = createHash('sha256').update(readFileSync(made)).digest('hex')
      const size = (statSync(made).size / 1e6).toFixed(1)
      process.stdout.write(`${sum}  ${path.relative(root, made)}  ${size} MB\n`)
    }
    rmSync(stage, { recursive: true })
  }
} catch (error) {
  const words = error instanceof Error ? error.message : String(error)
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|fetch failed/.test(words)) {
    say(
      'Electron and the runtime of AppImages come from GitHub, which cannot be reached from here.',
    )
    say(
      'Give a folder with Electron by ELECTRON_OVERRIDE_DIST_PATH and the runtime by APPIMAGE_TOOLS_PATH,',
    )
    stop('a mirror by ELECTRON_MIRROR, or check the packages without them: npm run dist:check')
  }
  stop(words)
}
