// SPDX-License-Identifier: GPL-2.0-or-later
// The pictures that stages are fed with, and how they grow. Runs in Node and in a page.
import { validPlane } from '../../../test/fakes/planes.ts'

const named = (width, height) => ({ name: `${width} × ${height}`, width, height })

/** Sizes in growing order; the middle one is what everything else is measured at. */
export const sizesOf = {
  full: [named(1280, 720), named(1920, 1080), named(3840, 2160)],
  tiny: [named(192, 128), named(256, 192), named(384, 256)],
}

/** Side of the cells in which damage is found, pixels. */
const CELL = 64

/** Parts of a picture that change, in growing order. */
export function damagesOf({ width, height }) {
  const half = (side) => Math.ceil(side / 2 / CELL) * CELL
  return [
    { name: 'a cell', rect: { x: CELL, y: CELL, width: CELL, height: CELL } },
    { name: 'a bar', rect: { x: CELL, y: 0, width: CELL, height } },
    { name: 'a quarter', rect: { x: 0, y: 0, width: half(width), height: half(height) } },
    { name: 'all', rect: { x: 0, y: 0, width, height } },
  ]
}

export const bytesOf = ({ width, height }) => width * height * 4

/** A linear XRGB8888 plane that fills the screen. */
export const primaryOf = ({ width, height }) => validPlane({ width, height }).plane

/** Primary, overlay and cursor of a screen, bottom to top, linear. */
export function planesOf(size) {
  const overlay = { width: size.width >> 2, height: size.height >> 2, x: CELL, y: CELL }
  return [
    primaryOf(size),
    validPlane({ kind: 'overlay', fourcc: 'AR24', ...overlay }).plane,
    validPlane({ kind: 'cursor', fourcc: 'AR24', width: 64, height: 64, x: 16, y: 16 }).plane,
  ]
}

/** Bytes that repeat nowhere near. */
export function noise(length, seed = 1) {
  const bytes = new Uint8Array(length)
  const block = new Uint32Array(bytes.buffer, 0, Math.min(65521, length >> 2))
  let state = seed * 2654435761
  for (let at = 0; at < block.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    block[at] = state
  }
  for (let end = block.byteLength; end > 0 && end < length; end *= 2) bytes.copyWithin(end, 0, end)
  return bytes
}

/** The bytes of a linear 32-bit picture with every pixel of a part changed. */
export function changed(bytes, stride, { x, y, width, height }) {
  const copy = bytes.slice()
  for (let row = y; row < y + height; row += 1) {
    const start = row * stride + x * 4
    for (let at = start; at < start + width * 4; at += 1) copy[at] ^= 0x55
  }
  return copy
}

/** The rows of a part, tight: a frame's payload for it. */
export function packed(bytes, stride, { x, y, width, height }) {
  const tight = new Uint8Array(width * height * 4)
  for (let row = 0; row < height; row += 1) {
    const start = (y + row) * stride + x * 4
    tight.set(bytes.subarray(start, start + width * 4), row * width * 4)
  }
  return tight
}

/** A part in pixels as a rectangle of the memory image: bytes and rows. */
export const inBytes = ({ x, y, width, height }) => ({ x: x * 4, y, width: width * 4, height })
