// SPDX-License-Identifier: GPL-2.0-or-later
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { PlaneClaim } from '../../../core/plane.ts'
import { toWire } from '../../../core/wire.ts'
import { capturePlanes } from '../../../main/source/capture-planes.ts'
import type { ProducerRecord } from '../../../main/source/planes/protocol.ts'
import { sendRecord } from '../../../main/source/planes/record-stream.ts'
import { PlanesSource } from '../../../main/source/planes/source.ts'
import type { Fd, FdSocket } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { expectNoLeaks } from '../no-leaks.ts'
import { info } from './demo-host.ts'

expectNoLeaks()

const claim: PlaneClaim = {
  ...{ kind: 'primary', fourcc: 'XR24', modifier: 0n, width: 4, height: 4, x: 0, y: 0 },
  ...{ hotspot: undefined, bottomUp: false },
  memory: [{ buffer: 0, offset: 0, stride: 16, size: 64 }],
}
const plane = (id: number, fds: number, change: Partial<PlaneClaim> = {}): ProducerRecord => ({
  ...{ type: 'plane', id, fds },
  plane: { ...claim, ...change },
})
const hello: ProducerRecord = { type: 'hello', protocol: 1, name: 'vm', pull: false }

let stack = new DisposableStack()
afterEach(() => {
  stack[Symbol.dispose]()
  stack = new DisposableStack()
})

/** A source, the producer's end of its socket, and a way to wait for the next sign of life. */
function setUp() {
  const [near, far] = shim.socketPair()
  const source = stack.use(new PlanesSource(shim, near, info, () => 0))
  const producer = stack.use(far)
  let wakes = 0
  let resolve = () => {}
  source.onWake(() => {
    wakes += 1
    resolve()
  })
  const woken = async (count = 1) => {
    while (wakes < count) {
      const next = Promise.withResolvers<void>()
      resolve = next.resolve
      await next.promise
    }
    wakes = 0
  }
  return { source, producer, woken }
}

function buffer(byte: number, size = 64): Fd {
  const fd = stack.use(shim.createMemfd('test', size))
  using mapping = shim.map(fd, 0, size, true)
  mapping.write(0, new Uint8Array(size).fill(byte))
  return fd
}

/** A file in memory that can still be cut short. */
function unsealed(size: number): { readonly fd: Fd; readonly cut: (length: number) => void } {
  const folder = mkdtempSync('/dev/shm/scanout-')
  const file = openSync(path.join(folder, 'file'), 'w+')
  stack.defer(() => {
    closeSync(file)
    rmSync(folder, { recursive: true })
  })
  writeSync(file, new Uint8Array(size).fill(5))
  const fd = stack.use(shim.openFile(path.join(folder, 'file'), false))
  return { fd, cut: (length) => ftruncateSync(file, length) }
}

async function send(producer: FdSocket, record: ProducerRecord, fds: readonly Fd[] = []) {
  await sendRecord(producer, record, fds)
}

function primary(source: PlanesSource) {
  const reading = source.refresh()[0]
  const { status } = reading ?? {}
  return {
    state: status?.state,
    byte: reading?.memory?.mappings[0]?.copyOut(0, 1)[0],
    identity: status?.state === 'shown' ? status.identity : undefined,
    code: status?.state === 'refused' ? status.verdict.code : undefined,
    changed: reading?.mayHaveChanged,
  }
}

function raw(json: string): Uint8Array {
  const bytes = Buffer.from(json)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, bytes])
}

describe('a producer that pushes', () => {
  it('introduces itself and a plane, flips, draws, moves and switches off', async () => {
    const { source, producer, woken } = setUp()
    await send(producer, hello)
    await send(producer, plane(1, 1), [buffer(10)])
    await woken()
    expect(source.info.name).toBe('vm')
    expect(primary(source)).toMatchObject({ state: 'shown', byte: 10, changed: true })
    expect(primary(source)).toMatchObject({ byte: 10, changed: false })

    await send(producer, plane(2, 1), [buffer(20)])
    await woken()
    expect(primary(source)).toMatchObject({ byte: 20, identity: 'planes:2' })
    await send(producer, { type: 'flip', kind: 'primary', id: 1 })
    await woken()
    expect(primary(source)).toMatchObject({ byte: 10, changed: true })
    await send(producer, { type: 'damage', kind: 'primary' })
    await woken()
    expect(primary(source).changed).toBe(true)

    await send(producer, plane(3, 1, { kind: 'cursor' }), [buffer(1)])
    await send(producer, { type: 'move', kind: 'cursor', x: -7, y: 8, hotspot: { x: 1, y: 1 } })
    await woken(2)
    const cursor = source.refresh()[2]?.status
    expect(cursor?.state === 'shown' && cursor.plane).toMatchObject({ x: -7, y: 8 })

    await send(producer, { type: 'disable', kind: 'primary', absent: false })
    await woken()
    expect(primary(source).state).toBe('disabled')
  })

  it('is asked for a buffer again that was let go', async () => {
    const { source, producer, woken } = setUp()
    await send(producer, hello)
    for (let id = 1; id <= 9; id += 1) {
      await send(producer, plane(id, 1), [buffer(id)])
      await woken()
      primary(source)
    }
    const text: string[] = []
    while (!text.join('').includes('dropped')) {
      const message = await producer.receive()
      text.push(Buffer.from(message?.bytes ?? []).toString('latin1'))
    }
    expect(text.join('')).toContain('{"type":"dropped","id":1}')
    expect(source.surfaces()).toHaveLength(8)
  })

  it('ends with the words that it gives, or with plain ones', async () => {
    const first = setUp()
    await send(first.producer, hello)
    const failure = { code: 'vm-gone', what: 'x', why: 'y', remedy: 'z' }
    await send(first.producer, { type: 'gone', failure })
    await first.woken()
    expect(first.source.gone).toEqual(failure)
    const second = setUp()
    second.producer[Symbol.dispose]()
    await second.woken()
    expect(second.source.gone?.code).toBe('hung-up')
  })
})

describe('a producer that is pulled', () => {
  it('speaks between request and complete, one request at a time', async () => {
    const { source, producer, woken } = setUp()
    await send(producer, { ...hello, pull: true } as ProducerRecord)
    await source.greeted()
    const fetched = source.fetch()
    source.refresh()
    source.refresh()
    await send(producer, plane(1, 1), [buffer(3)])
    await send(producer, { type: 'complete', serial: 1 })
    await fetched
    await woken()
    expect(primary(source)).toMatchObject({ byte: 3 })
    source.refresh()
    await send(producer, { type: 'complete', serial: 2 })
    await woken()
    expect(source.gone).toBeUndefined()
  })

  it('may not complete what nobody asked for', async () => {
    const { source, producer, woken } = setUp()
    await send(producer, { ...hello, pull: true } as ProducerRecord)
    await send(producer, { type: 'complete', serial: 9 })
    await woken()
    expect(source.gone?.code).toBe('bad-protocol')
  })
})

describe('memory from a producer', () => {
  it('is copied when it is not sealed, so that cutting it short does no harm', async () => {
    const { source, producer, woken } = setUp()
    const { fd, cut } = unsealed(64)
    await send(producer, hello)
    await send(producer, plane(1, 1), [fd])
    await woken()
    expect(primary(source)).toMatchObject({ state: 'shown', byte: 5 })
    cut(0)
    await send(producer, { type: 'damage', kind: 'primary' })
    await woken()
    expect(primary(source)).toMatchObject({ state: 'refused', code: 'truncated' })
    expect(source.gone).toBeUndefined()
  })

  it('is refused when it is no memory at all', async () => {
    const { source, producer, woken } = setUp()
    await send(producer, hello)
    await send(producer, plane(1, 1), [stack.use(shim.openFile('/dev/null', false))])
    await woken()
    expect(source.gone).toMatchObject({ code: 'bad-protocol' })
    expect(source.gone?.why).toContain('/dev/null')
  })

  it.each([
    ['a buffer that is too short', {}, 16, 'truncated'],
    ['an unknown fourcc', { fourcc: 'ZZZZ' }, 64, 'unknown-fourcc'],
    ['no size', { width: 0 }, 64, 'bad-plane'],
    ['too many memory planes', { memory: [...claim.memory, ...claim.memory] }, 64, 'bad-plane'],
    [
      'a missing buffer',
      { memory: [{ buffer: 3, offset: 0, stride: 16, size: 64 }] },
      64,
      'bad-plane',
    ],
  ])('has a verdict for %s', async (_name, change, size, code) => {
    const { source, producer, woken } = setUp()
    await send(producer, hello)
    await send(producer, plane(1, 1, change), [buffer(1, size)])
    await woken()
    expect(primary(source)).toMatchObject({ state: 'refused', code })
  })

  it('can be captured', async () => {
    const { source, producer, woken } = setUp()
    await send(producer, hello)
    await send(producer, plane(1, 1), [buffer(42)])
    await woken()
    const { planes } = capturePlanes(shim, source.refresh())
    expect(planes[0]?.buffers[0]).toEqual(new Uint8Array(64).fill(42))
  })
})

describe('a producer that speaks nonsense', () => {
  it.each([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['an empty record', raw('')],
    ['a huge record', Buffer.from([0xff, 0xff, 0xff, 0x7f])],
    ['no JSON', raw('{"type":')],
    ['no UTF-8', Buffer.from([2, 0, 0, 0, 0xff, 0xfe])],
    ['a number', raw('7')],
    ['null', raw('null')],
    ['a list', raw('[]')],
    ['no type', raw('{}')],
    ['an unknown type', raw('{"type":"explode"}')],
    ['a type of the prototype', raw('{"type":"toString"}')],
    ['another protocol', raw('{"type":"hello","protocol":2,"name":"","pull":false}')],
    ['a nameless hello', raw('{"type":"hello","protocol":1}')],
    ['a plane without claim', raw('{"type":"plane","id":1,"fds":0}')],
    ['a plane of numbers', raw(toWire({ ...plane(1, 0), plane: { ...claim, modifier: 0 } }))],
    ['a plane of no kind', raw(toWire({ ...plane(1, 0), plane: { ...claim, kind: 'x' } }))],
    ['descriptors that did not come', raw(toWire(plane(1, 2)))],
    ['too many descriptors', raw('{"type":"damage","kind":"primary","fds":99}')],
    ['a negative id', raw('{"type":"flip","kind":"primary","id":-1}')],
    ['an id of text', raw('{"type":"drop","id":"1"}')],
    ['a failure without words', raw('{"type":"gone","failure":{}}')],
    ['a big number that is none', raw('{"type":"drop","id":{"$bigint":"zz"}}')],
  ])('by sending %s is cut off in words', async (_name, bytes) => {
    const { source, producer, woken } = setUp()
    await producer.send(bytes)
    await woken()
    expect(source.gone).toMatchObject({ code: 'bad-protocol' })
    expect(source.gone?.why).not.toBe('')
  })

  it('by sending descriptors with anything else is cut off, and they are closed', async () => {
    const { source, producer, woken } = setUp()
    await producer.send(raw('{"type":"damage","kind":"primary","fds":1}'), [buffer(1)])
    await woken()
    expect(source.gone?.code).toBe('bad-protocol')
  })

  it('by sending descriptors that no record counts is cut off, and they are closed', async () => {
    const { source, producer, woken } = setUp()
    const fds = Array.from({ length: 20 }, () => buffer(1))
    await producer.send(raw('{"type":"damage","kind":"primary"}'), fds)
    await producer.send(raw('{"type":"damage","kind":"primary"}'), fds)
    while (!source.gone) await woken()
    expect(source.gone.why).toContain('descriptors')
  })

  it('by flipping to what it never introduced shows nothing', async () => {
    const { source, producer, woken } = setUp()
    await send(producer, hello)
    await send(producer, { type: 'flip', kind: 'primary', id: 77 })
    await woken()
    expect(primary(source).state).toBe('stalled')
    expect(source.gone).toBeUndefined()
  })

  it('in a thousand random ways never does more than end', async () => {
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % below
    }
    const good = [
      raw(toWire(hello)),
      raw(toWire(plane(1, 0))),
      raw(toWire({ type: 'move', kind: 'cursor', x: 1, y: 2 })),
    ]
    for (let round = 0; round < 1000; round += 1) {
      using owned = new DisposableStack()
      const [near, far] = shim.socketPair()
      const source = owned.use(new PlanesSource(shim, near, info, () => 0))
      const producer = owned.use(far)
      const bytes = Buffer.concat(good)
      for (let hits = random(6) + 1; hits > 0; hits -= 1) bytes[random(bytes.length)] = random(256)
      await producer.send(bytes.subarray(0, random(bytes.length) + 1))
      producer[Symbol.dispose]()
      const ended = Promise.withResolvers<void>()
      source.onWake(() => {
        if (source.gone) ended.resolve()
      })
      if (!source.gone) await ended.promise
      source.refresh()
      expect(['bad-protocol', 'hung-up', 'x']).toContain(source.gone?.code)
    }
  })
})
