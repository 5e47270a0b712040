// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { checkPlane } from '../../../../core/check-plane.ts'
import type { PlaneClaim, PlaneStatus } from '../../../../core/plane.ts'
import type { Hello } from '../../../../core/protocol.ts'
import { fittingExtent } from '../../../../renderer/inspector/dock-extent.ts'
import { pipelineRows } from '../../../../renderer/inspector/pipeline-rows.ts'
import { planeRows } from '../../../../renderer/inspector/plane-rows.ts'
import { straightAlpha } from '../../../../renderer/inspector/straight-alpha.ts'
import { bytesWords, updateWords } from '../../../../renderer/ui/words-inspector.ts'
import { validPlane } from '../../../fakes/planes.ts'

const asText = (status: PlaneStatus, live?: Parameters<typeof planeRows>[1]) =>
  planeRows(status, live).map(({ name, value, code }) => [name, value, code ?? ''].join('|'))

describe('the facts of a plane', () => {
  it('name its codes, its place, its bytes and its buffer', () => {
    const { plane } = validPlane({ modifier: 0x0100000000000001n, width: 1920, height: 1080 })
    expect(asText({ kind: 'primary', state: 'shown', plane, identity: 'dmabuf 3' })).toEqual([
      'Fourcc|XR24 · XRGB8888|0x34325258',
      'Modifier|I915_FORMAT_MOD_X_TILED|0x0100000000000001',
      'Size|1920 × 1080|',
      'Position|0, 0|',
      'Stride|7680 bytes|',
      `Memory|${7680 * 1080} bytes, needs ${7680 * 1080}|`,
      'Identity|dmabuf 3|',
    ])
  })

  it('have the newest frame before what was said of the plane', () => {
    const { plane } = validPlane({ kind: 'cursor', width: 64, height: 64, x: 1, y: 2 })
    const status: PlaneStatus = {
      kind: 'cursor',
      state: 'shown',
      plane: { ...plane, hotspot: { x: 4, y: 3 } },
      identity: 'dmabuf 9',
    }
    const rows = asText(status, { surface: 5, identity: 'dmabuf 10', x: 100, y: 50 })
    expect(rows).toContain('Position|100, 50|')
    expect(rows).toContain('Hotspot|4, 3 · points at 104, 53|')
    expect(rows).toContain('Identity|dmabuf 10|')
  })

  it('say which GPU read it, and the buffer that it read', () => {
    const { plane } = validPlane({})
    const readBack = { device: 'Some GPU', why: 'its driver does not let the CPU map the buffer' }
    const status = {
      kind: 'primary',
      state: 'shown',
      plane,
      identity: 'dmabuf:7',
      readBack,
    } as const
    const rows = asText(status, { surface: 5, identity: 'read-back:primary', x: 0, y: 0 })
    expect(rows).toContain('Identity|dmabuf:7|')
    expect(rows).toContain('GPU read-back|Some GPU|')
  })

  const hostile: readonly { name: string; claim: Partial<PlaneClaim>; wrong: string }[] = [
    { name: 'an unknown fourcc', claim: { fourcc: 'ZZZZ' }, wrong: 'Fourcc' },
    { name: 'an unknown modifier', claim: { modifier: 0x0aff_0000_0000_0001n }, wrong: 'Modifier' },
    { name: 'a width of nothing', claim: { width: 0 }, wrong: 'Size' },
    {
      name: 'a stride that is too short',
      claim: { memory: [{ buffer: 0, offset: 0, stride: 4, size: 1 << 20 }] },
      wrong: 'Stride',
    },
    {
      name: 'memory that is too small',
      claim: { memory: [{ buffer: 0, offset: 0, stride: 64, size: 100 }] },
      wrong: 'Memory',
    },
  ]
  it.each(hostile)('mark what is wrong: $name', ({ claim, wrong }) => {
    const whole: PlaneClaim = { ...validPlane().plane, ...claim }
    const checked = checkPlane(whole, [{ size: 1 << 20 }])
    if (checked.ok) throw new Error('it passes')
    const rows = planeRows({
      kind: 'primary',
      state: 'refused',
      verdict: checked.failure,
      claim: whole,
    })
    expect(rows.filter(({ isWrong }) => isWrong).map(({ name }) => name)).toContain(wrong)
  })

  it('stay few and plain whatever is claimed', () => {
    const claim: PlaneClaim = {
      ...validPlane().plane,
      fourcc: `\u001b[2J${'x'.repeat(100_000)}`,
      memory: Array.from({ length: 5000 }, () => ({ buffer: 0, offset: 1, stride: 1, size: 1 })),
    }
    const checked = checkPlane(claim, [{ size: 1 }])
    if (checked.ok) throw new Error('it passes')
    const status = { kind: 'primary', state: 'refused', verdict: checked.failure, claim } as const
    const rows = planeRows(status)
    expect(rows.length).toBeLessThan(20)
    for (const { value } of rows) {
      expect(value.length).toBeLessThan(100)
      expect(value).not.toContain('\u001b')
    }
  })

  it.each(['disabled', 'absent'] as const)('are none when it is %s', (state) => {
    expect(planeRows({ kind: 'overlay', state })).toEqual([])
  })
})

describe('the way of the picture', () => {
  const hello = {
    address: 'demo:',
    sharing: 'stream',
    sharingReason:
      'no shared-texture: this version imports no dma-bufs; no shared-memory: a browser page cannot map memory',
    shell: 'chromium',
  } as Hello

  it('says each reason for falling back by itself', () => {
    const transport = pipelineRows(hello, undefined, undefined).find(
      ({ name }) => name === 'Transport',
    )
    expect(transport).toEqual({
      name: 'Transport',
      value: 'Stream of changes',
      notes: [
        'No shared-texture: this version imports no dma-bufs.',
        'No shared-memory: a browser page cannot map memory.',
      ],
    })
  })

  it('says that the processor draws', () => {
    const drawn = (kind: string, detail: string) =>
      pipelineRows(undefined, { kind, detail }, undefined)[0]?.notes.length
    expect(drawn('webgl', 'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device))')).toBe(2)
    expect(drawn('webgl', 'ANGLE (Intel, Mesa Intel(R) UHD Graphics 630)')).toBe(1)
    expect(drawn('canvas2d', 'software; no WebGL2 here')).toBe(1)
  })

  it('counts what was read and what failed', () => {
    const facts = {
      access: 'dma-buf',
      statuses: [],
      buffers: [],
      refreshes: 12,
      frames: 5,
      queryErrors: 1,
      engine: { name: 'reference', reason: 'no native engine: it is not built' },
    }
    const rows = pipelineRows(undefined, undefined, facts)
    expect(rows.find(({ name }) => name === 'Planes read')?.value).toBe(
      '12 times, 5 frames, 1 query failed',
    )
    expect(rows.find(({ name }) => name === 'Screenshots')?.notes).toEqual([
      'No native engine: it is not built.',
    ])
    expect(pipelineRows(undefined, undefined, null)[0]?.value).toBe('No source is open')
  })
})

describe('small things', () => {
  it.each([
    { wanted: 420, window: 1200, to: 420 },
    { wanted: 10, window: 1200, to: 300 },
    { wanted: 5000, window: 1200, to: 1040 },
    { wanted: 420, window: 320, to: 300 },
  ])('an inspector of $wanted fits into $window as $to', ({ wanted, window, to }) => {
    expect(fittingExtent('right', wanted, window)).toBe(to)
  })

  it('colours lose their alpha, and what is clear or solid stays', () => {
    const premultiplied = Uint8Array.of(64, 32, 0, 128, 1, 2, 3, 255, 0, 0, 0, 0)
    expect([...straightAlpha(premultiplied)]).toEqual([128, 64, 0, 128, 1, 2, 3, 255, 0, 0, 0, 0])
  })

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.0 kB'],
    [8_294_400, '8.3 MB'],
    [5e12, '5000.0 GB'],
  ])('%d bytes are %s', (bytes, words) => {
    expect(bytesWords(bytes)).toBe(words)
  })

  it('an update is told with its time before now and what it changed', () => {
    const update = {
      seq: 812,
      atMs: 1000,
      kind: 'primary',
      surface: 3,
      identity: 'dmabuf 3',
      colour: 0,
      isFlip: true,
      damaged: 138_240,
      share: 0.0667,
    } as const
    expect(updateWords(update, 2234)).toBe(
      'Primary · −1.234 s · frame 812 · flip to dmabuf 3 · 138240 pixels changed (6.7 %)',
    )
  })
})
