// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Arch, root } from './places.ts'
import { must, run } from './run.ts'

/** Kinds of packages, as electron-builder calls them. */
export const packageKinds = ['deb', 'rpm', 'AppImage'] as const
export type PackageKind = (typeof packageKinds)[number]

/**
 * Installs what packaging/package.json names, from the npm registry and without its scripts, unless it is
 * there. It is 250 packages: too many to come with every checkout.
 */
export function installPackager(say: (line: string) => void): void {
  const folder = path.join(root, 'packaging')
  const lock = readFileSync(path.join(folder, 'package-lock.json'))
  const print = createHash('sha256').update(lock).digest('hex')
  const stamp = path.join(folder, 'node_modules', '.scanout')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === print) return
  say('installing electron-builder')
  must('npm', ['ci', '--loglevel=error'], { cwd: folder, timeoutMs: 300_000 })
  writeFileSync(stamp, print)
}

/** Bundles the program for packages, into a folder of its own that holds nothing from before. */
export function bundle(folder: string): void {
  must(process.execPath, [path.join(root, 'scripts', 'build.mjs'), path.relative(root, folder)])
}

/**
 * The date of everything in a package: `SOURCE_DATE_EPOCH`, else the last commit's, else that of
 * package.json, which a source archive keeps.
 */
export function sourceDateEpoch(env: Readonly<Record<string, string | undefined>>): number {
  const given = env['SOURCE_DATE_EPOCH']
  if (given !== undefined) {
    if (!/^\d{1,12}$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH=${given} is not in seconds`)
    return Number(given)
  }
  const commit = run('git', ['log', '-1', '--format=%ct'], { cwd: root })
  if (commit.code === 0 && commit.stdout.trim() !== '') return Number(commit.stdout)
  return Math.floor(statSync(path.join(root, 'package.json')).mtimeMs / 1000)
}

export type Packing = {
  /** What assemble() made. */
  readonly stage: string
  readonly arch: Arch
  readonly kinds: readonly PackageKind[]
  /** Seconds. */
  readonly epoch: number
  /** A folder with an Electron; undefined lets electron-builder download the one of package.json. */
  readonly electron?: string
  /** On top of this process's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Octal, 022 if not given: the packages must not depend on it. */
  readonly umask?: string
}

/**
 * Runs electron-builder in a process of its own.
 *
 * @returns the packages' paths, in the stage's folder `packages`
 * @throws Error with all that it printed
 */
export async function pack(packing: Packing): Promise<readonly string[]> {
  const { stage, arch, kinds, epoch, electron, env, umask = '022' } = packing
  mkdirSync(path.join(stage, 'packages'), { recursive: true })
  const script = path.join(root, 'packaging', 'pack.ts')
  const words = [process.execPath, script, stage, arch, ...kinds]
  // sh sets the umask; its words are not parsed again.
  const child = spawn('/bin/sh', ['-c', `umask ${umask}; exec "$@"`, 'sh', ...words], {
    cwd: stage,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...env,
      // electron-builder links instead of copying when it sees a test runner: here always.
      VITEST: undefined,
      USE_HARD_LINKS: 'true',
      SOURCE_DATE_EPOCH: String(epoch),
      CUSTOM_FPM_PATH: path.join(root, 'packaging', 'fpm.mjs'),
      PATH: `${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      ...(electron === undefined ? {} : { SCANOUT_ELECTRON_DIST: electron }),
    },
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`electron-builder ended with ${String(code)}\n${said}`)
  return said.split('\n').filter((line) => line.startsWith(path.join(stage, 'packages')))
}
