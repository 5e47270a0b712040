// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { fourccValue } from '../../../core/fourcc.ts'
import { INVALID, LINEAR } from '../../../core/modifier.ts'
import { ConsolePlanes, LATCH_MS } from '../../../main/source/qemu/listener.ts'
import { shim } from '../../../native-shim/index.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

const XR24 = fourccValue('XR24') ?? 0
const NV12 = 0x3231_564e
const X_TILED = 0x0100_0000_0000_0001n
const Y_TILED_CCS = 0x0100_0000_0000_0004n

// biome-ignore format: one row per buffer
const rows = [
  { what: 'linear',                           fourcc: XR24, modifier: LINEAR,      planes: 1, fds: 1, crop: [0, 0, 4, 4], state: 'shown' },
  { what: 'of memory, which has no tiles',    fourcc: XR24, modifier: INVALID,     planes: 1, fds: 1, crop: [0, 0, 4, 4], state: 'shown' },
  { what: 'of memory, and only a part of it', fourcc: XR24, modifier: INVALID,     planes: 1, fds: 1, crop: [2, 3, 4, 4], state: 'shown' },
  { what: 'tiled',                            fourcc: XR24, modifier: X_TILED,     planes: 1, fds: 1, crop: [0, 0, 4, 4], state: 'shown' },
  { what: 'tiled, from the second row of tiles', fourcc: XR24, modifier: X_TILED,  planes: 1, fds: 1, crop: [0, 8, 4, 4], state: 'shown' },
  { what: 'cut within a tile',                fourcc: XR24, modifier: X_TILED,     planes: 1, fds: 1, crop: [3, 0, 4, 4], state: 'refused' },
  { what: 'cut outside of itself',            fourcc: XR24, modifier: LINEAR,      planes: 1, fds: 1, crop: [0, 2 ** 32 - 1, 4, 4], state: 'refused' },
  { what: 'compressed',                       fourcc: XR24, modifier: Y_TILED_CCS, planes: 2, fds: 1, crop: [0, 0, 4, 4], state: 'refused' },
  { what: 'of two planes in one file',        fourcc: NV12, modifier: LINEAR,      planes: 2, fds: 1, crop: [0, 0, 4, 4], state: 'shown' },
  { what: 'cut between pixels that share one', fourcc: NV12, modifier: LINEAR,     planes: 2, fds: 1, crop: [1, 0, 4, 4], state: 'refused' },
  { what: 'of four planes in four files',     fourcc: XR24, modifier: LINEAR,      planes: 4, fds: 4, crop: [0, 0, 4, 4], state: 'refused' },
] as const

function open(clock = new ManualClock()): ConsolePlanes {
  const ignore = () => {}
  return new ConsolePlanes(shim, clock, ignore, ignore)
}

const memory = (count: number) =>
  Array.from({ length: count }, () => shim.createMemfd('buffer', 65_536))

function show(
  planes: ConsolePlanes,
  row: Pick<(typeof rows)[number], 'fourcc' | 'modifier' | 'planes' | 'fds' | 'crop'>,
) {
  const { fourcc, modifier, planes: count, fds, crop } = row
  const each = (value: number) => Array.from({ length: count }, () => value)
  const layout = { offsets: each(0), strides: each(512), planes: count, crop }
  planes.scanoutDmabuf({ ...layout, fds: memory(fds), fourcc, modifier, bottomUp: false })
}

describe('a buffer of QEMU', () => {
  it.each(rows)('$what is $state', (row) => {
    using planes = open()
    show(planes, row)
    const [primary] = planes.readings()
    expect(primary?.status.state).toBe(row.state)
    if (primary?.status.state !== 'refused') return
    const { why, remedy } = primary.status.verdict
    expect([why, remedy].every((text) => text.length > 10)).toBe(true)
  })

  it('may take the place of another and give it back, and nothing grows', () => {
    using planes = open()
    for (let round = 0; round < 50; round += 1) {
      for (const row of rows) show(planes, row)
      planes.readings()
    }
    expect(planes.surfaces().length).toBeLessThanOrEqual(8)
    expect(shim.counts().mappings).toBeLessThanOrEqual(8)
  })
})

describe('QEMU, which waits for UpdateDMABUF', () => {
  it('is answered after a moment when nobody looks', () => {
    const clock = new ManualClock()
    using planes = open(clock)
    show(planes, rows[0])
    let answers = 0
    planes.updateDmabuf(() => {
      answers += 1
    })
    expect(answers).toBe(0)
    clock.advance(LATCH_MS)
    expect(answers).toBe(1)
  })

  it('is answered when the frame was read, and once', async () => {
    const clock = new ManualClock()
    using planes = open(clock)
    show(planes, rows[0])
    let answers = 0
    planes.updateDmabuf(() => {
      answers += 1
    })
    planes.readings()
    await new Promise(setImmediate)
    expect(answers).toBe(1)
    clock.advance(LATCH_MS)
    expect(answers).toBe(1)
  })

  it('is answered when the viewer goes', () => {
    let answers = 0
    {
      using planes = open()
      show(planes, rows[0])
      planes.updateDmabuf(() => {
        answers += 1
      })
    }
    expect(answers).toBe(1)
  })
})
