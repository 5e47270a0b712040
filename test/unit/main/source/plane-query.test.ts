// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { checkPlane } from '../../../../core/check-plane.ts'
import { fourccValue } from '../../../../core/fourcc.ts'
import { INVALID, LINEAR } from '../../../../core/modifier.ts'
import {
  drmPlaneType,
  echoesPrimary,
  layoutKey,
  readRawPlane,
} from '../../../../main/source/plane-query.ts'
import type { RawPlane } from '../../../../native-shim/api.ts'

const NONE = 0xffff_ffff
const xr24 = fourccValue('XR24') ?? 0
const Y_TILED = 0x0100_0000_0000_0002n
const raw: RawPlane = {
  ...{ format: xr24, modifier: LINEAR, width: 64, height: 64, stride: 256, size: 16384 },
  ...{ x: 0, y: 0, hotX: NONE, hotY: NONE, id: 1 },
}

function claim(kind: 'primary' | 'cursor' | 'overlay', change: Partial<RawPlane> = {}) {
  const read = readRawPlane(kind, { ...raw, ...change })
  if (read === 'disabled') throw new Error('disabled')
  return read
}

describe('plane answers', () => {
  it('knows the values of drm_mode.h', () => {
    expect(drmPlaneType).toEqual({ overlay: 0, primary: 1, cursor: 2 })
  })

  it.each([{ format: 0 }, { size: 0 }, { format: 0, size: 0, width: 0 }])(
    'takes %j for a plane that is off',
    (change) => expect(readRawPlane('primary', { ...raw, ...change })).toBe('disabled'),
  )

  it('computes the size and never believes the driver', () => {
    for (const size of [1, 4, 4 << 20, 0xffff_ffff]) {
      expect(claim('primary', { size }).memory[0]?.size).toBe(63 * 256 + 256)
    }
  })

  it('counts whole tile rows of a tiled plane', () => {
    const change = { modifier: Y_TILED, stride: 256, height: 33, size: 1 }
    expect(claim('primary', change).memory[0]?.size).toBe(256 * 64)
  })

  it('reads positions as int32', () => {
    expect(claim('cursor', { x: 0xffff_fffd, y: 0xffff_ff00 })).toMatchObject({ x: -3, y: -256 })
  })

  it('leaves a primary plane where it is', () => {
    expect(claim('primary', { x: 77, y: 88 })).toMatchObject({ x: 0, y: 0 })
  })

  it.each([
    ['none at all', NONE, NONE, undefined],
    ['only x', 3, NONE, undefined],
    ['only y', NONE, 3, undefined],
    ['inside', 3, 4, { x: 3, y: 4 }],
    ['equal to the width', 64, 64, { x: 63, y: 63 }],
    ['beyond', 65, 4, undefined],
  ])('reads a hotspot: %s', (_name, hotX, hotY, expected) => {
    expect(claim('cursor', { hotX, hotY }).hotspot).toEqual(expected)
  })

  it('gives only cursors a hotspot', () => {
    expect(claim('overlay', { hotX: 1, hotY: 1 }).hotspot).toBeUndefined()
  })

  it.each([
    ['unknown fourcc', { format: 0x3132_3334 }, 'fourcc'],
    ['a modifier that says nothing', { modifier: INVALID }, 'modifier'],
    ['no width', { width: 0 }, 'width'],
    ['too much height', { height: 0xffff_ffff }, 'height'],
    ['stride too small', { stride: 4 }, 'memory[0].stride'],
    ['stride 0', { stride: 0 }, 'memory[0].stride'],
    ['stride beyond all', { stride: 0xffff_ffff }, 'memory[0].stride'],
  ])('leaves %s to the verdict', (_name, change, field) => {
    const checked = checkPlane(claim('primary', change), [{ size: 1 << 20 }])
    expect(checked.ok || checked.failure.field).toBe(field)
  })

  it('has a verdict for a buffer that is shorter than its plane', () => {
    const checked = checkPlane(claim('primary'), [{ size: 16383 }])
    expect(checked.ok || checked.failure.code).toBe('truncated')
  })
})

describe('layout keys', () => {
  it.each([
    ['the width', { width: 63 }],
    ['the height', { height: 63 }],
    ['the stride', { stride: 512 }],
    ['the modifier', { modifier: Y_TILED }],
    ['the fourcc', { format: fourccValue('AR24') ?? 0 }],
  ])('differ with %s', (_name, change) => {
    expect(layoutKey(claim('primary', change))).not.toBe(layoutKey(claim('primary')))
  })

  it('do not differ with the position or the hotspot', () => {
    const moved = claim('cursor', { x: 5, y: 6, hotX: 1, hotY: 1 })
    expect(layoutKey(moved)).toBe(layoutKey(claim('cursor')))
  })
})

describe('echoes of the primary plane', () => {
  it('are recognised by the same pixels of the same region', () => {
    expect(echoesPrimary({ ...raw, x: 9, hotX: 0 }, raw)).toBe(true)
  })

  it.each([{ id: 2 }, { width: 32 }, { height: 32 }, { stride: 512 }, { size: 1 }, { format: 1 }])(
    'differ with %j',
    (change) => expect(echoesPrimary({ ...raw, ...change }, raw)).toBe(false),
  )

  it('need a primary plane', () => expect(echoesPrimary(raw, undefined)).toBe(false))
})
