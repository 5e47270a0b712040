// SPDX-License-Identifier: GPL-2.0-or-later
import { type FourccRow, fourccRow } from './fourcc.ts'
import type { Size } from './geometry.ts'
import { type ModifierRow, modifierRow, tilingsOf } from './modifier.ts'
import type { Bit6Swizzle, MemoryPlane, Plane } from './plane.ts'
import { type TileGrid, type Tiling, tileBytes, tileGrid } from './tiling.ts'

/** Guest pixels per side of any plane. */
export const MAX_SIDE = 16384
/** Guest pixels per side of a cursor; hardware cursors end at 256. */
export const MAX_CURSOR_SIDE = 512
/** Largest stride that producers (QEMU, the kernel) accept, bytes. */
export const MAX_STRIDE = 0x7fff_ffff
/** Most bytes of one plane, as it lies in memory and as decoded RGBA. */
export const MAX_PLANE_BYTES = 512 * 2 ** 20
/** Positions beyond this are as good as outside. */
export const MAX_POSITION = 32768

/** What one memory plane holds: `width` × `height` blocks of `bytes`. */
export type PlaneLayout = {
  readonly bytes: number
  readonly width: number
  readonly height: number
  readonly tiling: Tiling | undefined
}

/** What a layout asks of a memory plane. Bytes. */
export type LayoutNeed = {
  /** The least stride, before it is rounded up to the unit. */
  readonly minStride: number
  readonly strideUnit: number
  readonly offsetUnit: number
  /** From `offset` to the end of the last byte that the layout can address. */
  readonly bytes: number
}

/** A memory plane of a checked plane, with everything that reading it takes. */
export type MemoryLayout = PlaneLayout &
  MemoryPlane & {
    /** Undefined without tiling. */
    readonly grid: TileGrid | undefined
  }

/**
 * The memory planes of a format in a layout, in order: odd sizes round up where pixels share a block.
 * Undefined when format and layout do not go together.
 */
export function planeLayouts(
  format: FourccRow,
  modifier: ModifierRow,
  size: Size,
  swizzle?: Bit6Swizzle,
): readonly PlaneLayout[] | undefined {
  const tilings = tilingsOf(format, modifier)
  if (!tilings) return undefined
  return format.planes.map(({ bytes, across, down }, at) => {
    const tiling = tilings[at]
    return {
      bytes,
      width: Math.ceil(size.width / across),
      height: Math.ceil(size.height / down),
      tiling: tiling && swizzle ? swizzled(tiling, swizzle) : tiling,
    }
  })
}

/**
 * The format of a checked plane and its memory planes.
 *
 * @throws Error at a plane that nobody checked
 */
export function layoutOf(plane: Plane): {
  readonly format: FourccRow
  readonly memory: readonly MemoryLayout[]
} {
  const format = fourccRow(plane.fourcc)
  const modifier = modifierRow(plane.modifier)
  const layouts = format && modifier && planeLayouts(format, modifier, plane, plane.bit6Swizzle)
  if (!layouts || layouts.length !== plane.memory.length) {
    throw new Error(`plane was not checked: ${plane.fourcc}`)
  }
  const memory = layouts.map((layout, at): MemoryLayout => {
    const place = plane.memory[at]
    if (!place) throw new Error(`plane was not checked: ${plane.fourcc}`)
    const { tiling, height } = layout
    return { ...layout, ...place, grid: tiling && tileGrid(tiling, place.stride, height) }
  })
  return { format, memory }
}

/**
 * The needs of a memory plane at a given stride. LINEAR: the last row need not be padded. Tiled: every
 * tile row is whole, but columns: the last one ends with the plane. Exact for sides up to
 * {@link MAX_SIDE} and strides up to {@link MAX_STRIDE}: all products stay below 2^53.
 */
export function layoutNeed(layout: PlaneLayout, stride: number): LayoutNeed {
  const { bytes, width, height, tiling } = layout
  const minStride = width * bytes
  if (!tiling) {
    return { minStride, strideUnit: 1, offsetUnit: 1, bytes: (height - 1) * stride + minStride }
  }
  const { tileWidth, tileHeight, strideTiles } = tiling
  const offsetUnit = tileBytes(tiling)
  if (tiling.order === 'columns') {
    const columns = Math.ceil(minStride / tileWidth)
    const need = ((columns - 1) * tiling.columnHeight + height) * tileWidth
    return { minStride, strideUnit: 1, offsetUnit, bytes: need }
  }
  const { down } = tileGrid(tiling, stride, height)
  const strideUnit = tileWidth * strideTiles
  return { minStride, strideUnit, offsetUnit, bytes: stride * tileHeight * down }
}

/** Bit 6 of every address XORed with bit 9, or with bits 9 and 10, as memory controllers did up to gen 7. */
function swizzled(tiling: Tiling, swizzle: Bit6Swizzle): Tiling {
  const bits = swizzle === '9' ? [9] : [9, 10]
  const turn = (mask: number) => bits.reduce((sum, bit) => sum ^ (((mask >> bit) & 1) << 6), mask)
  return { ...tiling, xMasks: tiling.xMasks.map(turn), yMasks: tiling.yMasks.map(turn) }
}

/**
 * A checked plane as it lies in memory of an Intel machine up to gen 7 that swizzles bit 6. Others come
 * back as they are: swizzling moves bytes inside a tile, so that what was checked stays true.
 *
 * @see intel_ggtt_fencing.c
 */
export function withBit6Swizzle(plane: Plane): Plane {
  const bit6Swizzle = modifierRow(plane.modifier)?.bit6
  return bit6Swizzle ? { ...plane, bit6Swizzle } : plane
}

/** Whether a format may lie in a layout. */
export function canPair(format: FourccRow, modifier: ModifierRow): boolean {
  return tilingsOf(format, modifier) !== undefined
}

/**
 * Bytes from the first pixel of a memory plane to the one at (x, y) of the picture, where a part of a
 * buffer is shown. NaN when the layout cannot begin there.
 */
export function cropOffset(
  code: string,
  modifier: bigint,
  at: number,
  stride: number,
  x: number,
  y: number,
): number {
  if (x === 0 && y === 0) return 0
  const format = fourccRow(code)
  const row = modifierRow(modifier)
  const shape = format?.planes[at]
  const tilings = format && row && tilingsOf(format, row)
  if (!shape || !tilings) return Number.NaN
  const tiling = tilings[at]
  const whole = (value: number) => (Number.isInteger(value) ? value : Number.NaN)
  // Neither a block nor a tile can be cut.
  const column = whole(x / shape.across) * shape.bytes
  const line = whole(y / shape.down)
  if (!tiling) return column + line * stride
  const { tileWidth, tileHeight, order, xMasks, yMasks } = tiling
  const isPlain = 2 ** xMasks.length <= tileWidth && 2 ** yMasks.length <= tileHeight
  if (order !== 'rows' || !isPlain) return Number.NaN
  return (
    whole(column / tileWidth) * tileBytes(tiling) + whole(line / tileHeight) * tileHeight * stride
  )
}
