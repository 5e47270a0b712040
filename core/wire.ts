// SPDX-License-Identifier: GPL-2.0-or-later

// JSON with bigints, for every road that carries text: the WebSocket, frame headers, planes+unix.

/** `String.fromCharCode` takes its numbers as arguments, and how many is limited. */
const PIECE = 0x4000

/**
 * `JSON.stringify` that writes a bigint as `{"$bigint":"0x…"}`, and bytes as `{"$bytes":"…"}` with one
 * character below U+0100 for each.
 */
export function toWire(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return { $bigint: `0x${item.toString(16)}` }
    return item instanceof Uint8Array ? { $bytes: letters(item) } : item
  })
}

/**
 * Reads what {@link toWire} wrote.
 *
 * @throws SyntaxError when the text is not JSON, a bigint is not hexadecimal or bytes are none
 */
export function fromWire(text: string): unknown {
  return JSON.parse(text, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item
    if ('$bigint' in item) return bigintOf(item.$bigint)
    return '$bytes' in item ? bytesOf(item.$bytes) : item
  })
}

function letters(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) {
    // Spread would walk through them one by one; any list of numbers is one of arguments.
    const piece = bytes.subarray(at, at + PIECE) as unknown as number[]
    text += Reflect.apply(String.fromCharCode, null, piece)
  }
  return text
}

function bigintOf(digits: unknown): bigint {
  if (typeof digits !== 'string' || !/^0x[0-9a-f]{1,16}$/.test(digits)) {
    throw new SyntaxError('malformed bigint')
  }
  return BigInt(digits)
}

function bytesOf(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw new SyntaxError('malformed bytes')
  const bytes = new Uint8Array(text.length)
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > 0xff) throw new SyntaxError('malformed bytes')
    bytes[at] = code
  }
  return bytes
}
