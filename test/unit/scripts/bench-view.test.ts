// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Size } from '../../../core/geometry.ts'
import { type GuestPattern, guestPicture } from '../../qemu/guest/picture.ts'

type Lane = {
  readonly inset: number
  readonly y: (size: Size) => number
  readonly at: (frame: number, width: number) => number
}
type Thread = {
  readonly kind: string
  readonly name: string
  readonly cpuMs: number
  readonly sleeps: number
}
type Threads = ReadonlyMap<number, Thread>
type Measured = { readonly cpu: { readonly qemu: number }; readonly made: number }
type Base = { readonly cpu: number; readonly made: number }

const part = async (name: string): Promise<unknown> => {
  const file = path.resolve(import.meta.dirname, '../../../scripts/bench', name)
  return await import(pathToFileURL(file).href)
}
const { lanes, isFrame } = (await part('cases.mjs')) as {
  readonly lanes: Readonly<Record<'strip' | 'full', Lane>>
  readonly isFrame: (lane: Lane, pixel: number, frame: number) => boolean
}
const { spent, threads, tree } = (await part('processes.mjs')) as {
  readonly spent: (before: Threads, after: Threads) => Omit<Thread, 'kind' | 'name'>
  readonly threads: (pids: readonly number[]) => Threads
  readonly tree: (pid: number) => readonly number[]
}
const { slope } = (await part('slope.mjs')) as {
  readonly slope: (points: readonly { readonly x: number; readonly y: number }[]) => number
}
type Case = {
  readonly cpu: { readonly viewer: number; readonly qemuMore: number; readonly x: number }
  readonly shown: number
  readonly made: number
  readonly latency?: { readonly p50: number; readonly p95: number }
}
type Result = {
  readonly viewer: string
  readonly startMs?: number
  readonly memoryMb?: number
  readonly cases: Readonly<Record<string, Case>>
}
const { table, between } = (await part('table.mjs')) as {
  readonly table: (results: readonly Result[], names: readonly string[]) => readonly string[]
  readonly between: (text: string, lines: readonly string[]) => string
}
const { judged } = (await part('targets.mjs')) as {
  readonly judged: (results: readonly Result[]) => readonly string[]
}
const { doneForViewer } = (await part('measure.mjs')) as {
  readonly doneForViewer: (measured: Measured, base: Base) => number
}

// biome-ignore format: one row per place
const places = [
  { pattern: 'strip', size: { width: 1280, height: 720 },  frames: [1, 18, 19, 20, 37, 38, 39, 70_000] },
  { pattern: 'strip', size: { width: 1920, height: 1080 }, frames: [1, 28, 29, 30, 57, 58, 59, 70_000] },
  { pattern: 'full',  size: { width: 1280, height: 720 },  frames: [1, 719, 720, 70_000] },
] as const satisfies readonly { pattern: GuestPattern; size: Size; frames: readonly number[] }[]

describe('a frame of the guest', () => {
  it.each(places)(
    'is found where $pattern draws it in $size.width × $size.height, and no other there',
    ({ pattern, size, frames }) => {
      const lane = lanes[pattern]
      for (const frame of frames) {
        const rgb = guestPicture(size, pattern, frame)
        const pixelOf = (number: number) => {
          const x = lane.at(number, size.width) + lane.inset
          const [red = 0, green = 0, blue = 0] = rgb.subarray((lane.y(size) * size.width + x) * 3)
          return (red << 16) | (green << 8) | blue
        }
        const seen = [frame - 1, frame, frame + 1].map((one) => isFrame(lane, pixelOf(one), one))
        expect(seen).toEqual([false, true, false])
      }
    },
  )
})

describe('what processes cost', () => {
  it('counts what this one does, and how often it sleeps', async () => {
    const pids = tree(process.pid)
    expect(pids).toContain(process.pid)
    const before = threads([process.pid])
    const start = performance.now()
    while (performance.now() - start < 100);
    await new Promise((resolve) => setTimeout(resolve, 20))
    const { cpuMs, sleeps } = spent(before, threads([process.pid]))
    expect(cpuMs).toBeGreaterThan(0)
    expect(sleeps).toBeGreaterThan(0)
  })

  it('is nothing where nothing happened', () => {
    const thread = { kind: 'renderer', name: 'main', cpuMs: 7, sleeps: 3 }
    const seen = new Map([[1, thread]])
    expect(spent(seen, seen)).toMatchObject({ cpuMs: 0, sleeps: 0 })
    const later = new Map([
      [1, { ...thread, cpuMs: 9 }],
      [2, thread],
    ] as const)
    expect(spent(seen, later)).toMatchObject({ cpuMs: 9, sleeps: 3 })
  })

  // biome-ignore format: one row per case
  it.each([
    { qemu: 300, made: 60, base: { cpu: 120, made: 60 }, expected: 180 },
    { qemu: 300, made: 30, base: { cpu: 120, made: 60 }, expected: 240 },
    { qemu: 100, made: 60, base: { cpu: 120, made: 60 }, expected: 0 },
    { qemu: 8,   made: 0,  base: { cpu: 5,   made: 0 },  expected: 3 },
  ])('is for a viewer what $qemu ms are above the guest’s own $base.cpu', (row) => {
    expect(doneForViewer({ cpu: { qemu: row.qemu }, made: row.made }, row.base)).toBe(row.expected)
  })

  it('rises as the line through its points', () => {
    expect(slope([1, 2, 3, 4].map((x) => ({ x, y: 5 - 2 * x })))).toBe(-2)
    expect(slope([{ x: 1, y: 3 }])).toBe(0)
  })
})

describe('the table', () => {
  const cpu = { viewer: 180, qemuMore: 60, x: 12 }
  const latency = { p50: 2, p95: 4 }
  const ours = {
    viewer: 'Scanout',
    startMs: 900,
    memoryMb: 400,
    cases: { bar: { cpu, latency, shown: 60, made: 60 } },
  }
  const slower = { cpu, shown: 30, made: 40, latency: { p50: 20, p95: 30 } }
  const peer = { viewer: 'remote-viewer, qxl', startMs: 90, memoryMb: 40, cases: { bar: slower } }
  const blind = { viewer: 'another', cases: { bar: { cpu, shown: 0, made: 60 } } }
  const cells = (results: readonly Result[]) =>
    table(results, ['bar']).map((line) => line.split('|').map((cell) => cell.trim()))

  it('has each viewer’s figures and how many times Scanout’s they are', () => {
    const rows = cells([ours, peer])
    expect(rows).toContainEqual([
      '',
      '64-pixel bar: frames shown/s',
      '60.0',
      '30.0 of 40.0 (× 0.50)',
      '',
    ])
    expect(rows).toContainEqual(['', '64-pixel bar: CPU ms a frame', '4.00', '8.00 (× 2.00)', ''])
    expect(rows).toContainEqual([
      '',
      '64-pixel bar: · of it viewer + QEMU',
      '3.00 + 1.00',
      '6.00 + 2.00',
      '',
    ])
    expect(rows).toContainEqual(['', 'memory, MB', '400', '40 (× 0.10)', ''])
  })

  it('says so where no frame was seen, and where QEMU is the viewer', () => {
    const rows = cells([ours, blind])
    expect(rows).toContainEqual(['', '64-pixel bar: frames shown/s', '60.0', 'none seen', ''])
    expect(rows).toContainEqual(['', '64-pixel bar: CPU ms a frame', '4.00', '–', ''])
    expect(rows).toContainEqual(['', 'start to picture, ms', '900', 'in QEMU', ''])
  })

  it('goes where the marks are, in place of what was there', () => {
    const text = 'a\n<!-- bench:view -->\nold\n<!-- /bench:view -->\nb\n'
    const expected = 'a\n<!-- bench:view -->\n\nnew\n\n<!-- /bench:view -->\nb\n'
    expect(between(text, ['new'])).toBe(expected)
    expect(between(expected, ['new'])).toBe(expected)
    expect(() => between('no marks', ['new'])).toThrow('no place')
  })

  it('tells which targets are reached', () => {
    const lines = judged([ours, peer])
    expect(lines).toContain('  yes  bar, frames shown/s: 60.00, at least 59')
    expect(lines).toContain("  yes  bar, CPU ms a frame: 3.00, at most remote-viewer, qxl's 6.00")
    const late = { ...ours, cases: { bar: { ...slower, shown: 58 } } }
    expect(judged([late])).toContain('  NO   bar, frames shown/s: 58.00, at least 59')
    expect(judged([late])).toContain('  NO   bar, ms to the screen, p95: 30.00, at most 10')
  })
})
