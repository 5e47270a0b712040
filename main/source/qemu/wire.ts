// SPDX-License-Identifier: GPL-2.0-or-later

// D-Bus values in both directions, by signature (D-Bus specification 0.43, "Marshaling"). What comes
// in is hostile: whatever is malformed, too long or too deep throws a SyntaxError.

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
const MAX_DEPTH = 32
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

function aligned(at: number, type: string): number {
  const unit = alignments[type[0] ?? ''] ?? 1
  return Math.ceil(at / unit) * unit
}

/** Name of an object: `/org/qemu/Display1/Console_0`. */
export function isObjectPath(text: string): boolean {
  return text === '/' || /^(?:\/[A-Za-z0-9_]+)+$/.test(text)
}

/** Reads values one after the other. Byte arrays are views of the input, not copies. */
export class WireReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean
  #at = 0

  /** @param bytes begin at a multiple of 8 of the message */
  constructor(bytes: Uint8Array, little: boolean) {
    // A Buffer's parts would be Buffers, and nobody asked for those.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#little = little
  }

  get position(): number {
    return this.#at
  }

  /** One value per complete type. */
  read(signature: string): WireValue[] {
    return typesOf(signature).map((type) => this.#value(type, 0))
  }

  /** Skips to a multiple of 8; padding must be zero. */
  alignTo8(): void {
    this.#align('(')
  }

  #align(type: string): void {
    const to = aligned(this.#at, type)
    while (this.#at < to) {
      if (this.#view.getUint8(this.#take(1)) !== 0) throw new SyntaxError('padding is not zero')
    }
  }

  /** Offset of the next `length` bytes, which are there. */
  #take(length: number): number {
    const at = this.#at
    if (length > this.#bytes.length - at) throw new SyntaxError('a message ends within a value')
    this.#at += length
    return at
  }

  #value(type: string, depth: number): WireValue {
    if (depth > MAX_DEPTH) throw new SyntaxError('values are nested too deeply')
    this.#align(type)
    const view = this.#view
    switch (type[0]) {
      case 'y':
        return view.getUint8(this.#take(1))
      case 'b':
        return this.#boolean()
      case 'n':
        return view.getInt16(this.#take(2), this.#little)
      case 'q':
        return view.getUint16(this.#take(2), this.#little)
      case 'i':
        return view.getInt32(this.#take(4), this.#little)
      case 'u':
      case 'h':
        return view.getUint32(this.#take(4), this.#little)
      case 'x':
        return view.getBigInt64(this.#take(8), this.#little)
      case 't':
        return view.getBigUint64(this.#take(8), this.#little)
      case 'd':
        return view.getFloat64(this.#take(8), this.#little)
      case 's':
        return this.#text(view.getUint32(this.#take(4), this.#little))
      case 'o':
        return this.#path()
      case 'g':
        return this.#text(view.getUint8(this.#take(1)))
      case 'v':
        return this.#variant(depth)
      case 'a':
        return this.#array(type.slice(1), depth)
      default:
        return this.#fields(type.slice(1, -1), depth)
    }
  }

  #boolean(): boolean {
    const value = this.#view.getUint32(this.#take(4), this.#little)
    if (value > 1) throw new SyntaxError(`${value} is no boolean`)
    return value === 1
  }

  #text(length: number): string {
    const at = this.#take(length + 1)
    const bytes = this.#bytes.subarray(at, at + length)
    if (this.#bytes[at + length] !== 0 || bytes.includes(0)) {
      throw new SyntaxError('a text does not end with its one NUL')
    }
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      throw new SyntaxError('a text is no UTF-8')
    }
  }

  #path(): string {
    const path = this.#text(this.#view.getUint32(this.#take(4), this.#little))
    if (!isObjectPath(path)) throw new SyntaxError('a path is malformed')
    return path
  }

  #variant(depth: number): Variant {
    const signature = this.#text(this.#view.getUint8(this.#take(1)))
    if (typesOf(signature).length !== 1) throw new SyntaxError('a variant holds not one value')
    return new Variant(signature, this.#value(signature, depth + 1))
  }

  #array(element: string, depth: number): WireValue {
    const length = this.#view.getUint32(this.#take(4), this.#little)
    this.#align(element)
    if (length > MAX_MESSAGE) throw new SyntaxError(`an array of ${length} bytes is too long`)
    if (element === 'y') {
      const at = this.#take(length)
      return this.#bytes.subarray(at, at + length)
    }
    const end = this.#at + length
    if (end > this.#bytes.length) throw new SyntaxError('an array ends outside its message')
    const values: WireValue[] = []
    while (this.#at < end) values.push(this.#value(element, depth + 1))
    if (this.#at !== end) throw new SyntaxError('an array ends within an element')
    return values
  }

  #fields(signature: string, depth: number): WireValue {
    return typesOf(signature).map((type) => this.#value(type, depth + 1))
  }
}

/** Writes values one after the other, little-endian. */
export class WireWriter {
  #bytes = Buffer.alloc(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** All that was written; a view that the next write may leave behind. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** One value per complete type of the signature. */
  write(signature: string, values: readonly WireValue[]): void {
    const types = typesOf(signature)
    if (types.length !== values.length) {
      throw new TypeError(`${values.length} values for signature ${signature}`)
    }
    for (const [at, type] of types.entries()) this.#value(type, values[at] as WireValue)
  }

  alignTo8(): void {
    this.#align('(')
  }

  /** Puts a u32 at an earlier place. */
  patch(at: number, value: number): void {
    this.#bytes.writeUInt32LE(value, at)
  }

  #align(type: string): void {
    this.#reserve(aligned(this.#length, type) - this.#length)
  }

  /** Offset of `length` new zero bytes. */
  #reserve(length: number): number {
    const at = this.#length
    const needed = at + length
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    this.#length = needed
    return at
  }

  #value(type: string, value: WireValue): void {
    this.#align(type)
    switch (type[0]) {
      case 'y':
        this.#bytes.writeUInt8(number(value), this.#reserve(1))
        break
      case 'b':
        this.#bytes.writeUInt32LE(value === true ? 1 : 0, this.#reserve(4))
        break
      case 'n':
        this.#bytes.writeInt16LE(number(value), this.#reserve(2))
        break
      case 'q':
        this.#bytes.writeUInt16LE(number(value), this.#reserve(2))
        break
      case 'i':
        this.#bytes.writeInt32LE(number(value), this.#reserve(4))
        break
      case 'u':
      case 'h':
        this.#bytes.writeUInt32LE(number(value), this.#reserve(4))
        break
      case 'x':
        this.#bytes.writeBigInt64LE(BigInt(value as bigint), this.#reserve(8))
        break
      case 't':
        this.#bytes.writeBigUInt64LE(BigInt(value as bigint), this.#reserve(8))
        break
      case 'd':
        this.#bytes.writeDoubleLE(number(value), this.#reserve(8))
        break
      case 's':
      case 'o':
        this.#text(text(value), 4)
        break
      case 'g':
        this.#text(text(value), 1)
        break
      case 'v':
        this.#variant(value)
        break
      case 'a':
        this.#array(type.slice(1), value)
        break
      default:
        this.write(type.slice(1, -1), list(value))
    }
  }

  #text(value: string, lengthBytes: 1 | 4): void {
    const bytes = Buffer.from(value, 'utf8')
    if (bytes.includes(0)) throw new TypeError('a D-Bus text cannot hold NUL')
    this.#bytes.writeUIntLE(bytes.length, this.#reserve(lengthBytes), lengthBytes)
    const at = this.#reserve(bytes.length + 1)
    bytes.copy(this.#bytes, at)
  }

  #variant(value: WireValue): void {
    if (!(value instanceof Variant)) throw new TypeError('not a Variant')
    this.#text(value.signature, 1)
    this.#value(value.signature, value.value)
  }

  #array(element: string, value: WireValue): void {
    const lengthAt = this.#reserve(4)
    this.#align(element)
    const from = this.#length
    if (element === 'y') {
      if (!(value instanceof Uint8Array)) throw new TypeError('ay takes bytes')
      const at = this.#reserve(value.length)
      this.#bytes.set(value, at)
    } else for (const one of list(value)) this.#value(element, one)
    this.patch(lengthAt, this.#length - from)
  }
}

function number(value: WireValue): number {
  if (typeof value !== 'number') throw new TypeError('not a number')
  return value
}

function text(value: WireValue): string {
  if (typeof value !== 'string') throw new TypeError('not a text')
  return value
}

function list(value: WireValue): readonly WireValue[] {
  if (!Array.isArray(value)) throw new TypeError('not a list')
  return value
}
