// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { type CheckPolicy, checkPlane } from '../../../core/check-plane.ts'
import { failureLine, type Verdict } from '../../../core/failure.ts'
import type { Plane, PlaneClaim } from '../../../core/plane.ts'

const X_TILED = 0x0100000000000001n
const Y_TILED = 0x0100000000000002n
const memory = { buffer: 0, offset: 0, stride: 256, size: 16384 }
const claim: PlaneClaim = {
  kind: 'primary',
  fourcc: 'XR24',
  modifier: 0n,
  width: 64,
  height: 64,
  memory: [memory],
  x: 0,
  y: 0,
  bottomUp: false,
}

type Wild = { readonly [K in keyof PlaneClaim]?: unknown }

function check(change: Wild, size = 16384, policy?: CheckPolicy) {
  return checkPlane({ ...claim, ...change } as PlaneClaim, [{ size }], policy)
}

function plane(change: Wild, size?: number, policy?: CheckPolicy): Plane {
  const result = check(change, size, policy)
  if (!result.ok) throw new Error(failureLine(result.failure))
  return result.value
}

function verdict(change: Wild, size?: number): Verdict {
  const result = check(change, size)
  if (result.ok) throw new Error('the plane was accepted')
  return result.failure
}

const NV12 = { fourcc: 'NV12', memory: [memory, memory] }
const withMemory = (change: object): Wild => ({ memory: [{ ...memory, ...change }] })

describe('checkPlane accepts', () => {
  it('a plane of which every number is right, unchanged', () => {
    expect(plane({})).toEqual(claim)
  })

  it('a last row that is not padded', () => {
    const bytes = 63 * 512 + 256
    expect(plane(withMemory({ stride: 512, size: bytes }), bytes).memory[0]?.size).toBe(bytes)
  })

  it('one pixel', () => {
    const tiny = { width: 1, height: 1, ...withMemory({ stride: 4, size: 4 }) }
    expect(plane(tiny, 4)).toMatchObject({ width: 1, height: 1 })
  })

  it('the largest sides that stay within 512 MiB', () => {
    const stride = 16384 * 4
    const size = stride * 8192
    const large = { width: 16384, height: 8192, ...withMemory({ stride, size }) }
    expect(plane(large, size)).toMatchObject({ width: 16384, height: 8192 })
  })

  it('an odd stride and an odd offset of a linear plane', () => {
    const odd = withMemory({ stride: 257, offset: 3, size: 63 * 257 + 256 })
    expect(plane(odd, 3 + 63 * 257 + 256).memory[0]).toMatchObject({ stride: 257, offset: 3 })
  })

  it('a size larger than needed, as far as the buffer has it', () => {
    expect(plane(withMemory({ size: 20000 }), 20000).memory[0]?.size).toBe(20000)
  })

  it.each([
    [X_TILED, 512, 64 * 512],
    [Y_TILED, 256, 64 * 256],
  ])('whole tiles of %s', (modifier, stride, size) => {
    expect(plane({ modifier, ...withMemory({ stride, size }) }, size).modifier).toBe(modifier)
  })

  it('INVALID as LINEAR when somebody decided so', () => {
    const implicit = { modifier: 0x00ffffffffffffffn }
    expect(plane(implicit, undefined, { implicitModifier: 'linear' }).modifier).toBe(0n)
  })

  it('a cursor with its hotspot, on the far edge too', () => {
    const hotspot = { x: 64, y: 0 }
    expect(plane({ kind: 'cursor', hotspot }).hotspot).toEqual(hotspot)
  })

  it.each([
    [{ x: 0xffffffff, y: 0xffffffff }],
    [{ x: 0xffffffff, y: 5 }],
    [{ x: -1, y: -1 }],
    [{ x: 65, y: 0 }],
    [{ x: 0, y: 65 }],
    [null],
    [undefined],
  ])('the hotspot %j as none', (hotspot) => {
    expect(plane({ kind: 'cursor', hotspot })).not.toHaveProperty('hotspot')
  })

  it('hotspots of cursors alone', () => {
    expect(plane({ kind: 'overlay', hotspot: { x: 1, y: 1 } })).not.toHaveProperty('hotspot')
  })

  it.each([
    [-5, -5],
    [0xfffffffb, -5],
    [0x80000000, -32768],
    [0x7fffffff, 32767 + 1],
    [-(2 ** 31), -32768],
    [40000, 32768],
    [32768, 32768],
  ])('the position %d as %d', (x, read) => {
    expect(plane({ x, y: x })).toMatchObject({ x: read, y: read })
  })

  it('bottom-up planes', () => {
    expect(plane({ bottomUp: true }).bottomUp).toBe(true)
  })

  it('colour info of an RGB plane, and drops it', () => {
    const color = { matrix: 'bt709', range: 'limited' }
    expect(plane({ color })).not.toHaveProperty('color')
  })

  it('colour info of a YUV plane, and the default where there is none', () => {
    const color = { matrix: 'bt601', range: 'full' }
    expect(plane({ ...NV12, color }).color).toEqual(color)
    expect(plane(NV12).color).toEqual({ matrix: 'bt709', range: 'limited' })
  })

  it('odd sizes of planes that share chroma', () => {
    const odd = { fourcc: 'NV12', width: 5, height: 3 }
    const parts = [
      { buffer: 0, offset: 3, stride: 5, size: 15 },
      { buffer: 0, offset: 18, stride: 6, size: 12 },
    ]
    expect(plane({ ...odd, memory: parts }, 30).memory).toEqual(parts)
  })

  it('a bit-6 swizzle where somebody asks for one, and there alone', () => {
    const policy = { bit6Swizzle: '9' } as const
    const tiled = { modifier: Y_TILED, ...withMemory({ size: 16384 }) }
    expect(plane(tiled, undefined, policy).bit6Swizzle).toBe('9')
    expect(plane(tiled)).not.toHaveProperty('bit6Swizzle')
    expect(plane({}, undefined, policy)).not.toHaveProperty('bit6Swizzle')
  })

  it('a claim of which it takes a copy', () => {
    const mine = { ...claim, memory: [{ ...memory }] }
    const result = checkPlane(mine, [{ size: 16384 }])
    mine.memory[0] = { ...memory, offset: 99999 }
    expect(result.ok && result.value.memory[0]?.offset).toBe(0)
  })
})

/** field that decides, what is wrong with it, what the reason must say, real size of the buffer */
type Case = readonly [field: string, change: Wild, says: RegExp, size: number | undefined]
type Row = readonly [field: string, change: Wild, says: RegExp, size?: number]

// biome-ignore format: one case per line
const rows: readonly Row[] = [
  ['kind', { kind: 'sprite' }, /kind sprite is none of primary, overlay, cursor/],
  ['kind', { kind: undefined }, /kind missing/],
  ['fourcc', { fourcc: 'NV15' }, /NV15.*cannot be decoded.*XR24/],
  ['fourcc', { fourcc: 'C4  ' }, /palette/],
  ['fourcc', { fourcc: '0x00000000' }, /fourcc is 0/],
  ['fourcc', { fourcc: '0xb4325258' }, /big-endian/],
  ['fourcc', { fourcc: 'ZZZZ' }, /not in drm_fourcc\.h/],
  ['fourcc', { fourcc: 'xr24' }, /not in drm_fourcc\.h/],
  ['fourcc', { fourcc: '__proto__' }, /not in drm_fourcc\.h/],
  ['fourcc', { fourcc: 0x34325258 }, /not a four-character code/],
  ['modifier', { modifier: 0 }, /not 64 bits/],
  ['modifier', { modifier: -1n }, /negative/],
  ['modifier', { modifier: 1n << 64n }, /more than 64 bits/],
  ['modifier', { modifier: 0x00ffffffffffffffn }, /says nothing about how the pixels lie/],
  ['modifier', { modifier: 0x0100000000000004n }, /I915_FORMAT_MOD_Y_TILED_CCS.*compressed.*Intel/],
  ['modifier', { modifier: 0x0200000000002901n }, /DCC.*compressed.*AMD/],
  ['modifier', { modifier: 0x0800000000000071n }, /AFBC.*compressed.*Arm/],
  ['modifier', { modifier: 0x03000000004fe014n }, /NVIDIA.*Fermi/],
  ['modifier', { modifier: 0x0500000000000003n }, /QCOM_TILED3.*Qualcomm.*memory banks/],
  ['modifier', { modifier: 0x0100000000000003n, fourcc: 'AB4H' }, /AB4H with pixels of 8 bytes has no proven place in I915_FORMAT_MOD_Yf_TILED/],
  ['modifier', { modifier: X_TILED, fourcc: 'RG24' }, /RG24 with pixels of 3 bytes has no proven place/],
  ['modifier', { modifier: 0x0810000000000001n, fourcc: 'YUYV' }, /YUYV with pixels of 4 bytes/],
  ['modifier', { modifier: 0x0900000000000001n }, /ALLWINNER_TILED \(its video formats are NV12, NV21\)/],
  ['modifier', { modifier: 0x0700000000001004n, ...NV12 }, /64 rows do not fit into the columns of .*SAND128_COL_HEIGHT\(16\)/],
  ['memory', { fourcc: 'NV12' }, /1 memory plane came, and NV12 has 2/],
  ['memory', { fourcc: 'YU12', memory: [memory, memory] }, /2 memory planes came, and YU12 has 3/],
  ['memory[1].stride', { ...NV12, width: 65, memory: [memory, { ...memory, stride: 65 }] }, /stride 65 is below 66, the bytes of 65 pixels of NV12 of memory plane 1/],
  ['memory[1].size', { ...NV12, height: 63, memory: [memory, { ...memory, size: 100 }] }, /needs 8000 bytes of memory plane 1, and its size is 100/],
  ['memory[1].offset', { ...NV12, modifier: Y_TILED, memory: [memory, { ...memory, offset: 64 }] }, /no multiple of 4096/],
  ['memory[0].stride', { fourcc: 'YUYV', width: 65, ...withMemory({ stride: 130 }) }, /stride 130 is below 132/],
  ['memory[0].stride', { modifier: 0x0700000000000006n, ...withMemory({ stride: 320, size: 1e6 }) }, /no multiple of 128/, 1e6],
  ['memory[0].size', { modifier: 0x0700000000000006n, height: 280, ...withMemory({ size: 280 * 256 }) }, /needs 77824 bytes/, 1e6],
  ['modifier', { modifier: 0x7f00000000000001n }, /not in drm_fourcc\.h/],
  ['width', { width: 0 }, /width 0 is below 1/],
  ['width', { width: 16385 }, /width 16385 is above 16384/],
  ['width', { width: -64 }, /below 1/],
  ['width', { width: 64.5 }, /not a whole number/],
  ['width', { width: Number.NaN }, /NaN/],
  ['width', { width: Number.POSITIVE_INFINITY }, /Infinity/],
  ['width', { width: 64n }, /not a whole number/],
  ['width', { width: '64' }, /not a whole number/],
  ['width', { width: undefined }, /missing/],
  ['height', { height: 0 }, /height 0 is below 1/],
  ['height', { height: 0xffffffff }, /above 16384/],
  ['height', { width: 16384, height: 8193 }, /512 MiB/],
  ['width', { kind: 'cursor', width: 513 }, /width 513 is above 512/],
  ['height', { kind: 'cursor', height: 513 }, /above 512/],
  ['memory', { memory: [] }, /0 memory planes came, and XR24 has 1/],
  ['memory', { memory: [memory, memory] }, /2 memory planes came/],
  ['memory', { memory: undefined }, /0 memory planes/],
  ['memory', { memory: 'memory' }, /0 memory planes/],
  ['memory[0]', { memory: [null] }, /null/],
  ['memory[0]', { memory: [7] }, /not a memory plane/],
  ['memory[0].buffer', withMemory({ buffer: 1 }), /buffer 1 was named, and 1 came/],
  ['memory[0].buffer', withMemory({ buffer: -1 }), /below 0/],
  ['memory[0].buffer', withMemory({ buffer: 'constructor' }), /not a whole number/],
  ['memory[0].offset', withMemory({ offset: -4 }), /below 0/],
  ['memory[0].offset', withMemory({ offset: 2 ** 53 }), /above/],
  ['memory[0].offset', withMemory({ offset: 16385 }), /beyond the end of the buffer, which has 16384/],
  ['memory[0].stride', withMemory({ stride: 0 }), /below 1/],
  ['memory[0].stride', withMemory({ stride: -256 }), /below 1/],
  ['memory[0].stride', withMemory({ stride: 255 }), /stride 255 is below 256, the bytes of 64 pixels of XR24/],
  ['memory[0].stride', withMemory({ stride: 0x80000000 }), /above 2147483647/],
  ['memory[0].stride', withMemory({ stride: 0x7fffffff }), /512 MiB/],
  ['memory[0].stride', { modifier: X_TILED, ...withMemory({ stride: 768, size: 1e6 }) }, /no multiple of 512/, 1e6],
  ['memory[0].stride', { modifier: Y_TILED, ...withMemory({ stride: 300, size: 1e6 }) }, /no multiple of 128/, 1e6],
  ['memory[0].offset', { modifier: X_TILED, ...withMemory({ stride: 512, offset: 2048, size: 32768 }) }, /no multiple of 4096/, 1e6],
  ['memory[0].size', { modifier: Y_TILED, height: 65, ...withMemory({ stride: 256, size: 65 * 256 }) }, /needs 24576 bytes, and its size is 16640/, 1e6],
  ['memory[0].size', withMemory({ size: 16383 }), /needs 16384 bytes, and its size is 16383/],
  ['memory[0].size', withMemory({ size: 0 }), /below 1/],
  ['memory[0].size', withMemory({ size: Number.NaN }), /NaN/],
  ['memory[0].size', {}, /16384 bytes at offset 0 do not fit into the buffer, which has 16383/, 16383],
  ['memory[0].size', withMemory({ offset: 1 }), /16384 bytes at offset 1 do not fit/],
  ['x', { x: 2 ** 32 }, /above 4294967295/],
  ['x', { x: -(2 ** 31) - 1 }, /below -2147483648/],
  ['y', { y: 0.5 }, /not a whole number/],
  ['y', { y: 5n }, /not a whole number/],
  ['hotspot.x', { kind: 'cursor', hotspot: { x: 0.5, y: 0 } }, /not a whole number/],
  ['hotspot.y', { kind: 'cursor', hotspot: { x: 0, y: Number.NaN } }, /NaN/],
  ['hotspot.x', { kind: 'cursor', hotspot: 'here' }, /missing/],
  ['bottomUp', { bottomUp: 1 }, /neither true nor false/],
  ['bottomUp', { bottomUp: undefined }, /missing/],
  ['color.matrix', { color: { matrix: 'bt470', range: 'full' } }, /bt470 is none of bt601/],
  ['color.range', { color: { matrix: 'bt601', range: 'wide' } }, /wide is none of limited, full/],
]

const refused = rows.map(([field, change, says, size]): Case => [field, change, says, size])

describe('checkPlane refuses', () => {
  it.each(refused)('a wrong %s (case %#)', (field, change, says, size) => {
    const { why, ...rest } = verdict(change, size)
    expect(rest.field).toBe(field)
    expect(why).toMatch(says)
  })

  it.each(refused)(
    'a wrong %s in words that stand alone (case %#)',
    (_field, change, _says, size) => {
      const refusal = verdict(change, size)
      const line = failureLine(refusal)
      expect(line).toMatch(/^cannot show (a plane|the (primary|overlay|cursor) plane): .+\. \S.+$/)
      expect(line).not.toMatch(/undefined|\[object|\.\.|: :/)
      expect(refusal.remedy).not.toMatch(/\.$/)
      expect(refusal.value.length).toBeLessThan(45)
    },
  )

  it.each([null, undefined, 7, 'plane', [], () => {}])('%s, which is no claim', (wild) => {
    const result = checkPlane(wild as unknown as PlaneClaim, [])
    expect(result.ok).toBe(false)
  })

  it('a plane without buffers', () => {
    const result = checkPlane(claim, [])
    expect(result.ok ? '' : result.failure.why).toMatch(/buffer 0 was named, and 0 came/)
  })

  it('hostile text without passing it on to a terminal', () => {
    const line = failureLine(verdict({ fourcc: '\x1b[2J\n' }))
    expect(line).toContain('\\x1b[2J\\x0a')
  })

  it('long text without printing all of it', () => {
    expect(failureLine(verdict({ fourcc: 'X'.repeat(1e6) })).length).toBeLessThan(400)
  })

  it('a huge list of memory planes without walking it', () => {
    expect(verdict({ memory: new Array(2 ** 32 - 1) }).value).toBe(String(2 ** 32 - 1))
  })

  it.each([
    [0x0100000000000006n, /INTEL_DEBUG=noccs/],
    [0x0200000000002901n, /AMD_DEBUG=nodcc/],
    [0x0800000000000071n, /PAN_MESA_DEBUG=noafbc/],
    [0x0a00000000000001n, /linear buffer/],
  ])('the compressed %s with what turns compression off', (modifier, helps) => {
    const refusal = verdict({ modifier })
    expect(refusal.code).toBe('compressed-modifier')
    expect(refusal.remedy).toMatch(helps)
  })
})
