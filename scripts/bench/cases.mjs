// SPDX-License-Identifier: GPL-2.0-or-later
// What the guest shows while viewers are measured, and where on the screen a frame can be told from
// the one before (test/qemu/guest/picture.h says what is drawn).

/** Side of a bar or a cursor, pixels. */
const BLOCK = 64
const GLYPH = 8

/**
 * In the order in which they are measured. `before` and `after`: the guest's commands. `keys`: somebody
 * types. `settleMs`: waited first; a browser goes on by itself for a while once there was much to do.
 */
// biome-ignore format: one row per case
export const cases = {
  bar:    { pattern: 'strip',   title: '64-pixel bar',    settleMs: 1500 },
  full:   { pattern: 'full',    title: 'full redraw',     settleMs: 1500 },
  cursor: { pattern: 'pointer', title: 'cursor only',     settleMs: 1500, before: ['hotspot 0,0'], after: ['cursor off'] },
  typing: { pattern: 'text',    title: 'typing',          settleMs: 1500, keys: true },
  static: { pattern: 'static',  title: 'nothing changes', settleMs: 5000 },
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
 * One row of pixels for each pattern, and the places in it that frames take in turn: `y` and `inset` say
 * which pixel, `at` the left end of a frame's place, `reach` how many frames may be missed. `stays`: a
 * frame is still seen when the next one came. X's own pointer is in the screen's memory too: it lies in the
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
