// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { capturePlanes } from '../../../main/source/capture-planes.ts'
import { systemClock } from '../../../main/source/poller.ts'
import { BusConnection, BusError, type BusHandlers } from '../../../main/source/qemu/bus.ts'
import { readConsoles } from '../../../main/source/qemu/console.ts'
import { ConsoleInput } from '../../../main/source/qemu/console-input.ts'
import { ConsolePlanes } from '../../../main/source/qemu/listener.ts'
import { LISTENER_PATH, servedListener } from '../../../main/source/qemu/listener-calls.ts'
import { openQemu } from '../../../main/source/qemu/open.ts'
import { QmpClient } from '../../../main/source/qemu/qmp.ts'
import { Variant, type WireValue } from '../../../main/source/qemu/wire.ts'
import type { Source } from '../../../main/source/source.ts'
import type { FdSocket } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { CutSocket } from '../../fakes/cut-socket.ts'
import { DMABUF2, type FakeLine, FakePeer, FakeQemu, LISTENER, MAP } from '../../fakes/fake-qemu.ts'
import { HostileBus, type HostileSeed } from '../../fakes/hostile-bus.ts'
import { OddDescriptors } from '../../fakes/odd-descriptors.ts'
import { Random } from '../../fakes/random.ts'
import { expectNoLeaks } from '../no-leaks.ts'

let descriptors: OddDescriptors
beforeAll(() => {
  descriptors = new OddDescriptors()
})
afterAll(() => descriptors[Symbol.dispose]())
expectNoLeaks()

const XRGB = 0x2002_0888
const XR24 = 0x3432_5258
const PROPERTIES = 'org.freedesktop.DBus.Properties'
const pixels = Uint8Array.from({ length: 32 }, (_, at) => at + 1)
const scanout = [4, 2, 16, XRGB, pixels]

// biome-ignore format: one row per member
const listenerRows: readonly (readonly [string, string, string, readonly WireValue[]])[] = [
  [LISTENER,   'Scanout',        'uuuuay',           scanout],
  [LISTENER,   'Update',         'iiiiuuay',         [1, 0, 2, 2, 8, XRGB, pixels]],
  [LISTENER,   'ScanoutDMABUF',  'huuuutb',          [0, 4, 2, 16, XR24, 0n, false]],
  [DMABUF2,    'ScanoutDMABUF2', 'ahuuuuauauuuuutb', [[0], 1, 1, 4, 2, [0], [64], 1, XR24, 16, 8, 0n, false]],
  [LISTENER,   'UpdateDMABUF',   'iiii',             [0, 0, 4, 2]],
  [MAP,        'ScanoutMap',     'huuuuu',           [0, 0, 4, 2, 16, XRGB]],
  [MAP,        'UpdateMap',      'iiii',             [0, 0, 4, 2]],
  [LISTENER,   'CursorDefine',   'iiiiay',           [2, 2, 0, 0, pixels]],
  [LISTENER,   'MouseSet',       'iii',              [3, 3, 1]],
  [LISTENER,   'Disable',        '',                 []],
  [PROPERTIES, 'GetAll',         's',                [LISTENER]],
  [PROPERTIES, 'Get',            'ss',               [LISTENER, 'Interfaces']],
]
const listenerSeeds = listenerRows.map(
  ([owner, member, signature, body]): HostileSeed => ({
    ...{ path: LISTENER_PATH, interface: owner, member, signature, body },
  }),
)

const some = new Variant('au', [0, 1, 2 ** 32 - 1])
const answers = [
  [['ConsoleIDs', some]],
  [['ConsoleIDs', new Variant('at', [1n])]],
  [
    ['Label', new Variant('s', 'vga')],
    ['Type', some],
  ],
  [['IsAbsolute', new Variant('b', true)]],
]
const clientSeeds = answers.map(
  (properties): HostileSeed => ({
    ...{ path: '/org/qemu/Display1/Console_0', interface: PROPERTIES },
    ...{ member: 'PropertiesChanged', signature: 'a{sv}', body: [properties] },
  }),
)

/** A D-Bus line to somebody hostile, after an honest handshake. */
class Line implements Disposable {
  readonly #owned = new DisposableStack()
  readonly #ended = Promise.withResolvers<string>()
  readonly peer: FakePeer
  readonly bus: BusConnection

  private constructor(peer: FakePeer, bus: BusConnection, ended: PromiseWithResolvers<string>) {
    this.peer = this.#owned.use(peer)
    this.bus = this.#owned.use(bus)
    this.#ended = ended
  }

  static async open(handlers: Pick<BusHandlers, 'onCall'> = {}): Promise<Line> {
    const [ours, theirs] = shim.socketPair()
    const peer = new FakePeer(theirs)
    const ended = Promise.withResolvers<string>()
    const bus = await BusConnection.open(ours, { ...handlers, onEnd: ended.resolve })
    return new Line(peer, bus, ended)
  }

  /** Why it ended. */
  get ended(): Promise<string> {
    return this.#ended.promise
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }
}

/** A listener as a source has it, without the source's own attempts to begin anew. */
class Listening implements Disposable {
  readonly planes = new ConsolePlanes(
    shim,
    systemClock,
    () => {},
    () => {},
  )

  open(): Promise<Line> {
    return Line.open({ onCall: (call) => void servedListener.serve(call, this.planes) })
  }

  /** Whatever came before: a good picture shows. */
  async expectServing({ peer }: Line): Promise<void> {
    const shown = await peer.call(LISTENER, 'Scanout', 'uuuuay', scanout)
    expect(shown.type).toBe('reply')
    const { planes } = capturePlanes(shim, this.planes.readings(), 'primary')
    expect(planes[0]?.buffers[0]).toEqual(pixels)
  }

  [Symbol.dispose](): void {
    this.planes[Symbol.dispose]()
  }
}

describe('whoever speaks to the listener', () => {
  it('may say 5000 things that make no sense, and is understood afterwards', async () => {
    const random = new Random(1)
    const hostile = new HostileBus(random, listenerSeeds)
    using listening = new Listening()
    using line = await listening.open()
    for (let round = 0; round < 100; round += 1) {
      for (let left = 50; left > 0; left -= 1) {
        const { bytes, fds } = hostile.message()
        void line.peer.socket.send(bytes, descriptors.pick(random, fds))
        if (left % 10 === 0) {
          await line.peer.call('org.freedesktop.DBus.Peer', 'Ping')
          listening.planes.readings()
          listening.planes.surfaces()
        }
      }
      await listening.expectServing(line)
    }
  })

  it('is hung up on in words for 1500 things that are no message', async () => {
    const random = new Random(2)
    const hostile = new HostileBus(random, listenerSeeds)
    using listening = new Listening()
    for (let round = 0; round < 1500; round += 1) {
      using line = await listening.open()
      const { bytes, fds } = hostile.garbage()
      await line.peer.socket.send(bytes, descriptors.pick(random, fds))
      line.peer[Symbol.dispose]()
      expect(await line.ended).toMatch(/^[a-z0-9"].{5,}/i)
      listening.planes.readings()
    }
    using line = await listening.open()
    await listening.expectServing(line)
  })
})

describe('whoever answers the client', () => {
  it('may answer 2000 times as it likes, and the answers are bounded by patience', async () => {
    const random = new Random(3)
    const hostile = new HostileBus(random, clientSeeds, 'reply')
    for (let round = 0; round < 100; round += 1) {
      using line = await Line.open()
      const outcome = Promise.allSettled([
        readConsoles(line.bus),
        ConsoleInput.open(line.bus, 0, () => undefined),
      ])
      for (let left = 20; left > 0; left -= 1) {
        const { bytes, fds } = hostile.message()
        await line.peer.socket.send(bytes, descriptors.pick(random, fds))
      }
      line.peer[Symbol.dispose]()
      for (const settled of await outcome) {
        if (settled.status === 'rejected') expect(settled.reason).toBeInstanceOf(BusError)
      }
      const [consoles] = await outcome
      if (consoles.status === 'fulfilled') {
        for (const { id, label, type } of consoles.value) {
          expect([typeof id, typeof label, typeof type]).toEqual(['number', 'string', 'string'])
        }
      }
    }
  })

  it('is hung up on in words for 500 things that are no message', async () => {
    const random = new Random(4)
    const hostile = new HostileBus(random, clientSeeds, 'reply')
    for (let round = 0; round < 500; round += 1) {
      using line = await Line.open()
      const calling = readConsoles(line.bus).catch((error: unknown) => error)
      const { bytes, fds } = hostile.garbage()
      await line.peer.socket.send(bytes, descriptors.pick(random, fds))
      line.peer[Symbol.dispose]()
      expect(await line.ended).not.toBe('')
      await calling
    }
  })
})

/** JSON of a monitor that means ill: what its fields may not be, and what looks like an answer. */
function monitorLine(random: Random): string {
  const values = [
    ...['null', '0', '1', '2', '-1', '1e999', '"1"', '""', '[]', '[1]', '{}', 'true'],
    ...['{"toString":1,"valueOf":1}', '{"class":{"toString":null},"desc":[]}'],
    ...['{"__proto__":1}', `${'['.repeat(5000)}${']'.repeat(5000)}`, '"\\u0000"', '{"class":"x"}'],
  ]
  const names = ['QMP', 'id', 'return', 'error', 'event', 'timestamp', 'class']
  if (random.below(10) === 0) return Buffer.from(random.bytes(40)).toString('latin1')
  if (random.below(10) === 0) return random.pick(values)
  const fields = names.filter(() => random.below(3) === 0)
  return `{${fields.map((name) => `"${name}":${random.pick(values)}`).join(',')}}`
}

describe('whoever speaks on the monitor', () => {
  it('may say 1000 things, and what is asked of it is answered or refused', async () => {
    const random = new Random(6)
    for (let round = 0; round < 200; round += 1) {
      const [ours, theirs] = shim.socketPair()
      using socket = theirs
      const honest = round % 2 === 0 ? ['{"QMP":{}}', '{"return":{},"id":1}'] : []
      const lines = [...honest, ...Array.from({ length: 5 }, () => monitorLine(random))]
      const text = lines.join(random.pick(['\n', '\r\n']))
      await socket.send(
        Buffer.from(text + random.pick(['', '\n'])),
        descriptors.pick(random, round % 3),
      )
      const opened = QmpClient.open(ours, 1000).then(async (qmp) => {
        using owned = qmp
        await owned.execute('query-name')
      })
      const outcome = opened.catch((error: unknown) => error)
      socket[Symbol.dispose]()
      const error = await outcome
      if (error !== undefined) expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(TypeError)
      expect(error).not.toBeInstanceOf(RangeError)
    }
  })
})

describe('a QEMU that dies', () => {
  /** Opens a source whose line of that kind breaks the first time it sent so many bytes. */
  async function openCut(
    line: FakeLine,
    bytes: number,
  ): Promise<{ isOpen: boolean; cut: boolean }> {
    const folder = mkdtempSync(path.join(tmpdir(), 'cut-qemu-'))
    await using owned = new AsyncDisposableStack()
    owned.defer(() => rmSync(folder, { recursive: true }))
    let cut: CutSocket | undefined
    const wrap = (kind: FakeLine, socket: FdSocket) => {
      if (kind !== line || cut) return socket
      cut = new CutSocket(socket, bytes)
      return cut
    }
    const socket = path.join(folder, 'qmp')
    const onListener = (peer: FakePeer) => peer.tell(LISTENER, 'Scanout', 'uuuuay', scanout)
    owned.use(new FakeQemu(socket, { wrap, onListener }))
    const address = { text: `qemu:${socket}`, scheme: 'qemu', path: socket, query: new Map() }
    const opened = await openQemu(address, AbortSignal.timeout(10_000))
    if (!opened.ok) {
      expect(Object.values(opened.failure).every((text) => text !== '')).toBe(true)
      return { isOpen: false, cut: cut?.isCut ?? false }
    }
    using source = opened.value
    await expect.poll(() => source.gone ?? stateOf(source), { interval: 5 }).not.toBe('absent')
    if (source.gone === undefined) expect(stateOf(source)).toBe('shown')
    return { isOpen: true, cut: cut?.isCut ?? false }
  }

  const stateOf = (source: Source) => source.refresh()[0]?.status.state

  // biome-ignore format: one row per line
  const lines = [
    ['monitor',  'in its greeting and its answers'],
    ['client',   'in its handshake and its first answers'],
    ['listener', 'in its handshake and its first pictures'],
  ] as const

  it.each(lines)(
    'on its %s, at any byte %s, leaves a clear state',
    async (line) => {
      const together = 64
      for (let from = 0, isWhole = false; !isWhole; from += together) {
        const lengths = Array.from({ length: together }, (_, at) => from + at)
        const outcomes = await Promise.all(lengths.map((bytes) => openCut(line, bytes)))
        isWhole = outcomes.every(({ cut }) => !cut)
        if (isWhole) expect(outcomes.every(({ isOpen }) => isOpen)).toBe(true)
      }
    },
    60_000,
  )
})
