// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const script = path.resolve(import.meta.dirname, '../../scripts/bench-paths.mjs')

type Row = {
  readonly stage: string
  readonly step: string
  readonly presenter?: string
  readonly ms: number
  readonly limitMs: number
  readonly ratio: number
}

const bench = (...args: readonly string[]) =>
  spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' })

it('bench:paths runs every stage and gives figures', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'scanout-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'paths.json')
  const { status, stderr, stdout } = bench('--tiny', '--json', file)
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: readonly Row[] }
  const names = rows.map(({ stage, presenter }) => (presenter ? `${stage}, ${presenter}` : stage))
  expect([...new Set(names)]).toEqual([
    'poll',
    'check',
    'scan',
    'linearise',
    'plain-copy',
    'write',
    'transport',
    'upload, webgl',
    'upload, canvas2d',
    'draw, webgl',
    'draw, canvas2d',
    'present, webgl',
    'present, canvas2d',
    'windows',
    'compose',
    'png',
  ])
  const figures = ({ ms, limitMs, ratio }: Row) => [ms, limitMs, ratio]
  const broken = rows.filter((row) => !figures(row).every((n) => Number.isFinite(n) && n > 0))
  expect(broken).toEqual([])
  for (const { step } of rows) expect(stdout).toContain(step)
})

it('bench:paths names its stages when asked for another', () => {
  const { status, stderr } = bench('--stage', 'pol')
  expect(status).toBe(2)
  expect(stderr).toMatch(/^no stage pol: choose from poll, check, scan, /)
})
