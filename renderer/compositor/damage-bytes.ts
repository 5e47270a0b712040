// SPDX-License-Identifier: GPL-2.0-or-later
import type { ImageRect, MemoryImage } from '../../core/memory-image.ts'

/** Where the bytes of damage come from. */
export type DamageBytes =
  /** The rectangles' rows, tight, in list order; exactly as many bytes as they have. */
  | { readonly layout: 'tight'; readonly bytes: Uint8Array }
  /** A view of the whole memory image at its own pitch. */
  | { readonly layout: 'image'; readonly bytes: Uint8Array }

/** What a surface is filled from: bytes, or a frame that stays in the GPU and is its owner's to close. */
export type DamageSource = DamageBytes | { readonly layout: 'texture'; readonly frame: VideoFrame }

/** Bytes that the rectangles carry when their rows lie tight. */
export function tightSize(rects: readonly ImageRect[]): number {
  return rects.reduce((sum, rect) => sum + rect.width * rect.height, 0)
}

/** @throws RangeError if a rectangle leaves the image or the bytes do not reach */
export function checkDamage(
  image: MemoryImage,
  rects: readonly ImageRect[],
  source: DamageBytes,
): void {
  for (const rect of rects) {
    const { x, y, width, height } = rect
    const whole = [x, y, width, height].every((value) => Number.isSafeInteger(value) && value >= 0)
    const inside = whole && x + width <= image.pitch && y + height <= image.rows
    if (!inside || x % 4 !== 0 || width % 4 !== 0 || width === 0 || height === 0) {
      throw new RangeError(
        `damage ${x},${y} ${width}×${height} is not in an image of ${image.pitch}×${image.rows} bytes`,
      )
    }
  }
  const needed = source.layout === 'tight' ? tightSize(rects) : image.pitch * image.rows
  const fits =
    source.layout === 'tight' ? source.bytes.length === needed : source.bytes.length >= needed
  if (!fits) throw new RangeError(`damage needs ${needed} bytes, got ${source.bytes.length}`)
}
