// SPDX-License-Identifier: GPL-2.0-or-later

/** Stereo, each channel from -1 to 1. */
export type Stereo = {
  readonly left: Float32Array<ArrayBuffer>
  readonly right: Float32Array<ArrayBuffer>
}

/** A channel that is heard on both sides as loud as one on one side alone. */
const HALF = Math.SQRT1_2

/**
 * How much of each channel goes left and right, by the number of channels. Their order is that of WAVE
 * files: front left, right, centre, low frequencies, back left, right, side left, right. The way down to
 * two is Web Audio's (its specification, "Down-mix"), the low frequencies left out.
 */
// biome-ignore format: one row per number of channels
export const downmixRows: readonly { readonly left: readonly number[]; readonly right: readonly number[] }[] = [
  { left: [1],                              right: [1] },
  { left: [1, 0],                           right: [0, 1] },
  { left: [1, 0, HALF],                     right: [0, 1, HALF] },
  { left: [1, 0, HALF, 0],                  right: [0, 1, 0, HALF] },
  { left: [1, 0, HALF, HALF, 0],            right: [0, 1, HALF, 0, HALF] },
  { left: [1, 0, HALF, 0, HALF, 0],         right: [0, 1, HALF, 0, 0, HALF] },
  { left: [1, 0, HALF, 0, HALF, HALF, 0],   right: [0, 1, HALF, 0, HALF, 0, HALF] },
  { left: [1, 0, HALF, 0, HALF, 0, HALF, 0], right: [0, 1, HALF, 0, 0, HALF, 0, HALF] },
]

/** Undefined for a number of channels that no card has. */
export function downmix(bytes: Uint8Array, channels: number): Stereo | undefined {
  const row = downmixRows[channels - 1]
  if (!row) return undefined
  const frames = Math.floor(bytes.length / (2 * channels))
  const samples = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const left = new Float32Array(frames)
  const right = new Float32Array(frames)
  for (let frame = 0; frame < frames; frame += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      const sample = samples.getInt16((frame * channels + channel) * 2, true) / 0x8000
      left[frame] = (left[frame] ?? 0) + sample * (row.left[channel] ?? 0)
      right[frame] = (right[frame] ?? 0) + sample * (row.right[channel] ?? 0)
    }
  }
  return { left, right }
}
