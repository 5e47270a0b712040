// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { assemble } from '../../packaging/assemble.ts'
import { bundle, installPackager, type PackageKind, pack } from '../../packaging/builder.ts'
import { hostArch, root, work } from '../../packaging/places.ts'
import { isThere, must } from '../../packaging/run.ts'
import { makeStandInAppImageTools } from '../../packaging/stand-in-appimage.ts'
import { makeStandInElectron } from '../../packaging/stand-in-electron.ts'

/** What the tests find: every package twice, and the deb unpacked. Strings, because workers get them. */
export type Built = {
  /** Seconds. */
  readonly epoch: number
  /** Version of the Electron that is stood in for. */
  readonly electron: string
  /** The first build's folder of assemble(). */
  readonly stage: string
  /** Kind to the paths of the first and the second build. */
  readonly packages: Readonly<Partial<Record<PackageKind, readonly [string, string]>>>
  /** The deb's files below this folder; undefined without dpkg-deb. */
  readonly installed: string | undefined
}

declare module 'vitest' {
  interface ProvidedContext {
    built: Built
  }
}

/** A date of its own, so that nothing can pass by having the time of the build. */
const EPOCH = 1_700_000_000

/** Each kind of package, and the host's program that makes it. */
const makers = [
  ['deb', 'dpkg-deb'],
  ['rpm', 'rpmbuild'],
  ['AppImage', 'mksquashfs'],
] as const satisfies readonly (readonly [PackageKind, string])[]

/**
 * Makes all packages twice, with a stand-in for Electron: in two places, two time zones, two languages
 * and with two umasks.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const folder = path.join(work, 'check')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  installPackager((line) => process.stdout.write(`${line}\n`))
  const bundles = path.join(folder, 'bundles')
  bundle(bundles)
  const electron = path.join(folder, 'electron')
  await makeStandInElectron(electron, devDependencies.electron)
  makeStandInAppImageTools(path.join(folder, 'appimage'))
  const kinds = makers.filter(([, maker]) => isThere(maker)).map(([kind]) => kind)
  const build = async (name: string, umask: string, env: Readonly<Record<string, string>>) => {
    const stage = path.join(folder, name)
    await assemble(stage, {
      arch: hostArch,
      epoch: EPOCH,
      built: bundles,
      addon: path.join(bundles, 'native', 'scanout_shim.node'),
      node: path.join(root, 'node_modules', `node-linux-${hostArch}`),
    })
    return pack({
      stage,
      arch: hostArch,
      kinds,
      epoch: EPOCH,
      electron,
      umask,
      env: {
        ...env,
        APPIMAGE_TOOLS_PATH: path.join(folder, 'appimage'),
        SCANOUT_PACKAGE_COMPRESSION: 'none',
      },
    })
  }
  const [first, second] = await Promise.all([
    build('first', '022', { TZ: 'UTC', LC_ALL: 'C' }),
    build('the-second-place', '077', { TZ: 'Pacific/Chatham', LC_ALL: 'C.UTF-8' }),
  ])
  const packages = Object.fromEntries(
    kinds.map((kind) => {
      const of = (files: readonly string[]) => files.find((file) => file.endsWith(`.${kind}`)) ?? ''
      return [kind, [of(first), of(second)]]
    }),
  )
  const installed = path.join(folder, 'installed')
  if (packages['deb']) must('dpkg-deb', ['--extract', packages['deb'][0] ?? '', installed])
  project.provide('built', {
    epoch: EPOCH,
    electron: devDependencies.electron,
    stage: path.join(folder, 'first'),
    packages,
    installed: packages['deb'] ? installed : undefined,
  })
  return () => rmSync(folder, { recursive: true, force: true })
}
