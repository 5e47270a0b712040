// SPDX-License-Identifier: GPL-2.0-or-later

/** One after the other; a single part comes back as it is. */
export function joinBytes<Part extends Uint8Array>(
  parts: readonly Part[],
): Part | Uint8Array<ArrayBuffer> {
  const [only] = parts
  if (only && parts.length === 1) return only
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
