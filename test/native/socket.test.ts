// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { Fd, FdSocket } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { runChild, runStarvedChild } from './child.ts'
import { failing } from './native-error.ts'
import { expectNoLeaks } from './no-leaks.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'scanout-socket-'))
afterAll(() => rmSync(folder, { recursive: true }))
const fresh = (function* () {
  for (let n = 0; ; n += 1) yield path.join(folder, `${n}.sock`)
})()
const freshPath = () => fresh.next().value
const utf8 = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)

/** Two ends that are disposed with the stack. */
function pairIn(stack: DisposableStack): readonly [FdSocket, FdSocket] {
  const [one, other] = shim.socketPair()
  return [stack.use(one), stack.use(other)]
}

async function receiveAll(socket: FdSocket, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  while (at < length) {
    const message = await socket.receive()
    if (!message) break
    bytes.set(message.bytes, at)
    at += message.bytes.length
  }
  return bytes.subarray(0, at)
}

describe('a socket pair', () => {
  expectNoLeaks()

  it('carries bytes both ways', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    await one.send(utf8('there'))
    await other.send(utf8('back'))
    expect(text((await other.receive())?.bytes)).toBe('there')
    expect(text((await one.receive())?.bytes)).toBe('back')
  })

  it('carries descriptors of the same file, close-on-exec', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    using fd = shim.createMemfd('carried', 4096)
    await one.send(utf8('x'), [fd, fd])
    const message = await other.receive()
    const received = message?.fds.map((each) => stack.use(each)) ?? []
    expect(received.map((each) => each.identity())).toEqual([fd.identity(), fd.identity()])
    expect(fd.size()).toBe(4096)
  })

  it('receives into a place, and no more than fits', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    const sent = Uint8Array.from({ length: 1_000_000 }, (_, at) => at % 251)
    void one.send(sent)
    void one.send(utf8('behind'))
    const target = new Uint8Array(sent.length + 2)
    const received = await other.receive(target.subarray(1, 1 + sent.length))
    expect(received?.bytes.buffer).toBe(target.buffer)
    expect(Buffer.compare(target.subarray(1, 1 + sent.length), sent)).toBe(0)
    expect([target[0], target.at(-1)]).toEqual([0, 0])
    expect(text((await other.receive())?.bytes)).toBe('behind')
  })

  it('gives a place back early for descriptors and at the end', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    using fd = shim.createMemfd('carried', 4096)
    const place = new Uint8Array(100)
    await one.send(utf8('with'), [fd])
    const first = await other.receive(place)
    for (const each of first?.fds ?? []) stack.use(each)
    expect([text(first?.bytes), first?.fds.length]).toEqual(['with', 1])
    await one.send(utf8('last'))
    const last = other.receive(place)
    one[Symbol.dispose]()
    expect(text((await last)?.bytes)).toBe('last')
    expect(await other.receive(place)).toBeUndefined()
  })

  it('refuses a place that is none', async () => {
    using stack = new DisposableStack()
    const [one] = pairIn(stack)
    await expect(one.receive(new Uint8Array(0))).rejects.toThrow(RangeError)
    const text: unknown = 'text'
    await expect(one.receive(text as Uint8Array)).rejects.toThrow(TypeError)
  })

  it('loses a place that somebody gave away, and nothing else', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    const place = new Uint8Array(10)
    const receiving = other.receive(place)
    structuredClone(place.buffer, { transfer: [place.buffer] })
    await one.send(utf8('bytes'))
    await expect(receiving).rejects.toThrow()
    expect(text((await other.receive())?.bytes)).toBe('bytes')
  })

  it('carries 28 descriptors in one message', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    using fd = shim.createMemfd('many', 1)
    await one.send(utf8('x'), new Array<Fd>(28).fill(fd))
    const message = await other.receive()
    for (const each of message?.fds ?? []) stack.use(each)
    expect(message?.fds).toHaveLength(28)
  })

  it('refuses 29 descriptors and descriptors without a byte', async () => {
    using stack = new DisposableStack()
    const [one] = pairIn(stack)
    using fd = shim.createMemfd('many', 1)
    await expect(one.send(utf8('x'), new Array<Fd>(29).fill(fd))).rejects.toThrow(RangeError)
    await expect(one.send(new Uint8Array(0), [fd])).rejects.toThrow(RangeError)
  })

  it('sends what the bytes were when send was called', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    const bytes = new Uint8Array(2_000_000).fill(1)
    const sent = one.send(bytes)
    bytes.fill(2)
    const received = await receiveAll(other, bytes.length)
    await sent
    expect(received.every((byte) => byte === 1)).toBe(true)
  })

  it('queues more than the kernel takes, in order, and passes descriptors once', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    const fd = shim.createMemfd('queued', 64)
    const sends = [1, 2, 3].map((value) => one.send(new Uint8Array(700_000).fill(value), [fd]))
    const identity = fd.identity()
    fd[Symbol.dispose]()
    const values: number[] = []
    const identities: string[] = []
    for (let length = 0; length < 2_100_000; ) {
      const message = await other.receive()
      length += message?.bytes.length ?? 2_100_000
      for (const byte of message?.bytes ?? []) if (values.at(-1) !== byte) values.push(byte)
      for (const each of message?.fds ?? []) {
        identities.push(each.identity())
        each[Symbol.dispose]()
      }
    }
    await Promise.all(sends)
    expect(values).toEqual([1, 2, 3])
    expect(identities).toEqual([identity, identity, identity])
  })

  it('ends with undefined when the other end closes, again and again', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    await one.send(utf8('last'))
    one[Symbol.dispose]()
    expect(text((await other.receive())?.bytes)).toBe('last')
    expect(await other.receive()).toBeUndefined()
    expect(await other.receive()).toBeUndefined()
  })

  it('is EPIPE to send to when the other end closed', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    other[Symbol.dispose]()
    await expect(one.send(utf8('x'))).rejects.toThrow(failing('EPIPE', 'sendmsg'))
  })

  it('fails queued sends when the other end closes meanwhile', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    using fd = shim.createMemfd('queued', 64)
    const sends = [1, 2].map(() => one.send(new Uint8Array(8_000_000), [fd]))
    const outcome = Promise.allSettled(sends)
    other[Symbol.dispose]()
    expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  })

  it('rejects what is pending when it is disposed, and closes the descriptors on the way', async () => {
    const [one, other] = shim.socketPair()
    using fd = shim.createMemfd('pending', 64)
    const pending = [one.receive(), one.send(new Uint8Array(8_000_000)), one.send(utf8('x'), [fd])]
    const outcome = Promise.allSettled(pending)
    one[Symbol.dispose]()
    one[Symbol.dispose]()
    other[Symbol.dispose]()
    for (const settled of await outcome) {
      expect(settled).toMatchObject({ status: 'rejected', reason: { code: 'ECANCELED' } })
    }
    await expect(one.receive()).rejects.toThrow('socket is disposed')
    await expect(one.send(utf8('x'))).rejects.toThrow('socket is disposed')
    expect(() => one.peer()).toThrow('socket is disposed')
  })

  it('allows one receive at a time', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    const first = one.receive()
    await expect(one.receive()).rejects.toThrow('another receive is waiting')
    await other.send(utf8('x'))
    expect(text((await first)?.bytes)).toBe('x')
  })

  it('knows its peer', () => {
    using stack = new DisposableStack()
    const [one] = pairIn(stack)
    expect(one.peer()).toEqual({
      uid: process.getuid?.(),
      gid: process.getgid?.(),
      pid: process.pid,
    })
  })

  it('lets timers run while a peer floods it', async () => {
    using stack = new DisposableStack()
    const [one, other] = pairIn(stack)
    let flooding = true
    const flood = (async () => {
      while (flooding) await one.send(new Uint8Array(100_000)).catch(() => undefined)
    })()
    const drain = (async () => {
      while (await other.receive());
    })()
    await delay(20)
    flooding = false
    await flood
    one[Symbol.dispose]()
    await drain
  })
})

describe('a descriptor message that was cut short', () => {
  it('is EMSGSIZE, and what arrived of it is closed', async () => {
    expect(await runStarvedChild('starved-receive.ts', 200)).toMatchObject({
      status: 0,
      stdout: 'EMSGSIZE, 0 left open\n',
    })
  })
})

describe('a connection', () => {
  expectNoLeaks()

  it('reaches abstract sockets, whose names end where they end', async () => {
    const name = `\0scanout-${process.pid}-abstract`
    const server = createServer((connection) => connection.end('hello'))
    server.listen(name)
    await once(server, 'listening')
    using socket = await shim.connect(name)
    expect(text((await socket.receive())?.bytes)).toBe('hello')
    server.close()
    const other = shim.connect(`${name}-other`)
    await expect(other).rejects.toEqual(failing('ECONNREFUSED', 'connect'))
    await expect(shim.connect('\0')).rejects.toThrow(RangeError)
  })
})

describe('a listener', () => {
  expectNoLeaks()

  it('takes connections from another process, with its descriptors', async () => {
    using listener = shim.listen(freshPath())
    const accepted = listener.accept()
    const child = runChild('send-memfd.ts', [listener.path])
    using socket = await accepted
    const message = await socket?.receive()
    expect(text(message?.bytes)).toBe('memfd')
    using fd = message?.fds[0]
    if (!fd) throw new Error('no descriptor came')
    using mapping = shim.map(fd, 0, fd.size(), false)
    expect([...mapping.copyOut(0, 4)]).toEqual([1, 2, 3, 4])
    expect(shim.seals(fd)).not.toBe(0)
    const { pid } = socket?.peer() ?? {}
    expect(pid).not.toBe(process.pid)
    await socket?.send(utf8('thanks'))
    expect(await child).toMatchObject({ status: 0, stdout: 'thanks\n' })
  })

  it('lets in nobody but its user, even under a wide umask', () => {
    const before = process.umask(0)
    using listener = shim.listen(freshPath())
    process.umask(before)
    expect(statSync(listener.path).mode & 0o777).toBe(0o600)
  })

  it('removes its file when disposed, and ends a pending accept with undefined', async () => {
    const listener = shim.listen(freshPath())
    const accepted = listener.accept()
    listener[Symbol.dispose]()
    listener[Symbol.dispose]()
    expect(await accepted).toBeUndefined()
    expect(await listener.accept()).toBeUndefined()
    expect(existsSync(listener.path)).toBe(false)
  })

  it('replaces a stale socket file', async () => {
    const at = freshPath()
    expect(await runChild('leave-socket.ts', [at])).toMatchObject({ signal: 'SIGKILL' })
    expect(statSync(at).isSocket()).toBe(true)
    using _listener = shim.listen(at)
    using socket = await shim.connect(at)
    expect(socket.peer().pid).toBe(process.pid)
  })

  it('is EADDRINUSE where another one listens, which goes on', async () => {
    using first = shim.listen(freshPath())
    expect(() => shim.listen(first.path)).toThrow(failing('EADDRINUSE', 'bind'))
    using _socket = await shim.connect(first.path)
  })

  it('never replaces a file that is no socket', () => {
    const at = freshPath()
    writeFileSync(at, 'precious')
    expect(() => shim.listen(at)).toThrow(failing('EADDRINUSE', 'bind'))
    expect(statSync(at).size).toBe(8)
  })

  it('leaves a file alone that took its place', () => {
    const listener = shim.listen(freshPath())
    rmSync(listener.path)
    using next = shim.listen(listener.path)
    listener[Symbol.dispose]()
    expect(existsSync(next.path)).toBe(true)
  })

  it('accepts all who waited in line, more than its backlog', async () => {
    using listener = shim.listen(freshPath())
    const connecting = Array.from({ length: 40 }, () => shim.connect(listener.path))
    for (let i = 0; i < 40; i += 1) (await listener.accept())?.[Symbol.dispose]()
    for (const socket of await Promise.all(connecting)) socket[Symbol.dispose]()
  })

  it('allows one accept at a time', async () => {
    using listener = shim.listen(freshPath())
    const first = listener.accept()
    await expect(listener.accept()).rejects.toThrow('another accept is waiting')
    listener[Symbol.dispose]()
    await first
  })
})

describe('connect', () => {
  expectNoLeaks()

  it('names what is wrong with the path', async () => {
    await expect(shim.connect(freshPath())).rejects.toThrow(failing('ENOENT', 'connect'))
    const plain = freshPath()
    writeFileSync(plain, '')
    chmodSync(plain, 0o600)
    await expect(shim.connect(plain)).rejects.toThrow(failing('ECONNREFUSED', 'connect'))
    const long = path.join(folder, 'x'.repeat(120))
    await expect(shim.connect(long)).rejects.toThrow(failing('ENAMETOOLONG', 'connect'))
    expect(() => shim.listen(long)).toThrow(failing('ENAMETOOLONG', 'bind'))
  })
})
