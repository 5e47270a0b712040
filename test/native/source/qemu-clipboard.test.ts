// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, describe, expect, it } from 'vitest'
import { type GuestNews, MAX_CLIPBOARD } from '../../../core/guest-channel.ts'
import { type Clock, systemClock } from '../../../main/source/poller.ts'
import type { BusPeer } from '../../../main/source/qemu/bus.ts'
import { CLIPBOARD, openClipboard } from '../../../main/source/qemu/clipboard.ts'
import { TEXT_MIME } from '../../../main/source/qemu/clipboard-text.ts'
import type { ConsolePart } from '../../../main/source/qemu/parts.ts'
import type { WireValue } from '../../../main/source/qemu/wire.ts'
import { shim } from '../../../native-shim/index.ts'
import { FakeClipboard } from '../../fakes/fake-clipboard.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

const stack: Disposable[] = []
afterEach(() => {
  for (const one of stack.splice(0).reverse()) one[Symbol.dispose]()
})

const PING = 'org.freedesktop.DBus.Properties'
const handed = (bytes: Uint8Array, mime: string = TEXT_MIME) => ({
  signature: 'say',
  body: [mime, bytes] as readonly WireValue[],
})
const text = (words: string) => handed(Buffer.from(words))

async function open(
  prepare: (clipboard: FakeClipboard) => void = () => {},
  clock: Clock = systemClock,
) {
  const parts: ConsolePart[] = []
  const { clipboard, bus } = await FakeClipboard.open((call) => {
    if (!parts.some((part) => part.call?.(call))) call.refuse('org.x.Unknown', 'no object')
  })
  stack.push(clipboard, bus)
  prepare(clipboard)
  const heard: GuestNews[] = []
  const news = (one: GuestNews) => void heard.push(one)
  const part = await openClipboard({ bus, console: 0, shim, clock, news })
  if (!part) return undefined
  parts.push(part)
  stack.push(part)
  return { clipboard, bus: bus as BusPeer, part, heard }
}

/** One whose clipboard is shared. */
async function shared(prepare?: (clipboard: FakeClipboard) => void, clock?: Clock) {
  const opened = await open(prepare, clock)
  if (!opened) throw new Error('no clipboard')
  opened.part.request({ kind: 'clipboard-share', on: true })
  await expect.poll(() => opened.clipboard.calls).toContain('Release')
  opened.clipboard.calls.length = 0
  const copy = (words: string) => opened.part.request({ kind: 'clipboard-text', text: words })
  /** All that was sent before was heard. */
  const settled = () => opened.clipboard.peer.call(PING, 'GetAll', 's', [CLIPBOARD])
  const texts = () => opened.heard.flatMap((one) => (one.kind === 'clipboard-text' ? one.text : []))
  return { ...opened, copy, settled, texts }
}

describe('the clipboard of a QEMU', () => {
  it('is offered where there is one', async () => {
    expect((await open())?.part.offers).toEqual({ clipboard: true })
    const without = await open((clipboard) => {
      clipboard.hasClipboard = false
    })
    expect(without).toBeUndefined()
  })

  it('hears nothing of us before it is shared', async () => {
    const opened = await open()
    opened?.part.request({ kind: 'clipboard-text', text: 'secret' })
    const answer = await opened?.clipboard.grab(1)
    expect(answer?.type).toBe('reply')
    expect(opened?.clipboard.calls).toEqual([])
    expect(opened?.clipboard.waiting).toEqual([])
    opened?.part.request({ kind: 'clipboard-share', on: true })
    await expect.poll(() => opened?.clipboard.calls).toContain('Release')
    expect((await opened?.clipboard.request())?.type).toBe('error')
    expect(opened?.clipboard.calls).toEqual(['Register', 'Release'])
  })

  it('gets our text by a grab of the next serial, when it asks', async () => {
    const { clipboard, copy } = await shared()
    copy('grüße, 世界\n')
    await expect.poll(() => clipboard.calls).toEqual(['Grab 1'])
    const { signature, body } = await clipboard.request()
    expect(signature).toBe('say')
    expect(body[0]).toBe(TEXT_MIME)
    expect(Buffer.from(body[1] as Uint8Array).toString()).toBe('grüße, 世界\n')
    copy('another')
    await expect.poll(() => clipboard.calls).toEqual(['Grab 1', 'Grab 2'])
  })

  it('gets the text that was copied while it was being shared', async () => {
    const opened = await open()
    opened?.part.request({ kind: 'clipboard-share', on: true })
    opened?.part.request({ kind: 'clipboard-text', text: 'early' })
    await expect.poll(() => opened?.clipboard.calls).toEqual(['Register', 'Release', 'Grab 1'])
  })

  it('gives us its text', async () => {
    const { clipboard, texts } = await shared()
    clipboard.handOver = text('from the guest')
    await clipboard.grab(1)
    await expect.poll(texts).toEqual(['from the guest'])
  })

  it('is not told what it just said, nor are we', async () => {
    const { clipboard, copy, settled, texts } = await shared()
    clipboard.handOver = text('same')
    await clipboard.grab(1)
    await expect.poll(texts).toEqual(['same'])
    copy('same')
    await settled()
    expect(clipboard.calls).toEqual(['Request'])
    copy('other')
    copy('other')
    await settled()
    expect(clipboard.calls).toEqual(['Request', 'Grab 2'])
  })

  // biome-ignore format: one row per grab
  const races = [
    ['a higher serial is the guest’s',         2, true],
    ['a tie is ours',                          1, false],
    ['a lower serial is late',                 0, false],
  ] as const
  it.each(races)('%s', async (_why, serial, wins) => {
    const { clipboard, copy, settled, texts } = await shared()
    clipboard.handOver = text('theirs')
    copy('ours')
    await clipboard.grab(serial)
    await settled()
    const answer = await clipboard.request()
    if (wins) {
      await expect.poll(texts).toEqual(['theirs'])
      expect(answer.type).toBe('error')
    } else {
      expect(Buffer.from(answer.body[1] as Uint8Array).toString()).toBe('ours')
      expect(texts()).toEqual([])
    }
  })

  it('counts on from the guest’s serial', async () => {
    const { clipboard, copy, texts } = await shared()
    clipboard.handOver = text('x')
    await clipboard.grab(41)
    await expect.poll(texts).toEqual(['x'])
    copy('y')
    await expect.poll(() => clipboard.calls).toEqual(['Request', 'Grab 42'])
  })

  it('counts anew when it says so', async () => {
    const { clipboard, copy, texts } = await shared()
    copy('one')
    copy('two')
    await clipboard.peer.call(CLIPBOARD, 'Register')
    clipboard.handOver = text('theirs')
    await clipboard.grab(1)
    await expect.poll(texts).toEqual(['theirs'])
  })

  it('is left alone with what it grabs beside the clipboard, or without text', async () => {
    const { clipboard, settled } = await shared()
    for (const selection of [1, 2, 7]) await clipboard.grab(1, [TEXT_MIME], selection)
    await clipboard.grab(2, ['image/png'])
    await clipboard.grab(3, [])
    await settled()
    expect(clipboard.calls).toEqual([])
  })

  it('loses our text when our clipboard is emptied, and its own only when we have another', async () => {
    const { clipboard, copy, settled, texts } = await shared()
    copy('password')
    copy('')
    await settled()
    expect(clipboard.calls).toEqual(['Grab 1', 'Release'])
    expect((await clipboard.request()).type).toBe('error')
    clipboard.handOver = text('theirs')
    await clipboard.grab(2)
    await expect.poll(texts).toEqual(['theirs'])
    copy('')
    await settled()
    expect(clipboard.calls).toEqual(['Grab 1', 'Release', 'Request'])
  })

  it('is let go of when sharing ends, and forgets our text', async () => {
    const { clipboard, part, copy, settled } = await shared()
    copy('secret')
    part.request({ kind: 'clipboard-share', on: false })
    await settled()
    expect(clipboard.calls).toEqual(['Grab 1', 'Release', 'Unregister'])
    part.request({ kind: 'clipboard-share', on: true })
    await expect.poll(() => clipboard.isRegistered).toBe(true)
    await settled()
    expect((await clipboard.request()).type).toBe('error')
  })

  it('is let go of with the viewer', async () => {
    const { clipboard, part } = await shared()
    part[Symbol.dispose]()
    await expect.poll(() => clipboard.calls).toEqual(['Release', 'Unregister'])
  })

  it('is taken from a viewer that broke off', async () => {
    const { clipboard, copy } = await shared((one) => {
      one.isRegistered = true
      one.serial = 99
    })
    copy('text')
    await expect.poll(() => clipboard.calls).toEqual(['Grab 1'])
    expect(clipboard.serial).toBe(1)
  })

  it('that another viewer has is told of once', async () => {
    const opened = await open((clipboard) => {
      clipboard.isTaken = true
    })
    opened?.part.request({ kind: 'clipboard-share', on: true })
    await expect.poll(() => opened?.heard).toMatchObject([{ kind: 'trouble' }])
    opened?.part.request({ kind: 'clipboard-text', text: 'x' })
    expect(opened?.clipboard.calls).toEqual(['Register', 'Unregister', 'Register'])
  })
})

describe('a guest that does not keep to it', () => {
  // biome-ignore format: one row per answer
  const useless = [
    ['bytes that are no UTF-8',   handed(Uint8Array.of(0x66, 0xff, 0xfe))],
    ['half a character',          handed(Uint8Array.of(0xe2, 0x82))],
    ['half a pair of surrogates', handed(Uint8Array.of(0xed, 0xa0, 0x80))],
    ['too long a text',           handed(new Uint8Array(MAX_CLIPBOARD + 1).fill(0x61))],
    ['many more bytes',           handed(new Uint8Array(8 * MAX_CLIPBOARD))],
    ['nothing',                   handed(new Uint8Array())],
    ['another kind',              handed(Buffer.from('<b>'), 'text/html')],
    ['a kind of a megabyte',      handed(Buffer.from('x'), 'x'.repeat(1 << 20))],
    ['another type',              { signature: 'ss', body: [TEXT_MIME, 'text'] }],
    ['no answer at all',          { signature: '', body: [] }],
  ] as const
  it.each(useless)('gives %s: left out, and the next text comes', async (_what, answer) => {
    const { clipboard, texts } = await shared()
    clipboard.handOver = answer
    await clipboard.grab(1)
    await expect.poll(() => clipboard.calls).toEqual(['Request'])
    clipboard.handOver = text('good')
    await clipboard.grab(2)
    await expect.poll(texts).toEqual(['good'])
  })

  it('may end its text with a NUL', async () => {
    const { clipboard, texts } = await shared()
    clipboard.handOver = text('text\0\0rest')
    await clipboard.grab(1)
    await expect.poll(texts).toEqual(['text'])
  })

  it('may hand over just as much as is passed on', async () => {
    const { clipboard, texts } = await shared()
    clipboard.handOver = text('€'.repeat(MAX_CLIPBOARD))
    await clipboard.grab(1)
    await expect.poll(() => texts().map(({ length }) => length)).toEqual([MAX_CLIPBOARD])
  })

  it('is asked for one text at a time, the newest last', async () => {
    const { clipboard, texts } = await shared()
    for (let serial = 1; serial <= 100; serial += 1) await clipboard.grab(serial)
    expect(clipboard.waiting).toHaveLength(1)
    clipboard.handOverLate('of the first grab')
    await expect.poll(() => clipboard.waiting.length).toBe(1)
    clipboard.handOverLate('of the last')
    await expect.poll(texts).toEqual(['of the last'])
    expect(clipboard.calls).toEqual(['Request', 'Request'])
  })

  it('is not heard when it answers after we have a text, or after sharing ended', async () => {
    const { clipboard, part, copy, settled, texts } = await shared()
    await clipboard.grab(1)
    await expect.poll(() => clipboard.waiting.length).toBe(1)
    copy('ours')
    clipboard.handOverLate('late')
    await settled()
    await clipboard.grab(9)
    await expect.poll(() => clipboard.waiting.length).toBe(1)
    part.request({ kind: 'clipboard-share', on: false })
    clipboard.handOverLate('later')
    await settled()
    expect(texts()).toEqual([])
  })

  // biome-ignore format: one row per call
  const malformed = [
    ['Grab',    'us',    [0, 'text']],
    ['Grab',    'iuas',  [-1, 1, [TEXT_MIME]]],
    ['Request', 'us',    [0, TEXT_MIME]],
    ['Request', '',      []],
    ['Release', 's',     ['0']],
    ['Register', 'u',    [1]],
    ['Steal',   '',      []],
    ['toString', '',     []],
  ] as const
  it.each(malformed)('is refused %s of %j', async (member, signature, body) => {
    const { clipboard, copy } = await shared()
    copy('secret')
    const answer = await clipboard.peer.call(CLIPBOARD, member, signature, body)
    expect(answer.type).toBe('error')
    expect(clipboard.calls).toEqual(['Grab 1'])
  })

  it('gets no other kind and no other selection than the clipboard’s text', async () => {
    const { clipboard, copy } = await shared()
    copy('text')
    for (const answer of [
      await clipboard.request(1),
      await clipboard.request(0, ['text/html']),
      await clipboard.request(
        0,
        Array.from({ length: 10_000 }, (_, at) => `x/${at}`),
      ),
    ]) {
      expect(answer.type).toBe('error')
    }
  })

  it('is asked for a few long texts a second, however many it has', async () => {
    const clock = new ManualClock()
    const { clipboard, settled, texts } = await shared(undefined, clock)
    clipboard.handOver = text('x'.repeat(MAX_CLIPBOARD))
    await clipboard.grab(1)
    await expect.poll(() => texts().length).toBe(1)
    for (let serial = 2; serial <= 50; serial += 1) await clipboard.grab(serial)
    clock.advance(500)
    await settled()
    expect(clipboard.calls).toEqual(['Request'])
    clock.advance(100)
    await expect.poll(texts).toHaveLength(2)
  })

  it('may hang up at any time', async () => {
    const { clipboard, part, copy } = await shared()
    await clipboard.grab(1)
    clipboard.peer[Symbol.dispose]()
    copy('text')
    part.request({ kind: 'clipboard-share', on: false })
    part.request({ kind: 'clipboard-share', on: true })
    copy('more')
    part[Symbol.dispose]()
  })
})
