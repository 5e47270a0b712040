// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Arch, root } from './places.ts'

// Runs electron-builder in a folder that assemble.ts made: node packaging/pack.ts STAGE ARCH TARGET …
// A process of its own, because electron-builder reads its working folder and the environment.

type Configuration = Record<string, unknown>

/** What is used of app-builder-lib, which packaging/package.json brings. */
type Builder = {
  build(options: {
    readonly projectDir: string
    readonly targets: ReadonlyMap<unknown, ReadonlyMap<number, readonly string[]>>
    readonly config: Configuration
    readonly publish: 'never'
  }): Promise<readonly string[]>
  readonly Platform: {
    readonly LINUX: {
      createTarget(
        names: readonly string[],
        arch: number,
      ): ReadonlyMap<unknown, ReadonlyMap<number, readonly string[]>>
    }
  }
  readonly Arch: Readonly<Record<Arch, number>>
}

const [stage = '', arch = '', ...targets] = process.argv.slice(2)
const load = createRequire(import.meta.url)
const { build, Platform, Arch: arches }: Builder = load('app-builder-lib')
const { load: parseYaml }: { load(text: string): Configuration } = load('js-yaml')

process.umask(0o022)
process.chdir(stage)
const configuration = parseYaml(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8'))
const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
const made = await build({
  projectDir: stage,
  targets: Platform.LINUX.createTarget(targets, arches[arch as Arch]),
  config: {
    ...configuration,
    electronVersion: devDependencies.electron,
    ...(process.env['SCANOUT_ELECTRON_DIST']
      ? { electronDist: process.env['SCANOUT_ELECTRON_DIST'] }
      : {}),
  },
  publish: 'never',
})
for (const file of made) process.stdout.write(`${file}\n`)
