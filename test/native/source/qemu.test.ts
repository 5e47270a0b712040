// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { INVALID } from '../../../core/modifier.ts'
import { capturePlanes } from '../../../main/source/capture-planes.ts'
import { openQemu } from '../../../main/source/qemu/open.ts'
import { Variant } from '../../../main/source/qemu/wire.ts'
import type { Source } from '../../../main/source/source.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { DMABUF2, FakeQemu, type FakeQemuWish, LISTENER, MAP } from '../../fakes/fake-qemu.ts'
import { Random } from '../../fakes/random.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

const XRGB = 0x2002_0888
const XR24 = 0x3432_5258
let folder = ''
let stack = new AsyncDisposableStack()
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fake-qemu-'))
})
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
  rmSync(folder, { recursive: true })
})

function start(wish: FakeQemuWish = {}): { qemu: FakeQemu; address: string } {
  const socket = path.join(folder, 'qmp')
  return { qemu: stack.use(new FakeQemu(socket, wish)), address: socket }
}

async function open(socket: string, query: Readonly<Record<string, string>> = {}) {
  const text = `qemu:${socket}`
  const address = { text, scheme: 'qemu', path: socket, query: new Map(Object.entries(query)) }
  return openQemu(address, AbortSignal.timeout(10_000))
}

/** An open source whose console shows 4 × 2 pixels of bytes 1, 2, 3 … */
async function connected(wish: FakeQemuWish = {}) {
  const { qemu, address } = start(wish)
  const opening = open(address)
  const listener = await qemu.listener
  const bytes = Uint8Array.from({ length: 32 }, (_, at) => at + 1)
  listener.tell(LISTENER, 'Scanout', 'uuuuay', [4, 2, 16, XRGB, bytes])
  const opened = await opening
  if (!opened.ok) throw new Error(opened.failure.why)
  return { qemu, listener, source: stack.use(opened.value), bytes }
}

const statusOf = (source: Source, kind: string) =>
  source.refresh().find(({ status }) => status.kind === kind)?.status
const pixels = (source: Source) => {
  const { planes } = capturePlanes(shim, source.refresh())
  return [...(planes[0]?.buffers[0] ?? [])]
}
const ping = 'org.freedesktop.DBus.Peer'

function memory(byte: number, size: number): Fd {
  const fd = stack.use(shim.createMemfd('guest', size))
  using mapping = shim.map(fd, 0, size, true)
  mapping.write(0, new Uint8Array(size).fill(byte))
  return fd
}

describe('the D-Bus display of a QEMU', () => {
  it('shows what a Scanout carries', async () => {
    const { source, bytes } = await connected()
    expect(source.info).toMatchObject({ name: 'fake', console: { label: 'vga' } })
    expect(source.info.consoles).toHaveLength(2)
    expect(statusOf(source, 'primary')).toMatchObject({
      state: 'shown',
      plane: { width: 4, height: 2, fourcc: 'XR24', modifier: 0n, bottomUp: false },
    })
    expect(pixels(source)).toEqual([...bytes])
  })

  it('puts an Update where it belongs and nowhere else', async () => {
    const { source, listener, bytes } = await connected()
    const data = new Uint8Array(16).fill(200)
    listener.tell(LISTENER, 'Update', 'iiiiuuay', [1, 0, 1, 2, 8, XRGB, data])
    await listener.call(ping, 'Ping')
    const wanted = [...bytes].map((byte, at) => (at % 16 >= 4 && at % 16 < 8 ? 200 : byte))
    expect(pixels(source)).toEqual(wanted)
  })

  it('listens anew when an Update does not fit', async () => {
    const { source, listener, qemu } = await connected()
    const data = new Uint8Array(32)
    listener.tell(LISTENER, 'Update', 'iiiiuuay', [0, 2, 4, 1, 16, XRGB, data])
    await expect.poll(() => qemu.registrations, { timeout: 3000 }).toBe(2)
    expect(source.gone).toBeUndefined()
    expect(statusOf(source, 'primary')?.state).toBe('shown')
  })

  it('maps each shared buffer once, whatever descriptors it comes by', async () => {
    const { source, listener } = await connected()
    const buffers = [memory(1, 4096), memory(2, 4096)]
    for (let flip = 0; flip < 20; flip += 1) {
      const fd = buffers[flip % 2] as Fd
      await listener.call(MAP, 'ScanoutMap', 'huuuuu', [0, 0, 4, 2, 16, XRGB], [fd])
      expect(pixels(source)[0]).toBe((flip % 2) + 1)
    }
    expect(source.surfaces()).toHaveLength(2)
  })

  it('refuses a map that is shorter than its picture', async () => {
    const { source, listener } = await connected()
    const fd = memory(1, 4096)
    await listener.call(MAP, 'ScanoutMap', 'huuuuu', [0, 0, 64, 64, 256, XRGB], [fd])
    expect(statusOf(source, 'primary')).toMatchObject({
      state: 'refused',
      verdict: { code: 'truncated' },
    })
  })

  it('shows a dma-buf without modifier when it is plain memory, upside down where it is', async () => {
    const { source, listener } = await connected()
    const body = [0, 4, 2, 16, XR24, INVALID, true]
    await listener.call(LISTENER, 'ScanoutDMABUF', 'huuuutb', body, [memory(9, 4096)])
    expect(statusOf(source, 'primary')).toMatchObject({
      state: 'shown',
      plane: { bottomUp: true, modifier: 0n },
    })
    expect(pixels(source)[0]).toBe(9)
  })

  it('cuts the shown part out of a larger buffer', async () => {
    const { source, listener } = await connected()
    const fd = memory(0, 4096)
    using mapping = shim.map(fd, 0, 4096, true)
    mapping.write(2 * 64 + 3 * 4, new Uint8Array([5]))
    const size = [3, 2, 4, 2]
    const body = [[0], ...size, [0], [64], 1, XR24, 16, 8, 0n, false]
    await listener.call(DMABUF2, 'ScanoutDMABUF2', 'ahuuuuauauuuuutb', body, [fd])
    expect(statusOf(source, 'primary')).toMatchObject({
      state: 'shown',
      plane: { width: 4, height: 2, memory: [{ offset: 140 }] },
    })
  })

  it('answers UpdateDMABUF at once, looked at or not', async () => {
    const { source, listener } = await connected()
    const body = [0, 4, 2, 16, XR24, 0n, false]
    await listener.call(LISTENER, 'ScanoutDMABUF', 'huuuutb', body, [memory(9, 4096)])
    const answer = await listener.call(LISTENER, 'UpdateDMABUF', 'iiii', [0, 0, 4, 2])
    expect(answer.type).toBe('reply')
    expect(source.refresh()[0]?.mayHaveChanged).toBe(true)
  })

  it('blanks on Disable, and not when a picture follows', async () => {
    const { source, listener, bytes } = await connected()
    listener.tell(LISTENER, 'Disable')
    listener.tell(LISTENER, 'Scanout', 'uuuuay', [4, 2, 16, XRGB, bytes])
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(statusOf(source, 'primary')?.state).toBe('shown')
    listener.tell(LISTENER, 'Disable')
    await expect.poll(() => statusOf(source, 'primary')?.state).toBe('disabled')
  })

  it('places the cursor, hides it, and takes a negative hotspot for none', async () => {
    const { source, listener } = await connected()
    const image = new Uint8Array(16)
    listener.tell(LISTENER, 'CursorDefine', 'iiiiay', [2, 2, 1, 0, image])
    listener.tell(LISTENER, 'MouseSet', 'iii', [30, -4, 1])
    await listener.call(ping, 'Ping')
    expect(statusOf(source, 'cursor')).toMatchObject({
      state: 'shown',
      plane: { x: 30, y: -4, fourcc: 'AR24', hotspot: { x: 1, y: 0 } },
    })
    listener.tell(LISTENER, 'CursorDefine', 'iiiiay', [2, 2, -1, -1, image])
    await listener.call(ping, 'Ping')
    const shown = statusOf(source, 'cursor')
    expect(shown?.state === 'shown' && shown.plane.hotspot).toBeUndefined()
    listener.tell(LISTENER, 'MouseSet', 'iii', [0, 0, 0])
    await listener.call(ping, 'Ping')
    expect(statusOf(source, 'cursor')?.state).toBe('disabled')
  })

  it('says what it can do', async () => {
    const { listener } = await connected()
    const properties = 'org.freedesktop.DBus.Properties'
    const all = await listener.call(properties, 'GetAll', 's', [LISTENER])
    const offered = new Variant('as', [MAP, DMABUF2])
    expect(all.body).toEqual([[['Interfaces', offered]]])
    expect((await listener.call(properties, 'Get', 'ss', [LISTENER, 'Interfaces'])).body).toEqual([
      offered,
    ])
    expect((await listener.call(properties, 'GetAll', 's', [MAP])).body).toEqual([[]])
  })

  it('refuses nonsense in words and goes on', async () => {
    const { source, listener, bytes } = await connected()
    // biome-ignore format: one row per nonsense
    const rows = [
      ['org.example', 'Scanout', '', [], 'UnknownMethod'],
      [LISTENER, 'Explode', '', [], 'UnknownMethod'],
      [LISTENER, 'Scanout', 'u', [1], 'InvalidArgs'],
      [MAP, 'ScanoutMap', 'huuuuu', [0, 0, 4, 2, 16, XRGB], 'InvalidArgs'],
      [LISTENER, 'ScanoutDMABUF', 'huuuutb', [7, 4, 2, 16, XR24, 0n, false], 'InvalidArgs'],
      [DMABUF2, 'ScanoutDMABUF2', 'ahuuuuauauuuuutb', [[], 0, 0, 4, 2, [0], [16], 9, XR24, 4, 2, 0n, false], 'InvalidArgs'],
      [LISTENER, 'Update', 'iiiiuuay', [0, 0, 4, 2, 16, XRGB, new Uint8Array(1)], 'InvalidArgs'],
    ] as const
    for (const [owner, member, signature, body, error] of rows) {
      const answer = await listener.call(owner, member, signature, body)
      expect(answer, member).toMatchObject({ type: 'error' })
      expect(answer.error).toContain(error)
    }
    expect(source.queryErrors).toBe(rows.length)
    expect(pixels(source)).toEqual([...bytes])
  })

  it('survives sizes that no screen has', async () => {
    const { source, listener } = await connected()
    const random = new Random(5)
    const any = () => random.pick([0, 1, 3, 4, 16, 4096, 2 ** 31, 2 ** 32 - 1])
    for (let round = 0; round < 500; round += 1) {
      const body = [any(), any(), any(), random.pick([XRGB, 0, any()]), random.bytes(32)]
      listener.tell(LISTENER, 'Scanout', 'uuuuay', body)
      if (round % 10 === 0) {
        await listener.call(ping, 'Ping')
        source.refresh()
      }
    }
    await listener.call(ping, 'Ping')
    expect(source.gone).toBeUndefined()
  })

  it('ends in words when the line breaks or carries nonsense', async () => {
    const { source, qemu } = await connected()
    await qemu.client.socket.send(Buffer.from('this is no D-Bus message at all'))
    await expect.poll(() => source.gone?.why, { timeout: 2000 }).toContain('no D-Bus message')
  })
})

describe('input to a QEMU', () => {
  it('goes to keyboard and pointer, clamped to the screen', async () => {
    const { source, qemu, listener } = await connected()
    expect(source.accepts).toEqual({ keyboard: true, pointer: 'absolute' })
    source.input?.([
      { kind: 'key', qnum: 0x1e, down: true },
      { kind: 'key', qnum: 0x1e, down: false },
      { kind: 'pointer', x: 99, y: 1 },
      { kind: 'motion', dx: 1, dy: 1 },
      { kind: 'button', button: 'wheel-up', down: true },
    ])
    await listener.call(ping, 'Ping')
    await expect.poll(() => qemu.calls.length).toBe(4)
    expect(qemu.calls).toEqual([
      { member: 'Press', body: [0x1e] },
      { member: 'Release', body: [0x1e] },
      { member: 'SetAbsPosition', body: [3, 1] },
      { member: 'Press', body: [3] },
    ])
  })

  it('lets go of what is pressed when the source is closed', async () => {
    const { source, qemu } = await connected()
    source.input?.([{ kind: 'key', qnum: 0x1d, down: true }])
    source[Symbol.dispose]()
    await expect.poll(() => qemu.calls.at(-1)).toEqual({ member: 'Release', body: [0x1d] })
  })

  it('becomes absolute when a driver of the guest binds', async () => {
    const { source, qemu } = await connected({ isAbsolute: false })
    expect(source.accepts?.pointer).toBe('relative')
    const changed = [['IsAbsolute', new Variant('b', true)]]
    const body = ['org.qemu.Display1.Mouse', changed, []]
    const properties = 'org.freedesktop.DBus.Properties'
    qemu.client.signal(
      '/org/qemu/Display1/Console_0',
      properties,
      'PropertiesChanged',
      'sa{sv}as',
      body,
    )
    await expect.poll(() => source.accepts?.pointer).toBe('absolute')
  })
})

describe('a QEMU that cannot be shown', () => {
  // biome-ignore format: one row per QEMU
  const rows = [
    [{ noDisplay: 'D-Bus display is not in use' }, 'no-display', '-display dbus,p2p=yes'],
    [{ greeting: 'SSH-2.0-OpenSSH\r\n' }, 'bad-protocol', '-qmp'],
    [{ greeting: '' }, 'busy', 'second -qmp socket'],
    [{ handshake: 'REJECTED EXTERNAL\r\n' }, 'bad-protocol', '-display dbus'],
  ] as const
  it.each(rows)('is told in words: %j', async (wish, code, remedy) => {
    const { address } = start(wish)
    const opened = await open(address)
    expect(opened).toMatchObject({ ok: false, failure: { code } })
    expect(!opened.ok && opened.failure.remedy).toContain(remedy)
  })

  it('is let go of wherever it hangs up in the handshake', async () => {
    const answers = 'OK 0123456789abcdef\r\n'
    for (let length = 0; length < answers.length; length += 1) {
      const { address, qemu } = start({ handshake: answers.slice(0, length), hangUp: true })
      const opened = await open(address)
      expect(opened, `after ${length} bytes`).toMatchObject({ ok: false })
      await qemu[Symbol.asyncDispose]()
    }
  })

  it('is told which consoles there are', async () => {
    const { address } = start()
    const opened = await open(address, { console: '7' })
    expect(!opened.ok && opened.failure.remedy).toBe('Use one of 0 (vga), 1 (vc0)')
  })

  it('is told where nobody is', async () => {
    const opened = await open(path.join(folder, 'nothing'))
    expect(opened).toMatchObject({ ok: false, failure: { code: 'not-found' } })
  })
})
