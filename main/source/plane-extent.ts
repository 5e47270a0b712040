// SPDX-License-Identifier: GPL-2.0-or-later
import { memoryImages } from '../../core/memory-image.ts'
import type { Plane } from '../../core/plane.ts'

/** Bytes from the beginning of a buffer to the last one that a checked plane addresses; at most its claimed size. */
export function bufferExtent(plane: Plane, buffer: number): number {
  const ends = memoryImages(plane).map((image, at) => {
    const isHere = plane.memory[at]?.buffer === buffer
    const lastRow = image.sourceOffset + (image.rows - 1) * image.sourcePitch
    return isHere ? lastRow + image.lastRowBytes : 0
  })
  return Math.max(0, ...ends)
}
