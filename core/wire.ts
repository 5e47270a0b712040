// SPDX-License-Identifier: GPL-2.0-or-later

// JSON with bigints, for every road that carries text: the WebSocket, frame headers, planes+unix.

/** `JSON.stringify` that writes a bigint as `{"$bigint":"0x…"}`. */
export function toWire(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' ? { $bigint: `0x${item.toString(16)}` } : item,
  )
}

/**
 * Reads what {@link toWire} wrote.
 *
 * @throws SyntaxError when the text is not JSON or a bigint is not hexadecimal
 */
export function fromWire(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || !('$bigint' in item)) return item
    const digits = item.$bigint
    if (typeof digits !== 'string' || !/^0x[0-9a-f]{1,16}$/.test(digits)) {
      throw new SyntaxError('malformed bigint')
    }
    return BigInt(digits)
  })
}
