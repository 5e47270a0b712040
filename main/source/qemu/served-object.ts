// SPDX-License-Identifier: GPL-2.0-or-later
import type { IncomingCall } from './bus.ts'
import { PROPERTIES } from './console.ts'
import { Variant, type WireValue } from './wire.ts'

/** A method that QEMU may call on `T`. A SyntaxError that it throws refuses the call. */
export type ServedMember<T> = {
  readonly interface: string
  readonly member: string
  /** Of its arguments; another is refused before `run` sees it. */
  readonly signature: string
  /** True when it answers by itself, then or later. */
  readonly run: (call: IncomingCall, target: T) => boolean | undefined
}

/**
 * An object of ours that QEMU calls, with what D-Bus expects of every object (its specification,
 * "Standard Interfaces") and QEMU of each of its listeners: a property that lists what is offered.
 */
export class ServedObject<T> {
  readonly #path: string
  readonly #owner: string
  readonly #offered: Variant
  readonly #members: readonly ServedMember<T>[]

  /**
   * @param owner the interface that has the property `Interfaces`
   * @param offered interfaces beyond that of QEMU 7.2
   */
  constructor(
    path: string,
    owner: string,
    offered: readonly string[],
    members: readonly ServedMember<T>[],
  ) {
    this.#path = path
    this.#owner = owner
    this.#offered = new Variant('as', offered)
    this.#members = [...members, ...this.#standard]
  }

  /**
   * Serves one call. What cannot be served is refused in D-Bus's own words.
   *
   * @returns why it was refused
   */
  serve(call: IncomingCall, target: T): string | undefined {
    const { interface: owner, member, signature, path } = call.message
    const refuse = (code: string, why: string) => {
      call.refuse(`org.freedesktop.DBus.Error.${code}`, why)
      return why
    }
    if (path !== this.#path) return refuse('UnknownObject', `no object ${path}`)
    const row = this.#members.find(
      (known) => known.member === member && (owner === undefined || owner === known.interface),
    )
    if (!row) return refuse('UnknownMethod', `no method ${owner ?? ''}.${member}`)
    if (signature !== row.signature) {
      return refuse('InvalidArgs', `${member} takes ${row.signature}, not ${signature}`)
    }
    try {
      if (!row.run(call, target)) call.answer()
      return undefined
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return refuse('InvalidArgs', `${member}: ${error.message}`)
    }
  }

  get #standard(): readonly ServedMember<T>[] {
    // biome-ignore format: one row per member
    return [
      { interface: PROPERTIES, member: 'GetAll', signature: 's', run: (call) => this.#getAll(call) },
      { interface: PROPERTIES, member: 'Get', signature: 'ss', run: (call) => this.#get(call) },
      { interface: 'org.freedesktop.DBus.Introspectable', member: 'Introspect', signature: '', run: (call) => { call.answer('s', [this.#introspection()]); return true } },
      { interface: 'org.freedesktop.DBus.Peer', member: 'Ping', signature: '', run: () => undefined },
    ]
  }

  #getAll(call: IncomingCall): boolean {
    const isOurs = call.message.body[0] === this.#owner
    const all: WireValue = isOurs ? [['Interfaces', this.#offered]] : []
    call.answer('a{sv}', [all])
    return true
  }

  #get(call: IncomingCall): boolean {
    const [owner, name] = call.message.body
    if (owner === this.#owner && name === 'Interfaces') call.answer('v', [this.#offered])
    else call.refuse('org.freedesktop.DBus.Error.UnknownProperty', 'no such property')
    return true
  }

  #introspection(): string {
    const names = [...new Set(this.#members.map((row) => row.interface))]
    const interfaces = names.map((name) => {
      const members = this.#members.filter((row) => row.interface === name)
      const methods = members.map(({ member }) => `<method name="${member}"/>`).join('')
      const isOwner = name === this.#owner
      const own = isOwner ? '<property name="Interfaces" type="as" access="read"/>' : ''
      return `<interface name="${name}">${methods}${own}</interface>`
    })
    return `<node>${interfaces.join('')}</node>`
  }
}
