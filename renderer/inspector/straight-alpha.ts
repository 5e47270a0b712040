// SPDX-License-Identifier: GPL-2.0-or-later

/** Colours as a 2D canvas takes them, from colours that are multiplied by their alpha. RGBA, 8 bits. */
export function straightAlpha(premultiplied: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  const straight = new Uint8ClampedArray(premultiplied)
  for (let at = 0; at < straight.length; at += 4) {
    const alpha = straight[at + 3] ?? 0
    if (alpha === 0 || alpha === 255) continue
    for (let channel = at; channel < at + 3; channel += 1) {
      straight[channel] = ((straight[channel] ?? 0) * 255) / alpha
    }
  }
  return straight
}
