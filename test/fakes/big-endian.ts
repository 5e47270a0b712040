// SPDX-License-Identifier: GPL-2.0-or-later
import { type BusMessage, messageTypes } from '../../main/source/qemu/message.ts'
import { aligned, typesOf, Variant, type WireValue } from '../../main/source/qemu/wire.ts'

/** A message as a machine of the other byte order sends it; such a QEMU is allowed, and nobody has one. */
export function bigEndian(message: BusMessage, fds: number): Uint8Array {
  const body = new BigEndianWriter()
  body.write(message.signature, message.body)
  const fields = [
    [1, 'o', message.path],
    [2, 's', message.interface],
    [3, 's', message.member],
    [4, 's', message.error],
    [5, 'u', message.replySerial],
    [8, 'g', message.signature === '' ? undefined : message.signature],
    [9, 'u', fds === 0 ? undefined : fds],
  ] as const
  const given = fields.flatMap(([code, type, value]) =>
    value === undefined ? [] : [[code, new Variant(type, value)]],
  )
  const head = new BigEndianWriter()
  const type = messageTypes.indexOf(message.type) + 1
  const flags = message.noReply ? 1 : 0
  head.write('yyyyuua(yv)', [0x42, type, flags, 1, body.length, message.serial, given])
  head.align(8)
  return Uint8Array.from([...head.bytes, ...body.bytes])
}

const unitOf = (type: string) => aligned(1, type)

class BigEndianWriter {
  readonly bytes: number[] = []

  get length(): number {
    return this.bytes.length
  }

  align(unit: number): void {
    while (this.bytes.length % unit !== 0) this.bytes.push(0)
  }

  write(signature: string, values: readonly WireValue[]): void {
    for (const [at, type] of typesOf(signature).entries()) this.#value(type, values[at] ?? 0)
  }

  #fixed(size: number, put: (view: DataView) => void): void {
    const view = new DataView(new ArrayBuffer(size))
    put(view)
    this.bytes.push(...new Uint8Array(view.buffer))
  }

  #value(type: string, value: WireValue): void {
    this.align(unitOf(type))
    const code = type[0] ?? ''
    if (code === 'y') this.bytes.push(Number(value))
    else if ('nq'.includes(code)) this.#fixed(2, (view) => view.setInt16(0, Number(value)))
    else if ('biuh'.includes(code)) this.#fixed(4, (view) => view.setUint32(0, Number(value)))
    else if ('xt'.includes(code))
      this.#fixed(8, (view) => view.setBigInt64(0, BigInt(value as bigint)))
    else if (code === 'd') this.#fixed(8, (view) => view.setFloat64(0, Number(value)))
    else if ('sog'.includes(code)) this.#text(String(value), code === 'g' ? 'y' : 'u')
    else if (value instanceof Variant) {
      this.#text(value.signature, 'y')
      this.#value(value.signature, value.value)
    } else if (code === 'a') this.#array(type.slice(1), value as readonly WireValue[])
    else this.write(type.slice(1, -1), value as readonly WireValue[])
  }

  #text(value: string, length: 'y' | 'u'): void {
    const bytes = Buffer.from(value)
    this.#value(length, bytes.length)
    this.bytes.push(...bytes, 0)
  }

  #array(element: string, values: Iterable<WireValue>): void {
    this.#value('u', 0)
    const lengthAt = this.bytes.length - 4
    this.align(unitOf(element))
    const from = this.bytes.length
    for (const value of values) this.#value(element, value)
    const length = this.bytes.length - from
    for (let at = 0; at < 4; at += 1) this.bytes[lengthAt + at] = (length >>> (24 - at * 8)) & 255
  }
}
