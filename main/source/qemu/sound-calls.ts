// SPDX-License-Identifier: GPL-2.0-or-later
import type { IncomingCall } from './bus.ts'
import { ServedObject } from './served-object.ts'
import type { PcmFormat } from './sound-format.ts'
import type { WireValue } from './wire.ts'

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

const hears =
  (tell: (target: SoundTarget, id: bigint, body: readonly WireValue[]) => void) =>
  ({ message: { body } }: IncomingCall, target: SoundTarget): undefined => {
    tell(target, body[0] as bigint, body)
  }

/** What QEMU calls on {@link OUT_LISTENER_PATH}: nothing beyond the interface of 7.2 is offered. */
// biome-ignore format: one row per member
export const servedSound = new ServedObject<SoundTarget>(OUT_LISTENER_PATH, OUT_LISTENER, [], [
  { interface: OUT_LISTENER, member: 'Init',       signature: 'tybbuyuub', run: hears((to, id, body) => to.init(id, formatOf(body))) },
  { interface: OUT_LISTENER, member: 'Fini',       signature: 't',         run: hears((to, id) => to.fini(id)) },
  { interface: OUT_LISTENER, member: 'SetEnabled', signature: 'tb',        run: hears((to, id, [, on]) => to.setEnabled(id, on === true)) },
  { interface: OUT_LISTENER, member: 'SetVolume',  signature: 'tbay',      run: hears((to, id, [, muted, volumes]) => to.setVolume(id, muted === true, volumes as Uint8Array)) },
  { interface: OUT_LISTENER, member: 'Write',      signature: 'tay',       run: hears((to, id, [, samples]) => to.write(id, samples as Uint8Array)) },
])

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
