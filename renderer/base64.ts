// SPDX-License-Identifier: GPL-2.0-or-later

/** `String.fromCharCode` takes its bytes as arguments, and their number is limited. */
const PIECE = 0x6000

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  const pieces: string[] = []
  // PIECE is a multiple of 3, so that no piece but the last needs padding.
  for (let at = 0; at < bytes.length; at += PIECE) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE))))
  }
  return pieces.join('')
}
