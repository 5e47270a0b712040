// SPDX-License-Identifier: GPL-2.0-or-later

/** Whole numbers from 0 up to a bound, the same ones for the same seed (a 32-bit xorshift). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
}
