// SPDX-License-Identifier: GPL-2.0-or-later

/**
 * Pixels as canvases keep them: RGBA bytes, here one word each with red in its low byte. Every machine
 * that Chromium runs on is little-endian.
 */
export type Pixels = {
  readonly width: number
  readonly height: number
  readonly words: Uint32Array<ArrayBuffer>
}

export const OPAQUE = 0xff00_0000

export function makePixels(width: number, height: number): Pixels {
  return { width, height, words: new Uint32Array(width * height) }
}

/** The same memory as a canvas takes it. */
export function imageOf({ width, height, words }: Pixels): ImageData {
  return new ImageData(new Uint8ClampedArray(words.buffer, 0, width * height * 4), width, height)
}
