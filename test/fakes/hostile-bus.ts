// SPDX-License-Identifier: GPL-2.0-or-later
import {
  type BusMessage,
  type MessageType,
  messageTypes,
  writeMessage,
} from '../../main/source/qemu/message.ts'
import { typesOf, Variant, type WireValue } from '../../main/source/qemu/wire.ts'
import { bigEndian } from './big-endian.ts'
import type { Random } from './random.ts'

/** A method, with arguments that a QEMU might well send. */
export type HostileSeed = {
  readonly path: string
  readonly interface: string
  readonly member: string
  readonly signature: string
  readonly body: readonly WireValue[]
}

/** Bytes that may or may not be a message, and the number of descriptors that go along. */
export type HostileBytes = {
  readonly bytes: Uint8Array
  readonly fds: number
  /** Well-formed and with the descriptors that it counts: whoever hears it must go on listening. */
  readonly isMessage: boolean
}

/** Sides and counts where something overflows, and neighbours of what is right. */
const numbers = [
  ...[0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 63, 64, 255, 256, 4095, 4096, 16_384, 16_385, 65_535],
  ...[65_536, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 4, 2 ** 32 - 1],
]
const texts = ['', 'x', 'Interfaces', 'org.qemu.Display1.Listener', 'é🙂', 'a'.repeat(5000)]
const signatures = ['', 'u', 's', 'ay', 'au', 'ah', 'v', 'a{sv}', '(ii)', 'aay', 'uuuuay', 'tdxnqb']

/** D-Bus messages of somebody who means ill or is broken. */
export class HostileBus {
  readonly #random: Random
  readonly #seeds: readonly HostileSeed[]
  readonly #usual: MessageType

  /** @param usual what most messages are */
  constructor(random: Random, seeds: readonly HostileSeed[], usual: MessageType = 'call') {
    this.#random = random
    this.#seeds = seeds
    this.#usual = usual
  }

  /** A message that is well-formed, whatever it says. */
  message(): HostileBytes {
    const seed = this.#random.pick(this.#seeds)
    const type = this.#chance(8) ? this.#random.pick(messageTypes) : this.#usual
    const { signature, body } = this.#arguments(seed)
    const message = { ...this.#head(type, seed), signature, body }
    const fds = this.#descriptors(signature)
    const bytes = this.#chance(6) ? bigEndian(message, fds) : writeMessage(message, fds)
    return { bytes, fds, isMessage: true }
  }

  /** A message with something wrong about its bytes or its descriptors. */
  garbage(): HostileBytes {
    const { bytes, fds } = this.message()
    const spoiled = Uint8Array.from(bytes)
    switch (this.#random.below(6)) {
      case 0:
        return { bytes: this.#random.bytes(1 + this.#random.below(200)), fds: 0, isMessage: false }
      case 1:
        return {
          bytes: spoiled.subarray(0, 1 + this.#random.below(bytes.length)),
          fds,
          isMessage: false,
        }
      case 2:
        return { bytes, fds: fds === 0 ? 1 + this.#random.below(20) : fds - 1, isMessage: false }
      case 3:
        new DataView(spoiled.buffer).setUint32(this.#random.pick([4, 8, 12]), this.#number(), true)
        return { bytes: spoiled, fds, isMessage: false }
      default:
        for (let left = 1 + this.#random.below(6); left > 0; left -= 1) {
          spoiled[this.#random.below(spoiled.length)] = this.#random.u32() & 255
        }
        return { bytes: spoiled, fds, isMessage: false }
    }
  }

  #chance(oneIn: number): boolean {
    return this.#random.below(oneIn) === 0
  }

  #number(): number {
    return this.#chance(4) ? this.#random.u32() : this.#random.pick(numbers)
  }

  #head(type: MessageType, seed: HostileSeed): Omit<BusMessage, 'signature' | 'body'> {
    // Answers to these must not be taken for answers to somebody's own calls.
    const serial = (this.#random.u32() | 0x8000_0000) >>> 0
    const replySerial = this.#chance(2) ? this.#random.below(12) : this.#number()
    const noReply = this.#chance(2)
    const method = {
      path: this.#chance(20) ? '/nowhere' : seed.path,
      interface: this.#chance(20) ? 'org.example.Nothing' : seed.interface,
      member: this.#chance(20) ? 'Explode' : seed.member,
    }
    const answer = { replySerial, ...(type === 'error' ? { error: 'org.example.Error' } : {}) }
    const isAnswer = type === 'reply' || type === 'error'
    return { type, serial, noReply, ...(isAnswer ? answer : method) }
  }

  #arguments({ signature, body }: HostileSeed): Pick<BusMessage, 'signature' | 'body'> {
    if (this.#chance(8)) {
      const other = this.#random.pick(signatures)
      return { signature: other, body: typesOf(other).map((type) => this.value(type)) }
    }
    const types = typesOf(signature)
    const wrong = new Set<number>()
    for (let left = this.#random.below(4); left > 0; left -= 1) {
      wrong.add(this.#random.below(types.length))
    }
    return {
      signature,
      body: body.map((value, at) => (wrong.has(at) ? this.value(types[at] ?? 'y') : value)),
    }
  }

  /** As many as the signature asks for, most of the time. */
  #descriptors(signature: string): number {
    if (this.#chance(6)) return this.#random.below(6)
    return signature.includes('h') ? 1 : 0
  }

  /** Any value of a complete type. */
  value(type: string, depth = 0): WireValue {
    const number = this.#number()
    const sign = this.#chance(4) ? -1n : 1n
    switch (type[0]) {
      case 'y':
        return number & 0xff
      case 'b':
        return this.#chance(2)
      case 'n':
        return (number << 16) >> 16
      case 'q':
        return number & 0xffff
      case 'i':
        return number | 0
      case 'h':
        return this.#chance(3) ? number : this.#random.below(4)
      case 'u':
        return number
      case 'x':
        return BigInt.asIntN(64, sign * (BigInt(number) << BigInt(this.#random.below(40))))
      case 't':
        return this.#random.pick([0n, 1n, (1n << 56n) - 1n, (1n << 56n) | 1n, (1n << 64n) - 1n])
      case 'd':
        return this.#random.pick([0, -0, 1.5, -1e300, Number.NaN, Number.POSITIVE_INFINITY])
      case 's':
        return this.#random.pick(texts)
      case 'o':
        return this.#random.pick(['/', '/a', '/org/qemu/Display1/Listener'])
      case 'g':
        return this.#random.pick(signatures)
      case 'v': {
        const inner = depth > 3 ? 'u' : this.#random.pick(['u', 's', 'as', 'v', 'a{sv}', 't'])
        return new Variant(inner, this.value(inner, depth + 1))
      }
      case 'a': {
        if (type === 'ay')
          return this.#random.bytes(this.#random.pick([0, 1, 16, 31, 32, 33, 4096]))
        const length = depth > 3 ? 0 : this.#random.below(6)
        return Array.from({ length }, () => this.value(type.slice(1), depth + 1))
      }
      default:
        return typesOf(type.slice(1, -1)).map((part) => this.value(part, depth + 1))
    }
  }
}
