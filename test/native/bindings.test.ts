// SPDX-License-Identifier: GPL-2.0-or-later
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'
import { candidatePaths } from '../../native-shim/bindings.ts'

const file = 'scanout_shim.node'
const { SCANOUT_SHIM: override } = process.env
const root = path.resolve(import.meta.dirname, '..', '..')
const folder = mkdtempSync(path.join(tmpdir(), 'scanout-bundle-'))
afterAll(() => rmSync(folder, { recursive: true }))
const runNode = async (script: string) =>
  (await promisify(execFile)(process.execPath, [script])).stdout

describe('where the addon is looked for', () => {
  it('is beside the bundles first, then where it is built', () => {
    expect(candidatePaths('/app/out/main', undefined)).toEqual([
      `/app/out/native/${file}`,
      `/app/out/main/build/Release/${file}`,
      `/app/native-shim/build/Release/${file}`,
    ])
  })

  it('is the unpacked folder of a packed app', () => {
    const [first] = candidatePaths('/opt/x/resources/app.asar/out/preload', undefined)
    expect(first).toBe(`/opt/x/resources/app.asar.unpacked/out/native/${file}`)
    const [other] = candidatePaths('/opt/app.asar-like/out/main', undefined)
    expect(other).toBe(`/opt/app.asar-like/out/native/${file}`)
  })

  it('can be told from the environment when run from source, and only then', () => {
    expect(candidatePaths('/src/native-shim', '/else.node')[0]).toBe('/else.node')
    expect(candidatePaths('/app/out/main', '/else.node')).not.toContain('/else.node')
  })
})

describe('a bundle', () => {
  const entry = path.join(folder, 'entry.ts')
  writeFileSync(
    entry,
    `import { shim } from ${JSON.stringify(path.join(root, 'native-shim', 'index.ts'))}
     try { console.log(JSON.stringify(shim.counts())) } catch (error) { console.log(error.message) }`,
  )
  const bundle = async (format: 'esm' | 'cjs', outfile: string) => {
    await build({
      entryPoints: [entry],
      outfile,
      format,
      bundle: true,
      platform: 'node',
      logLevel: 'silent',
    })
  }

  it.each([
    ['esm', 'main/cli.mjs'],
    ['esm', 'main/chunk-1.mjs'],
    ['cjs', 'preload/preload.cjs'],
  ] as const)('in the format %s loads the addon from %s', async (format, name) => {
    const outfile = path.join(folder, 'good', 'out', name)
    mkdirSync(path.join(folder, 'good', 'out', 'native'), { recursive: true })
    const binary = override ?? path.join(root, 'native-shim/build/Release', file)
    cpSync(binary, path.join(folder, 'good', 'out', 'native', file))
    await bundle(format, outfile)
    expect(await runNode(outfile)).toBe('{"fds":0,"mappings":0}\n')
  })

  it.each(['esm', 'cjs'] as const)(
    'in the format %s names every path that it tried',
    async (format) => {
      const outfile = path.join(folder, 'bad', 'out', 'main', format === 'esm' ? 'a.mjs' : 'a.cjs')
      await bundle(format, outfile)
      const words = await runNode(outfile)
      expect(words).toContain('cannot load the native addon; tried')
      for (const candidate of candidatePaths(path.dirname(outfile), undefined)) {
        expect(words).toContain(candidate)
      }
    },
  )
})
