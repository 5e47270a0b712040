// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { GuestNews } from '../../../core/guest-channel.ts'
import { openQemu } from '../../../main/source/qemu/open.ts'
import { OUT_LISTENER } from '../../../main/source/qemu/sound-calls.ts'
import { Variant, type WireValue } from '../../../main/source/qemu/wire.ts'
import { type FakePeer, FakeQemu, LISTENER } from '../../fakes/fake-qemu.ts'
import { FakeSound } from '../../fakes/fake-sound.ts'
import { Random } from '../../fakes/random.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

const id = 0x55c3_1234_5678n
const on = { kind: 'sound', on: true } as const
const off = { kind: 'sound', on: false } as const
/** What QEMU says of 16-bit stereo. */
const cd = [16, true, false, 44100, 2, 4, 176_400, false] as const

async function connected(sound?: FakeSound) {
  const socket = path.join(temporaryFolder(), 'qmp')
  const qemu = stack.use(new FakeQemu(socket, sound ? { sound: stack.use(sound) } : {}))
  const address = { text: `qemu:${socket}`, scheme: 'qemu', path: socket, query: new Map() }
  const opening = openQemu(address, AbortSignal.timeout(10_000))
  const display = await qemu.listener
  display.tell(LISTENER, 'Scanout', 'uuuuay', [1, 1, 4, 0x2002_0888, new Uint8Array(4)])
  const opened = await opening
  if (!opened.ok) throw new Error(opened.failure.why)
  const news: GuestNews[] = []
  opened.value.onNews?.((one) => news.push(one))
  return { qemu, display, source: stack.use(opened.value), news }
}

/** A QEMU whose sound is listened to. */
async function playing() {
  const sound = new FakeSound()
  const all = await connected(sound)
  all.source.request?.(on)
  const listener = await sound.listener
  return { ...all, sound, listener }
}

/** Resolves when all that was told before was heard. */
const heard = (peer: FakePeer) => peer.call('org.freedesktop.DBus.Peer', 'Ping')
const init = (peer: FakePeer, stream = id, format: readonly WireValue[] = cd) =>
  peer.call(OUT_LISTENER, 'Init', 'tybbuyuub', [stream, ...format])

describe('the sound of a QEMU', () => {
  it('is no matter of one that plays elsewhere', async () => {
    const { source, news, qemu } = await connected()
    expect(source.info.capabilities).toMatchObject({ audio: false, input: true })
    source.request?.(on)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(news).toEqual([])
    expect(qemu.calls).toEqual([])
  })

  it('is offered, and not listened to before that is wanted', async () => {
    const sound = new FakeSound()
    const { source } = await connected(sound)
    expect(source.info.capabilities.audio).toBe(true)
    expect(sound.senders).toEqual([])
  })

  it('is asked for by a name, because QEMU 7.2 crashes without one', async () => {
    const { sound } = await playing()
    expect(sound.senders).toHaveLength(1)
    expect(sound.senders[0]).toMatch(/^:[\w-]+(\.[\w-]+)+$/)
    expect(sound.asked[0]?.body).toEqual([[['Interfaces', new Variant('as', [])]]])
  })

  it('comes as 16-bit samples, whatever the card plays', async () => {
    const { listener, news } = await playing()
    await init(listener, id, [8, false, false, 22050, 1, 1, 22050, false])
    listener.tell(OUT_LISTENER, 'Write', 'tay', [id, Uint8Array.of(0x80, 0xff, 0)])
    await heard(listener)
    const bytes = Uint8Array.of(0, 0, 0, 0x7f, 0, 0x80)
    expect(news).toEqual([{ kind: 'sound', stream: 1, rate: 22050, channels: 1, bytes }])
  })

  it('is answered where QEMU wants an answer', async () => {
    const { listener } = await playing()
    await init(listener)
    const answer = await listener.call(OUT_LISTENER, 'Write', 'tay', [id, new Uint8Array(8)])
    expect(answer.type).toBe('reply')
  })

  it('has as many streams as cards play', async () => {
    const { listener, news } = await playing()
    await init(listener, 1n)
    await init(listener, 2n)
    for (const one of [1n, 2n, 1n]) {
      listener.tell(OUT_LISTENER, 'Write', 'tay', [one, new Uint8Array(4)])
    }
    await heard(listener)
    expect(news.map((one) => one.kind === 'sound' && one.stream)).toEqual([1, 2, 1])
  })

  it('tells the volume and the end of a stream', async () => {
    const { listener, news } = await playing()
    await init(listener)
    listener.tell(OUT_LISTENER, 'SetVolume', 'tbay', [id, false, Uint8Array.of(51, 255)])
    listener.tell(OUT_LISTENER, 'SetVolume', 'tbay', [id, true, Uint8Array.of(51, 51)])
    listener.tell(OUT_LISTENER, 'SetEnabled', 'tb', [id, true])
    listener.tell(OUT_LISTENER, 'SetEnabled', 'tb', [id, false])
    listener.tell(OUT_LISTENER, 'Fini', 't', [id])
    await heard(listener)
    expect(news).toEqual([
      { kind: 'sound-volume', stream: 1, muted: false, volume: 1 },
      { kind: 'sound-volume', stream: 1, muted: true, volume: 0.2 },
      { kind: 'sound-end', stream: 1 },
      { kind: 'sound-end', stream: 1 },
    ])
    const late = await listener.call(OUT_LISTENER, 'Write', 'tay', [id, new Uint8Array(4)])
    expect(late.type).toBe('error')
  })

  it('is let go of when it is not wanted any more, and taken up again', async () => {
    const { sound, source, listener, news, display } = await playing()
    await init(listener)
    const closed = listener.closed
    source.request?.(off)
    await closed
    expect(news).toEqual([{ kind: 'sound-end', stream: 1 }])
    sound.forget()
    source.request?.(on)
    source.request?.(on)
    await init(await sound.listener)
    expect(sound.senders).toHaveLength(2)
    await heard(display)
    expect(source.gone).toBeUndefined()
  })

  it('waits until QEMU has forgotten an earlier listener', async () => {
    const sound = new FakeSound()
    sound.refusals = 2
    const { source, news } = await connected(sound)
    source.request?.(on)
    await init(await sound.listener)
    expect(sound.senders).toHaveLength(3)
    expect(news).toEqual([])
  })

  it('says once why it cannot be had', async () => {
    const sound = new FakeSound()
    sound.refusals = 10
    const { source, news } = await connected(sound)
    source.request?.(on)
    await expect.poll(() => news, { timeout: 5000 }).toHaveLength(1)
    expect(news).toMatchObject([{ kind: 'trouble', failure: { code: 'no-sound' } }])
    expect(source.gone).toBeUndefined()
  })

  it('does not register after all when it is switched off at once', async () => {
    const sound = new FakeSound()
    const { source, news } = await connected(sound)
    for (let round = 0; round < 5; round += 1) {
      source.request?.(on)
      source.request?.(off)
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(news).toEqual([])
    source.request?.(on)
    sound.forget()
    await init(await sound.listener)
  })

  it('ends with its line, and the picture goes on', async () => {
    const { sound, listener, news, source, display } = await playing()
    await init(listener)
    listener[Symbol.dispose]()
    await expect.poll(() => news).toEqual([{ kind: 'sound-end', stream: 1 }])
    await heard(display)
    expect(source.gone).toBeUndefined()
    sound.forget()
    source.request?.(on)
    await init(await sound.listener)
  })

  it('refuses nonsense in words and goes on', async () => {
    const { listener, news } = await playing()
    await init(listener)
    // biome-ignore format: one row per nonsense
    const rows = [
      ['org.example', 'Write', 'tay', [id, new Uint8Array(4)], 'UnknownMethod'],
      [OUT_LISTENER, 'Explode', '', [], 'UnknownMethod'],
      [OUT_LISTENER, 'Write', 't', [id], 'InvalidArgs'],
      [OUT_LISTENER, 'Write', 'tay', [7n, new Uint8Array(4)], 'InvalidArgs'],
      [OUT_LISTENER, 'Write', 'tay', [id, new Uint8Array(3)], 'InvalidArgs'],
      [OUT_LISTENER, 'Write', 'tay', [id, new Uint8Array(2 ** 20 + 4)], 'InvalidArgs'],
      [OUT_LISTENER, 'Fini', 't', [7n], 'InvalidArgs'],
      [OUT_LISTENER, 'SetEnabled', 'tb', [7n, true], 'InvalidArgs'],
      [OUT_LISTENER, 'SetVolume', 'tbay', [id, false, new Uint8Array(0)], 'InvalidArgs'],
      [OUT_LISTENER, 'SetVolume', 'tbay', [id, false, new Uint8Array(3)], 'InvalidArgs'],
      [OUT_LISTENER, 'Init', 'tybbuyuub', [9n, 24, true, false, 44100, 2, 6, 264_600, false], 'InvalidArgs'],
      [OUT_LISTENER, 'Init', 'tybbuyuub', [9n, 16, true, false, 44100, 9, 18, 793_800, false], 'InvalidArgs'],
      [OUT_LISTENER, 'Init', 'tybbuyuub', [9n, 16, true, false, 1, 2, 4, 4, false], 'InvalidArgs'],
      [OUT_LISTENER, 'Init', 'tybbuyuub', [9n, 16, true, false, 44100, 2, 8, 352_800, false], 'InvalidArgs'],
      [OUT_LISTENER, 'Init', 'tybbuyuub', [9n, 16, true, false, 44100, 2, 4, 1, false], 'InvalidArgs'],
      ['org.freedesktop.DBus.Properties', 'Get', 'ss', [OUT_LISTENER, 'Secret'], 'UnknownProperty'],
    ] as const
    for (const [owner, member, signature, body, error] of rows) {
      const answer = await listener.call(owner, member, signature, body)
      expect(answer, `${member} ${signature}`).toMatchObject({ type: 'error' })
      expect(answer.error, member).toContain(error)
    }
    expect(news).toEqual([])
    listener.tell(OUT_LISTENER, 'Write', 'tay', [id, new Uint8Array(4)])
    await heard(listener)
    expect(news).toHaveLength(1)
  })

  it('takes no more streams than a VM has cards', async () => {
    const { listener } = await playing()
    const answers = []
    for (let stream = 0n; stream < 40n; stream += 1n) answers.push(await init(listener, stream))
    expect(answers.filter(({ type }) => type === 'reply')).toHaveLength(32)
  })

  it('survives streams that begin, end and play in any order', async () => {
    const { listener, news, source } = await playing()
    const random = new Random(8)
    const stream = () => BigInt(random.pick([0, 1, 2, 3]))
    for (let round = 0; round < 1000; round += 1) {
      const bits = random.pick([0, 8, 16, 32, 255])
      const [rate, channels] = [random.pick([0, 8000, 48000]), random.pick([0, 1, 2, 255])]
      const frame = random.pick([(bits / 8) * channels, 3])
      const kind = [random.pick([true, false]), random.pick([true, false])]
      const body = [stream(), bits, ...kind, rate, channels, Math.floor(frame), frame * rate, true]
      listener.tell(OUT_LISTENER, 'Init', 'tybbuyuub', body)
      listener.tell(OUT_LISTENER, 'Write', 'tay', [stream(), random.bytes(random.pick([0, 1, 8]))])
      if (round % 7 === 0) listener.tell(OUT_LISTENER, 'Fini', 't', [stream()])
      if (round % 50 === 0) await heard(listener)
    }
    await heard(listener)
    expect(source.gone).toBeUndefined()
    const played = news.flatMap((one) => (one.kind === 'sound' ? [one] : []))
    expect(played.length).toBeGreaterThan(0)
    for (const { bytes, channels } of played) expect(bytes.length % (2 * channels)).toBe(0)
  })
})
