// SPDX-License-Identifier: GPL-2.0-or-later
import { aligned, typesOf, Variant, type WireValue } from './wire.ts'

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

  /** New bytes to be written: a view that the next one may leave behind. */
  #room(length: number): Buffer {
    const at = this.#reserve(length)
    return this.#bytes.subarray(at, at + length)
  }

  #value(type: string, value: WireValue): void {
    this.#align(type)
    switch (type[0]) {
      case 'y':
        this.#room(1).writeUInt8(number(value))
        break
      case 'b':
        this.#room(4).writeUInt32LE(value === true ? 1 : 0)
        break
      case 'n':
        this.#room(2).writeInt16LE(number(value))
        break
      case 'q':
        this.#room(2).writeUInt16LE(number(value))
        break
      case 'i':
        this.#room(4).writeInt32LE(number(value))
        break
      case 'u':
      case 'h':
        this.#room(4).writeUInt32LE(number(value))
        break
      case 'x':
        this.#room(8).writeBigInt64LE(BigInt(value as bigint))
        break
      case 't':
        this.#room(8).writeBigUInt64LE(BigInt(value as bigint))
        break
      case 'd':
        this.#room(8).writeDoubleLE(number(value))
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
    this.#room(lengthBytes).writeUIntLE(bytes.length, 0, lengthBytes)
    bytes.copy(this.#room(bytes.length + 1))
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
      this.#room(value.length).set(value)
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
