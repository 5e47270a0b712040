// SPDX-License-Identifier: GPL-2.0-or-later

/** The surface under which the test picture travels; surfaces of guests count from 1. */
export const CANARY_SURFACE = 0
/** Pixels of each of its sides. */
export const CANARY_SIDE = 64

/** A picture that tells its rows, columns, channels and alpha apart: AR24, rows tight. */
export function canaryBytes(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(CANARY_SIDE * CANARY_SIDE * 4)
  for (let at = 0; at < bytes.length; at += 4) bytes.set(canaryPixel(at / 4), at)
  return bytes
}

/** Blue, green, red, alpha. Colours above their alpha show whether anything multiplies or divides by it. */
function canaryPixel(index: number): readonly number[] {
  const x = index % CANARY_SIDE
  const y = Math.floor(index / CANARY_SIDE)
  return [x * 4 + 3, 255 - y * 3, (x * 7) ^ (y * 13), (x + y * 5) & 0xff].map((byte) => byte & 0xff)
}

/**
 * What is wrong with the test picture as it arrived.
 *
 * @param rgba rows tight, top row first
 * @returns an empty text when every byte is right
 */
export function canaryObjection(width: number, height: number, rgba: Uint8Array): string {
  if (width !== CANARY_SIDE || height !== CANARY_SIDE || rgba.length !== width * height * 4) {
    return `the test picture arrived as ${width} × ${height}`
  }
  const wanted = canaryBytes()
  /** Byte of a pixel in AR24 for each channel of RGBA. */
  const places = [2, 1, 0, 3]
  let wrong = 0
  for (let at = 0; at < rgba.length; at += 4) {
    if (places.some((place, channel) => rgba[at + channel] !== wanted[at + place])) wrong += 1
  }
  return wrong === 0 ? '' : `${wrong} of ${width * height} test pixels arrived as others`
}
