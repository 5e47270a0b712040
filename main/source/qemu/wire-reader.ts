// SPDX-License-Identifier: GPL-2.0-or-later
import {
  aligned,
  isObjectPath,
  MAX_DEPTH,
  MAX_MESSAGE,
  typesOf,
  Variant,
  type WireValue,
} from './wire.ts'

/** Most values of a message beside bytes: each costs many times what it takes on the wire. */
const MAX_VALUES = 65536

/** Reads values one after the other. Byte arrays are views of the input, not copies. */
export class WireReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #little: boolean
  #at = 0
  #values = 0

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
    this.#values += 1
    if (this.#values > MAX_VALUES) throw new SyntaxError('a message holds too many values')
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
