// SPDX-License-Identifier: GPL-2.0-or-later
import type { IncomingCall } from './bus.ts'
import { PROPERTIES } from './console.ts'
import type { PcmFormat } from './sound-format.ts'
import { Variant, type WireValue } from './wire.ts'

// What QEMU calls on a listener of its sound (its ui/dbus-display1.xml), as data with its types checked.

export const AUDIO_PATH = '/org/qemu/Display1/Audio'
export const AUDIO = 'org.qemu.Display1.Audio'
export const OUT_LISTENER_PATH = '/org/qemu/Display1/AudioOutListener'
export const OUT_LISTENER = 'org.qemu.Display1.AudioOutListener'

/** Who is told. `id` is QEMU's own number of a stream. A SyntaxError refuses the call. */
export type SoundTarget = {
  init(id: bigint, format: PcmFormat): void
  fini(id: bigint): void
  setEnabled(id: bigint, on: boolean): void
  /** One volume for each channel, 0 to 255. */
  setVolume(id: bigint, muted: boolean, volumes: Uint8Array): void
  /** The bytes are a view that does not last. */
  write(id: bigint, samples: Uint8Array): void
}

type Row = {
  readonly interface: string
  readonly member: string
  readonly signature: string
  /** What it answers, if anything. */
  readonly run: (body: readonly WireValue[], target: SoundTarget) => Reply | undefined
}
type Reply = { readonly signature: string; readonly body: readonly WireValue[] }

const id = (body: readonly WireValue[]) => body[0] as bigint

// biome-ignore format: one row per member
const rows: readonly Row[] = [
  { interface: OUT_LISTENER, member: 'Init',       signature: 'tybbuyuub', run: (body, to) => { to.init(id(body), formatOf(body)) } },
  { interface: OUT_LISTENER, member: 'Fini',       signature: 't',         run: (body, to) => { to.fini(id(body)) } },
  { interface: OUT_LISTENER, member: 'SetEnabled', signature: 'tb',        run: (body, to) => { to.setEnabled(id(body), body[1] === true) } },
  { interface: OUT_LISTENER, member: 'SetVolume',  signature: 'tbay',      run: (body, to) => { to.setVolume(id(body), body[1] === true, body[2] as Uint8Array) } },
  { interface: OUT_LISTENER, member: 'Write',      signature: 'tay',       run: (body, to) => { to.write(id(body), body[1] as Uint8Array) } },
  { interface: PROPERTIES,   member: 'GetAll',     signature: 's',         run: ([owner]) => ({ signature: 'a{sv}', body: [owner === OUT_LISTENER ? [['Interfaces', offered]] : []] }) },
  { interface: PROPERTIES,   member: 'Get',        signature: 'ss',        run: ([owner, name]) => ({ signature: 'v', body: [property(owner, name)] }) },
  { interface: 'org.freedesktop.DBus.Peer', member: 'Ping', signature: '', run: () => undefined },
]

/** Nothing beyond the interface of QEMU 7.2. */
const offered = new Variant('as', [])

/**
 * Serves one call of QEMU at once. What cannot be served is refused in D-Bus's own words.
 *
 * @returns why it was refused
 */
export function serveSound(call: IncomingCall, target: SoundTarget): string | undefined {
  const { interface: owner, member, signature, path, body } = call.message
  const refuse = (code: string, why: string) => {
    call.refuse(`org.freedesktop.DBus.Error.${code}`, why)
    return why
  }
  if (path !== OUT_LISTENER_PATH) return refuse('UnknownObject', `no object ${path}`)
  const row = rows.find(
    (known) => known.member === member && (owner === undefined || owner === known.interface),
  )
  if (!row) return refuse('UnknownMethod', `no method ${owner ?? ''}.${member}`)
  if (signature !== row.signature) {
    return refuse('InvalidArgs', `${member} takes ${row.signature}, not ${signature}`)
  }
  try {
    const reply = row.run(body, target)
    call.answer(reply?.signature, reply?.body)
    return undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return refuse('InvalidArgs', `${member}: ${error.message}`)
  }
}

function formatOf(body: readonly WireValue[]): PcmFormat {
  const [, bits, isSigned, isFloat, rate, channels, frameBytes, byteRate, isBigEndian] = body
  const format = {
    bits: Number(bits),
    isSigned: isSigned === true,
    isFloat: isFloat === true,
    isBigEndian: isBigEndian === true,
    rate: Number(rate),
    channels: Number(channels),
  }
  if (frameBytes !== (format.bits / 8) * format.channels) {
    throw new SyntaxError(`${String(frameBytes)} bytes a moment`)
  }
  if (byteRate !== frameBytes * format.rate) {
    throw new SyntaxError(`${String(byteRate)} bytes a second`)
  }
  return format
}

function property(owner: WireValue | undefined, name: WireValue | undefined): Variant {
  if (owner === OUT_LISTENER && name === 'Interfaces') return offered
  throw new SyntaxError(`no property ${String(name)}`)
}
