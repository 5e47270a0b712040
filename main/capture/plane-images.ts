// SPDX-License-Identifier: GPL-2.0-or-later
import { imageSize, type MemoryImage, memoryImages } from '../../core/memory-image.ts'
import type { CapturedPlane } from '../../core/plane.ts'

/** The memory images of a captured plane as the page takes them: packed to their pitch, in order. */
export function planeImages({ plane, buffers }: CapturedPlane): readonly Uint8Array[] {
  return memoryImages(plane).map((image, at) => {
    const buffer = buffers[plane.memory[at]?.buffer ?? -1]
    if (!buffer) throw new Error(`memory plane ${at} was not captured`)
    return packed(image, buffer)
  })
}

function packed(image: MemoryImage, buffer: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(imageSize(image))
  for (let row = 0; row < image.rows; row += 1) {
    const from = image.sourceOffset + row * image.sourcePitch
    const length = row === image.rows - 1 ? image.lastRowBytes : image.rowBytes
    bytes.set(buffer.subarray(from, from + length), row * image.pitch)
  }
  return bytes
}
