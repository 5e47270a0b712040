// SPDX-License-Identifier: GPL-2.0-or-later
import { LINEAR } from './modifier.ts'
import type { Plane } from './plane.ts'
import { layoutNeed, layoutOf } from './plane-layout.ts'
import { tileBytes } from './tiling.ts'

/**
 * A memory plane seen as a two-dimensional array of bytes, the shape in which its bytes are shadowed,
 * compared, sent and uploaded. LINEAR: one picture row is one image row. Tiled: the tiles follow each
 * other in memory order, several to an image row, so that a run of tiles is a run of bytes.
 * A texture of it is R32UI, `pitch / 4` × `rows`.
 */
export type MemoryImage = {
  /** Bytes from one row of the image to the next in the shadow; a multiple of 4. */
  readonly pitch: number
  readonly rows: number
  /** Meaningful bytes of every row but the last. */
  readonly rowBytes: number
  /** Meaningful bytes of the last row. */
  readonly lastRowBytes: number
  /** Bytes from one row to the next where the producer keeps them. */
  readonly sourceOffset: number
  readonly sourcePitch: number
  /** Damage is found in cells of this many bytes by this many rows; `cellWidth` is a multiple of 4. */
  readonly cellWidth: number
  readonly cellRows: number
}

/**
 * A rectangle of a {@link MemoryImage}: x and width in bytes, y and height in rows. x and width are
 * multiples of 4; the width of a row that ends inside a word is rounded up (the pitch has room).
 */
export type ImageRect = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Bytes of an image row of a tiled plane: a texture of 8192 words. Tiles are as long, or fit in evenly. */
export const TILED_PITCH = 32768
/** Damage cells of linear planes are 64 pixels × 64 rows (facts of the damage scan: row-order memcmp). */
const CELL_PIXELS = 64
/** Damage cells of tiled planes hold at least this many bytes. */
const LEAST_CELL = 1024

const alignUp = (value: number, to: number): number => Math.ceil(value / to) * to

/**
 * The images of a checked plane's memory planes, in order.
 *
 * @throws Error at a plane that nobody checked
 */
export function memoryImages(plane: Plane): readonly MemoryImage[] {
  return layoutOf(plane).memory.map((memory) => {
    const { tiling, offset, stride, height } = memory
    if (!tiling) {
      const rowBytes = memory.width * memory.bytes
      return {
        pitch: alignUp(rowBytes, 4),
        rows: height,
        rowBytes,
        lastRowBytes: rowBytes,
        sourceOffset: offset,
        sourcePitch: stride,
        cellWidth: alignUp(CELL_PIXELS * memory.bytes, 4),
        cellRows: CELL_PIXELS,
      }
    }
    const total = layoutNeed(memory, stride).bytes
    const tile = tileBytes(tiling)
    const rows = Math.ceil(total / TILED_PITCH)
    return {
      pitch: TILED_PITCH,
      rows,
      rowBytes: TILED_PITCH,
      lastRowBytes: total - (rows - 1) * TILED_PITCH,
      sourceOffset: offset,
      sourcePitch: TILED_PITCH,
      cellWidth: Math.min(Math.max(tile, LEAST_CELL), TILED_PITCH),
      cellRows: Math.max(1, tile / TILED_PITCH),
    }
  })
}

/** The whole of an image as one rectangle list: all rows but a short last one, then that. */
export function wholeImage(image: MemoryImage): readonly ImageRect[] {
  if (image.lastRowBytes === image.rowBytes) {
    return [{ x: 0, y: 0, width: alignUp(image.rowBytes, 4), height: image.rows }]
  }
  const last = { x: 0, y: image.rows - 1, width: alignUp(image.lastRowBytes, 4), height: 1 }
  if (image.rows === 1) return [last]
  return [{ x: 0, y: 0, width: image.rowBytes, height: image.rows - 1 }, last]
}

/** Bytes that a shadow of the image occupies. */
export function imageSize(image: MemoryImage): number {
  return image.pitch * image.rows
}

/** A plane as its images hold it: memory plane i in buffer i, from its first byte on. */
export function imagePlane(plane: Plane, images: readonly MemoryImage[]): Plane {
  const memory = images.map((image, at) => {
    const stride = plane.modifier === LINEAR ? image.pitch : (plane.memory[at]?.stride ?? 0)
    return { buffer: at, offset: 0, stride, size: imageSize(image) }
  })
  return { ...plane, memory }
}
