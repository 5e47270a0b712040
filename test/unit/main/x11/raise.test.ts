// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { hostname } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findCookie } from '../../../../main/x11/authority.ts'
import { parseDisplay } from '../../../../main/x11/connection.ts'
import { raiseWindow } from '../../../../main/x11/raise.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const ROOT = 0x123
const atoms = ['', '_NET_CLIENT_LIST', '_NET_WM_PID', '_NET_ACTIVE_WINDOW']

type Wishes = {
  /** Process of each window that is managed. */
  readonly windows?: Readonly<Record<number, number>>
  readonly answer?: (socket: Socket) => void
}

/** An X server with a window manager, as far as raising a window needs one. Says what it was told. */
class FakeServer implements Disposable {
  readonly told: { readonly window: number; readonly atom: string; readonly data: number[] }[] = []
  cookie = ''
  readonly #wishes: Wishes
  readonly #server = createServer((socket) => this.#serve(socket))

  constructor(wishes: Wishes) {
    this.#wishes = wishes
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    return `127.0.0.1:${port - 6000}.1`
  }

  [Symbol.dispose](): void {
    this.#server.close()
  }

  #serve(socket: Socket): void {
    socket.on('error', () => {})
    if (this.#wishes.answer) {
      this.#wishes.answer(socket)
      return
    }
    let bytes = Buffer.alloc(0)
    let isSetUp = false
    socket.on('data', (piece) => {
      bytes = Buffer.concat([bytes, piece])
      if (!isSetUp) {
        isSetUp = true
        this.cookie = bytes.subarray(12 + 20).toString('latin1')
        bytes = Buffer.alloc(0)
        socket.write(setup())
        return
      }
      while (bytes.length >= 4) {
        const length = bytes.readUInt16LE(2) * 4
        if (bytes.length < length) return
        const request = bytes.subarray(0, length)
        bytes = bytes.subarray(length)
        const answer = this.#answer(request)
        // An event in between is nobody's business.
        if (answer) socket.write(Buffer.concat([event(), answer]))
      }
    })
  }

  #answer(request: Buffer): Buffer | undefined {
    const opcode = request.readUInt8(0)
    if (opcode === 16) {
      const name = request.subarray(8, 8 + request.readUInt16LE(4)).toString('latin1')
      const answer = reply([])
      answer.writeUInt32LE(Math.max(0, atoms.indexOf(name)), 8)
      return answer
    }
    if (opcode === 20) {
      const windows = this.#wishes.windows ?? {}
      const [window, atom] = [request.readUInt32LE(4), atoms[request.readUInt32LE(8)]]
      if (atom === '_NET_CLIENT_LIST' && window === ROOT)
        return reply(Object.keys(windows).map(Number))
      const pid = windows[window]
      return reply(atom === '_NET_WM_PID' && pid !== undefined ? [pid] : [])
    }
    expect([opcode, request.readUInt32LE(4), request.readUInt32LE(8)]).toEqual([25, ROOT, 0x180000])
    expect([request.readUInt8(12), request.readUInt8(13)]).toEqual([33, 32])
    this.told.push({
      window: request.readUInt32LE(16),
      atom: atoms[request.readUInt32LE(20)] ?? '',
      data: [24, 28, 32].map((at) => request.readUInt32LE(at)),
    })
    return undefined
  }
}

/** Two screens, the second of them with the root that is meant; vendor "abc", one pixel format. */
function setup(): Buffer {
  const screen = (root: number, depths: number) => {
    const bytes = Buffer.alloc(40 + depths * (8 + 24))
    bytes.writeUInt32LE(root, 0)
    bytes.writeUInt8(depths, 39)
    for (let at = 0; at < depths; at += 1) bytes.writeUInt16LE(1, 40 + at * 32 + 2)
    return bytes
  }
  const head = Buffer.alloc(40 + 4 + 8)
  head.writeUInt8(1, 0)
  head.writeUInt16LE(3, 24)
  head.writeUInt8(2, 28)
  head.writeUInt8(1, 29)
  const all = Buffer.concat([head, screen(0x999, 2), screen(ROOT, 1)])
  all.writeUInt16LE((all.length - 8) / 4, 6)
  return all
}

function reply(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(32 + values.length * 4)
  bytes.writeUInt8(1, 0)
  bytes.writeUInt8(32, 1)
  bytes.writeUInt32LE(values.length, 4)
  bytes.writeUInt32LE(values.length, 16)
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value, 32 + at * 4)
  return bytes
}

function event(): Buffer {
  const bytes = Buffer.alloc(32)
  bytes.writeUInt8(28, 0)
  return bytes
}

/** Of this process: proc(5), behind the name in its brackets. */
const own = Number(readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ')[2])
const why = async (group: number, env: Record<string, string>) => {
  const raised = await raiseWindow(group, env)
  return raised.ok ? 'raised' : raised.failure.why
}

describe('raising a window on X11', () => {
  it('asks the window manager for the window of the process group', async () => {
    using server = new FakeServer({ windows: { 16: 1, 32: process.pid, 48: 2 } })
    const display = await server.start()
    expect(await raiseWindow(own, { DISPLAY: display })).toEqual({ ok: true, value: undefined })
    expect(server.told).toEqual([{ window: 0x20, atom: '_NET_ACTIVE_WINDOW', data: [2, 0, 0] }])
  })

  it('shows the cookie of the authority file', async () => {
    using server = new FakeServer({ windows: { 32: process.pid } })
    const display = await server.start()
    const number = parseDisplay(display)?.number ?? 0
    const file = path.join(temporaryFolder(), 'authority')
    writeFileSync(file, entry(65_535, '', `${number}`, 'MIT-MAGIC-COOKIE-1', 'sixteen bytes ok'))
    await raiseWindow(own, { DISPLAY: display, XAUTHORITY: file })
    expect(server.cookie).toBe('sixteen bytes ok')
  })

  it('says that no window is known, and leaves the others alone', async () => {
    using server = new FakeServer({ windows: { 16: 1, 48: 4_000_000 } })
    expect(await why(own, { DISPLAY: await server.start() })).toContain('no window manager')
    expect(server.told).toEqual([])
  })

  it('says that Wayland does not let it', async () => {
    expect(await why(own, { WAYLAND_DISPLAY: 'wayland-0' })).toContain('Wayland lets only')
    using server = new FakeServer({})
    const both = { DISPLAY: await server.start(), WAYLAND_DISPLAY: 'wayland-0' }
    expect(await why(own, both)).toContain('Wayland lets only')
  })

  it.each<[string, (socket: Socket) => void, RegExp]>([
    ['hangs up', (socket) => socket.destroy(), /hung up|ECONNRESET/],
    [
      'lets nobody in',
      (socket) => socket.write(Buffer.from([0, 0, 11, 0, 0, 0, 0, 0])),
      /lets us not in/,
    ],
    ['says nothing', () => {}, /in time/],
    ['talks without end', (socket) => talk(socket), /X error|too much|hung up/],
  ])('says what is wrong with a server that %s', async (_, answer, says) => {
    using server = new FakeServer({ answer })
    expect(await why(own, { DISPLAY: await server.start() })).toMatch(says)
  })

  it('says that there is no server', async () => {
    expect(await why(own, { DISPLAY: ':9999' })).toMatch(/ENOENT/)
  })
})

/** A setup, and then replies of a gigabyte each. */
function talk(socket: Socket): void {
  const huge = reply([])
  huge.writeUInt32LE(1 << 28, 4)
  socket.once('data', () => socket.write(Buffer.concat([setup(), huge])))
}

describe('the name of a display', () => {
  it.each([
    [':0', { host: '', number: 0, screen: 0 }],
    ['unix:10.2', { host: '', number: 10, screen: 2 }],
    ['localhost:11.0', { host: 'localhost', number: 11, screen: 0 }],
    ['::1:0', { host: '::1', number: 0, screen: 0 }],
  ])('%s', (text, name) => {
    expect(parseDisplay(text)).toEqual(name)
  })

  it.each(['', '0', ':', ':x', ':0.', ':-1'])('%j is none', (text) => {
    expect(parseDisplay(text)).toBeUndefined()
  })
})

function entry(family: number, ...fields: string[]): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(family)
  const counted = fields.flatMap((field) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(field.length)
    return [length, Buffer.from(field, 'latin1')]
  })
  return Buffer.concat([head, ...counted])
}

describe('the authority file', () => {
  const COOKIE = 'MIT-MAGIC-COOKIE-1'
  const file = Buffer.concat([
    entry(256, 'elsewhere', '0', COOKIE, 'other host'),
    entry(256, hostname(), '1', COOKIE, 'other display'),
    entry(256, hostname(), '0', 'XDM-AUTHORIZATION-1', 'other kind'),
    entry(256, hostname(), '0', COOKIE, 'the right one'),
  ])
  const found = (bytes: Buffer, display: number) =>
    Buffer.from(findCookie(bytes, display, hostname()).data).toString()

  it('gives the cookie of the host and the display, else one of the display', () => {
    expect(found(file, 0)).toBe('the right one')
    expect(found(entry(256, 'elsewhere', '0', COOKIE, 'other host'), 0)).toBe('other host')
    expect(found(file, 7)).toBe('')
  })

  it('is refused when it is cut off', () => {
    expect(() => findCookie(file.subarray(0, 30), 0, hostname())).toThrow(RangeError)
  })
})
