// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { PlaneStatus } from '../../../../core/plane.ts'
import { inspectCommand } from '../../../../main/commands/inspect.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'
import { FakeSource } from '../../../fakes/fake-source.ts'
import { randomPlane } from '../../../fakes/planes.ts'

const primary = randomPlane({ width: 67, height: 41, modifier: 0x0100000000000002n, padding: 1 }, 1)
const cursor = randomPlane({
  kind: 'cursor',
  fourcc: 'AR24',
  width: 8,
  height: 8,
  x: -3,
  y: 6,
  hotspot: { x: 1, y: 2 },
})
const words = { code: 'c', what: 'cannot do it', why: 'it is so', remedy: 'Change it' }

async function inspect(source: FakeSource, line: string, fake: FakeIo) {
  return inspectCommand(source.open).run(['fake:', ...line.split(' ').filter(Boolean)], fake.io)
}

describe('inspect --json', () => {
  it('shows every field of every plane', async () => {
    using fake = new FakeIo()
    const source = new FakeSource([primary, cursor])
    expect((await inspect(source, '--json', fake)).ok).toBe(true)
    const memory = { buffer: 0, offset: 0, stride: 384, size: 24576, needed: 24576 }
    const tile = { width: 128, height: 32 }
    expect(JSON.parse(fake.text)).toEqual({
      scanoutInspect: 1,
      source: source.info,
      planes: [
        {
          kind: 'primary',
          state: 'shown',
          identity: 'fake 0',
          engine: 'native',
          readBack: null,
          plane: {
            fourcc: 'XR24',
            fourccCode: '0x34325258',
            fourccName: 'XRGB8888',
            modifier: '0x0100000000000002',
            modifierName: 'I915_FORMAT_MOD_Y_TILED',
            layout: 'tiled',
            width: 67,
            height: 41,
            x: 0,
            y: 0,
            hotspot: null,
            bottomUp: false,
            color: null,
            memory: [{ ...memory, tile }],
            note: null,
          },
          verdict: null,
          failure: null,
        },
        {
          kind: 'overlay',
          state: 'absent',
          identity: null,
          engine: null,
          readBack: null,
          plane: null,
          verdict: null,
          failure: null,
        },
        expect.objectContaining({
          kind: 'cursor',
          plane: expect.objectContaining({ x: -3, y: 6, hotspot: { x: 1, y: 2 } }),
        }),
      ],
      cache: [
        { identity: 'fake 0', bytes: 24576, plane: expect.objectContaining({ fourcc: 'XR24' }) },
        { identity: 'fake 1', bytes: 256, plane: expect.objectContaining({ fourcc: 'AR24' }) },
      ],
      counters: { refreshes: 3, frames: 2, queryErrors: 1 },
    })
    expect(source.isClosed).toBe(true)
  })

  it('shows verdicts with what was claimed, and failures', async () => {
    using fake = new FakeIo()
    const source = new FakeSource()
    const verdict = { ...words, field: 'modifier', value: '0x0100000000000004' }
    const claim = { ...primary.plane, modifier: 0x0100000000000004n }
    source.statuses = [
      { kind: 'primary', state: 'refused', verdict, claim },
      { kind: 'cursor', state: 'stalled', failure: words },
    ]
    expect((await inspect(source, '--json', fake)).ok).toBe(true)
    const line = 'cannot do it: it is so. Change it'
    expect(JSON.parse(fake.text).planes).toEqual([
      {
        kind: 'primary',
        state: 'refused',
        identity: null,
        engine: null,
        readBack: null,
        plane: expect.objectContaining({
          modifierName: 'I915_FORMAT_MOD_Y_TILED_CCS',
          layout: 'compressed',
          memory: [expect.objectContaining({ needed: null, tile: null })],
        }),
        verdict: { ...verdict, line },
        failure: null,
      },
      expect.objectContaining({ state: 'stalled', failure: { ...words, line } }),
    ])
  })
})

describe('inspect', () => {
  it('prints aligned facts for people', async () => {
    using fake = new FakeIo()
    await inspect(new FakeSource([primary, cursor]), '', fake)
    expect(fake.text).toBe(`fake:  Fake guest
  access    memory
  can       show planes, nothing else
  refreshes 3, 1 failed queries
  frames    2
  cached    2 buffers
            fake 0  67 × 41 XR24  24576 bytes
            fake 1  8 × 8 AR24  256 bytes

primary   shown
  identity  fake 0
  fourcc    XR24  XRGB8888  0x34325258
  modifier  0x0100000000000002  I915_FORMAT_MOD_Y_TILED
  layout    tiled  128 bytes × 32 rows
  size      67 × 41
  position  0, 0
  hotspot   none
  rows      top row first
  memory 0  buffer 0, offset 0, stride 384, size 24576 (needs 24576) bytes
  engine    native

overlay   absent: the source has no such plane

cursor    shown
  identity  fake 1
  fourcc    AR24  ARGB8888  0x34325241
  modifier  0x0000000000000000  DRM_FORMAT_MOD_LINEAR
  layout    linear
  size      8 × 8
  position  -3, 6
  hotspot   1, 2
  rows      top row first
  memory 0  buffer 0, offset 0, stride 32, size 256 (needs 256) bytes
  engine    native
`)
  })

  it('says which GPU reads a plane and why', async () => {
    using fake = new FakeIo()
    const [source, again] = [new FakeSource(), new FakeSource()]
    const readBack = { device: 'Some GPU \x07', why: 'its driver says no' }
    const shown = { kind: 'primary', state: 'shown', identity: 'dmabuf:1' } as const
    for (const one of [source, again]) {
      one.statuses = [{ ...shown, plane: primary.plane, readBack }]
    }
    await inspect(source, '', fake)
    expect(fake.text).toMatch(
      /^ {2}read by {3}Some GPU \\x07 \(GPU read-back\)\n {12}its driver says no$/m,
    )
    using other = new FakeIo()
    await inspect(again, '--json', other)
    expect(JSON.parse(other.text).planes[0]).toMatchObject({ readBack })
  })

  it('has words for every state and passes no control character on', async () => {
    using fake = new FakeIo()
    const source = new FakeSource()
    const hostile = { ...words, why: 'it says \x1b[2J' }
    const statuses: PlaneStatus[] = [
      { kind: 'primary', state: 'disabled' },
      {
        kind: 'overlay',
        state: 'refused',
        verdict: { ...hostile, field: 'fourcc', value: '\x07' },
      },
      { kind: 'cursor', state: 'stalled', failure: hostile },
    ]
    source.statuses = statuses
    await inspect(source, '', fake)
    expect(fake.text).toMatch(/^primary {3}off: the guest does not use it now$/m)
    expect(fake.text).toMatch(/^overlay {3}cannot be shown\n {2}why {7}it says \\x1b\[2J$/m)
    expect(fake.text).toMatch(/^ {2}field {5}fourcc = \\x07$/m)
    expect(fake.text).toMatch(/^cursor {4}stalled/m)
    expect(fake.text).not.toMatch(/[^\n\x20-\x7e\u00a0-\uffff]/)
  })

  it('says when a source says nothing', async () => {
    using fake = new FakeIo()
    const source = new FakeSource()
    source.statuses = []
    await inspect(source, '', fake)
    expect(fake.text).toMatch(/has not said anything/)
  })

  it('prints again when something changes, until it is interrupted', async () => {
    using fake = new FakeIo()
    const source = new FakeSource([primary])
    let asked = 0
    source.onAsk = () => {
      asked += 1
      if (asked === 3) source.planes = [primary, cursor]
    }
    let written = 0
    fake.onWrite = () => {
      written += 1
      if (written === 2) fake.interrupt()
    }
    expect((await inspect(source, '--watch --json', fake)).ok).toBe(true)
    const lines = fake.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ cache }) => cache.length)).toEqual([1, 2])
    expect(source.isClosed).toBe(true)
  })

  it('ends a watch with the reason when the source is gone', async () => {
    using fake = new FakeIo()
    const source = new FakeSource([primary])
    fake.onWrite = () => source.end(words)
    expect(await inspect(source, '-w', fake)).toEqual({ ok: false, failure: words })
  })
})

describe('inspect of a VM with several screens', () => {
  it('lists them with the way to open each', async () => {
    using fake = new FakeIo()
    const source = new FakeSource([primary])
    const consoles = [
      { id: 0, label: 'VGA', type: 'Graphic' },
      { id: 3, label: 'serial0', type: 'Text' },
    ]
    source.info = { ...source.info, consoles, console: { id: 0, label: 'VGA', type: 'Graphic' } }
    expect((await inspect(source, '', fake)).ok).toBe(true)
    expect(fake.text).toContain('  consoles  0  VGA  (shown here)\n')
    expect(fake.text).toContain('            3  serial0  text  (open it with ?console=3)\n')
  })

  it('says nothing of consoles where a source has none', async () => {
    using fake = new FakeIo()
    await inspect(new FakeSource([primary]), '', fake)
    expect(fake.text).not.toContain('consoles')
  })
})
