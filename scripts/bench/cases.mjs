// SPDX-License-Identifier: GPL-2.0-or-later
// What the guest shows while viewers are measured, and where on the screen a frame can be told from
// the one before (test/qemu/guest/picture.h says what is drawn).

/** Side of a bar or a cursor, pixels. */
const BLOCK = 64
const GLYPH = 8

/**
 * `lane` is one row of pixels and the places in it that frames take in turn. `at`: whole pixels from the
 * left for a frame. `colour`: of the frame; a range each for red, green and blue when it is the same for
 * all. `stays`: a frame is still seen when the next one came.
 */
// biome-ignore format: one row per case
export const cases = {
  static: { pattern: 'static',  title: 'nothing changes' },
  bar:    { pattern: 'strip',   title: '64-pixel bar' },
  full:   { pattern: 'full',    title: 'full redraw' },
  cursor: { pattern: 'pointer', title: 'cursor only', before: ['hotspot 0,0'], after: ['cursor off'] },
  typing: { pattern: 'text',    title: 'typing', keys: true },
}

const bounce = (frame, width) => {
  const turn = Math.floor(width / BLOCK) - 1
  const step = frame % (2 * turn)
  return Math.min(step, 2 * turn - step) * BLOCK
}
const wrap = (step) => (frame, width) => (frame % Math.floor(width / step)) * step

/** The cursor's image is opaque at its left edge; QEMU and viewers may round a premultiplied colour. */
const CURSOR_RED = 128
const CURSOR_GREEN = 127

/**
 * By the pattern that the guest draws. X's own pointer is in the screen's memory too: it lies in the
 * middle, where nothing is looked for.
 */
// biome-ignore format: one row per pattern
export const lanes = {
  strip:   { y: ({ height }) => height >> 2,       inset: 32, at: bounce,       reach: 400 },
  full:    { y: () => 8,                           inset: 8,  at: () => 0,      reach: 400 },
  pointer: { y: () => 232,                         inset: 0,  at: wrap(BLOCK),  reach: 19, isCursor: true },
  text:    { y: ({ height }) => (height >> 2) + 8, inset: 4,  at: wrap(GLYPH),  reach: 400, stays: true },
}

/** Whether a pixel 0xRRGGBB is that of a frame. */
export function isFrame(lane, pixel, frame) {
  if (!lane.isCursor) return pixel === (frame & 0xffffff)
  const [red, green, blue] = [pixel >> 16, (pixel >> 8) & 255, pixel & 255]
  const far = Math.max(
    Math.abs(red - CURSOR_RED),
    Math.abs(green - CURSOR_GREEN),
    Math.abs(blue - CURSOR_GREEN),
  )
  return far <= 8
}
