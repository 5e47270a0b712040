// SPDX-License-Identifier: GPL-2.0-or-later

// D-Bus values and their signatures, read by wire-reader.ts and written by wire-writer.ts (D-Bus
// specification 0.43, "Marshaling"). What comes in is hostile: whatever is malformed, too long or too
// deep throws a SyntaxError.

/** A value with its own signature, one complete type. */
export class Variant {
  readonly signature: string
  readonly value: WireValue

  constructor(signature: string, value: WireValue) {
    this.signature = signature
    this.value = value
  }
}

/**
 * `y n q i u d` and `h` (an index into the message's descriptors) are numbers, `x t` bigints, `b` a
 * boolean, `s o g` strings, `v` a Variant, `ay` bytes, other arrays and structs arrays; a dict is an
 * array of `[key, value]`.
 */
export type WireValue =
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | Variant
  | readonly WireValue[]

/** Containers inside each other, variants too. The specification allows 32 arrays and 32 structs. */
export const MAX_DEPTH = 32
const MAX_SIGNATURE = 255
/** Largest message of the specification; arrays as large are let through, because pictures are. */
export const MAX_MESSAGE = 2 ** 27

const alignments: Readonly<Record<string, number>> = {
  ...{ y: 1, g: 1, v: 1, n: 2, q: 2, b: 4, i: 4, u: 4, h: 4, s: 4, o: 4, a: 4 },
  ...{ x: 8, t: 8, d: 8, '(': 8, '{': 8 },
}
const basic = 'ybnqiuxtdsogh'

/** Index behind the complete type that begins at `at`. */
function typeEnd(signature: string, at: number, depth = 0): number {
  const code = signature[at] ?? ''
  if (depth > MAX_DEPTH) throw new SyntaxError('a signature is nested too deeply')
  if (code === 'v' || (code !== '' && basic.includes(code))) return at + 1
  if (code === 'a') {
    return signature[at + 1] === '{'
      ? dictEnd(signature, at + 1, depth + 1)
      : typeEnd(signature, at + 1, depth + 1)
  }
  if (code !== '(') throw new SyntaxError(`${JSON.stringify(signature)} is no signature`)
  let end = at + 1
  while (signature[end] !== ')') end = typeEnd(signature, end, depth + 1)
  if (end === at + 1) throw new SyntaxError('a signature has an empty struct')
  return end + 1
}

function dictEnd(signature: string, at: number, depth: number): number {
  const key = signature[at + 1] ?? ''
  const end = typeEnd(signature, at + 2, depth)
  if (key === '' || !basic.includes(key) || signature[end] !== '}') {
    throw new SyntaxError('a signature has a malformed dict')
  }
  return end + 1
}

/** The complete types of a signature. */
export function typesOf(signature: string): readonly string[] {
  if (signature.length > MAX_SIGNATURE) throw new SyntaxError('a signature is too long')
  const types: string[] = []
  for (let at = 0; at < signature.length; ) {
    const end = typeEnd(signature, at)
    types.push(signature.slice(at, end))
    at = end
  }
  return types
}

/** The next place at or after `at` where a value of that type may begin. */
export function aligned(at: number, type: string): number {
  const unit = alignments[type[0] ?? ''] ?? 1
  return Math.ceil(at / unit) * unit
}

/** Name of an object: `/org/qemu/Display1/Console_0`. */
export function isObjectPath(text: string): boolean {
  return text === '/' || /^(?:\/[A-Za-z0-9_]+)+$/.test(text)
}
