// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../..')
mkdirSync(path.join(root, 'out'), { recursive: true })
const scratch = mkdtempSync(path.join(root, 'out', 'boundaries-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Type-checks one file as if it were part of a project; gives the compiler's error codes. */
function compileIn(project: string, source: string): string[] {
  const folder = mkdtempSync(path.join(scratch, `${project}-`))
  const config = JSON.parse(readFileSync(path.join(root, project, 'tsconfig.json'), 'utf8'))
  const up = path.relative(folder, root)
  writeFileSync(path.join(folder, 'offender.ts'), source.replaceAll('ROOT', up))
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: path.join(up, 'tsconfig.base.json'),
      compilerOptions: {
        ...config.compilerOptions,
        rootDir: up,
        outDir: 'types',
        tsBuildInfoFile: 'info',
      },
      include: ['offender.ts'],
      references: config.references.map((reference: { path: string }) => ({
        path: path.join(up, project, reference.path),
      })),
    }),
  )
  const tsc = path.join(root, 'node_modules/.bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-b', folder], { encoding: 'utf8' })
  return [...stdout.matchAll(/offender\.ts.*error (TS\d+)/g)].map((match) => match[1] ?? '')
}

const importOf = (file: string) =>
  `import type * as other from 'ROOT/${file}'\nexport type Other = typeof other\n`

/** What each project must not be able to say. TS6307: not a file of this project or one it refers to. */
// biome-ignore format: one row per offence
const offences = [
  { project: 'core',        source: importOf('main/source/source.ts'),  error: 'TS6307', name: 'core cannot import main' },
  { project: 'core',        source: importOf('native-shim/api.ts'),     error: 'TS6307', name: 'core cannot import the addon' },
  { project: 'renderer',    source: importOf('main/source/source.ts'),  error: 'TS6307', name: 'the page cannot import main' },
  { project: 'renderer',    source: importOf('native-shim/api.ts'),     error: 'TS6307', name: 'the page cannot import the addon' },
  { project: 'main',        source: importOf('renderer/compositor/placement.ts'), error: 'TS6307', name: 'main cannot import the page' },
  { project: 'native-shim', source: importOf('main/source/source.ts'),  error: 'TS6307', name: 'the addon cannot import main' },
  { project: 'preload',     source: importOf('main/source/source.ts'),  error: 'TS6307', name: 'the preload cannot import main' },
  { project: 'core',        source: 'export const title = document.title\n', error: 'TS2584', name: 'core has no DOM' },
  { project: 'core',        source: "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n", error: 'TS2591', name: 'core has no Node' },
  { project: 'main',        source: 'export const title = document.title\n', error: 'TS2584', name: 'main has no DOM' },
]

describe('project boundaries', () => {
  it.each(offences)('$name', ({ project, source, error }) => {
    expect(compileIn(project, source)).toContain(error)
  })

  it('lets the page import core', () => {
    expect(compileIn('renderer', importOf('core/plane.ts'))).toEqual([])
  })
})
