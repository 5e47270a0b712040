// SPDX-License-Identifier: GPL-2.0-or-later

import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { noCapabilities } from '../../core/guest.ts'
import type { FrameMessage, Hello } from '../../core/protocol.ts'
import { initialSettings } from '../../core/settings.ts'
import { fromWire, toWire } from '../../core/wire.ts'
import { bundle, drivers, startBrowser } from './browser.ts'
import { Guest, type GuestPlane, guestPlane } from './guest.ts'
import { naivePicture } from './naive.ts'

const html = readFileSync(
  path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../renderer/index.html'),
)
const hello: Hello = {
  guest: { title: 'wire', consoles: [], capabilities: noCapabilities },
  vm: null,
  address: 'demo:',
  shell: 'chromium',
  sharing: 'stream',
  sharingReason: '',
  settings: {
    ...initialSettings,
    screenshotFolder: '/tmp',
  },
  fullscreen: false,
  shareClipboard: false,
  viewOnly: true,
  input: { keyboard: false, pointer: 'none' },
  state: { kind: 'connecting' },
  statuses: [],
}

type Message = { t: string; id: number; name: string; args: unknown[] }

/** Main's half of the browser shell, as little as the page can live with. */
class Wire implements AsyncDisposable {
  readonly notes: Message[] = []
  readonly #server: Server
  readonly #sockets: WebSocketServer
  frames: ServerResponse | undefined
  control: WebSocket | undefined

  private constructor(files: ReadonlyMap<string, { type: string; body: string | Buffer }>) {
    this.#server = createServer((request, response) => {
      if (request.url === '/frames') {
        this.frames = response
        response.writeHead(200, { 'Content-Type': 'application/octet-stream' })
        response.flushHeaders()
        return
      }
      const file = files.get(request.url ?? '')
      response.writeHead(file ? 200 : 404, { 'Content-Type': file?.type ?? 'text/plain' })
      response.end(file?.body)
    })
    this.#sockets = new WebSocketServer({ server: this.#server, path: '/control' })
    this.#sockets.on('connection', (socket) => {
      this.control = socket
      socket.on('message', (data) => this.#hear(fromWire(String(data)) as Message))
    })
  }

  static async start(): Promise<Wire> {
    const { script, style } = await bundle('renderer/index.tsx')
    const wire = new Wire(
      new Map([
        ['/', { type: 'text/html', body: html }],
        ['/index.js', { type: 'text/javascript', body: script }],
        ['/index.css', { type: 'text/css', body: style }],
      ]),
    )
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    return wire
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  send({ frame, payload }: { frame: FrameMessage; payload: Uint8Array }): void {
    const header = Buffer.from(toWire(frame))
    const lengths = Buffer.alloc(8)
    lengths.writeUInt32LE(header.length, 0)
    lengths.writeUInt32LE(payload.length, 4)
    this.frames?.write(Buffer.concat([lengths, header, payload]))
  }

  event(name: string, ...args: unknown[]): void {
    this.control?.send(toWire({ t: 'event', name, args }))
  }

  noted(name: string): unknown[][] {
    return this.notes.filter((note) => note.name === name).map((note) => note.args)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sockets.close()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #hear(message: Message): void {
    if (message.t === 'note') this.notes.push(message)
    if (message.t !== 'call') return
    const answer =
      message.name === 'session:hello' ? { value: hello } : { error: `no ${message.name} here` }
    this.control?.send(toWire({ t: 'answer', id: message.id, ...answer }))
  }
}

describe('the browser shell bridge', () => {
  let browser: Browser
  let page: Page
  let wire: Wire
  const start = async () => {
    wire = await Wire.start()
    page = await browser.newPage()
    await page.goto(wire.address)
    await expect.poll(() => wire.noted('view:visible')).toEqual([[true]])
    await expect.poll(() => wire.frames !== undefined).toBe(true)
  }
  beforeAll(async () => {
    browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  })
  afterEach(async () => {
    await page.close()
    await wire[Symbol.asyncDispose]()
  })
  afterAll(() => browser?.close())

  const wide = (seed: number): GuestPlane =>
    guestPlane({ fourcc: 'XR24', modifier: 0n, width: 800, height: 600 }, seed)

  it('draws streamed frames and gives the picture back', async () => {
    await start()
    const guest = new Guest()
    const planes = [wide(1), wide(2), wide(3)]
    for (const [i, plane] of planes.entries()) {
      wire.send(guest.frame([{ id: i + 1, guest: plane }], [], i > 0 ? [i] : []))
    }
    await expect.poll(() => wire.noted('frame:presented').at(-1)?.[0]).toBe(3)
    wire.event('probe:read', 9, true)
    await expect.poll(() => wire.noted('probe:picture').length).toBe(1)
    const [id, width, height, text] = wire.noted('probe:picture')[0] ?? []
    expect([id, width, height]).toEqual([9, 800, 600])
    const got = Buffer.from(String(text), 'base64')
    expect(got.equals(naivePicture([wide(3)]))).toBe(true)
  })

  it('shows the error of a call that main refuses', async () => {
    await start()
    wire.event('session:changed', { kind: 'disabled' }, [])
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByText('no window:close here').waitFor()
  })

  it('says that Scanout has ended when either line breaks', async () => {
    for (const end of ['frames', 'control'] as const) {
      await start()
      if (end === 'frames') wire.frames?.end()
      else wire.control?.close()
      await page.getByRole('heading', { name: 'Scanout has ended' }).waitFor()
      if (end === 'control') return
      await page.close()
      await wire[Symbol.asyncDispose]()
    }
  })

  it.each([
    ['a header of 4 GiB', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])],
    ['nonsense', Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])],
  ])('closes with a reason when the stream carries %s', async (_name, bytes) => {
    await start()
    wire.frames?.write(bytes)
    await page.getByRole('heading', { name: 'The picture cannot be read' }).waitFor()
    await page.getByText('Malformed frame').waitFor()
  })

  it('closes when main sends what is no message', async () => {
    await start()
    wire.control?.send('{"t":"event","name":"no:such","args":[]}')
    await page.getByRole('heading', { name: 'Scanout has ended' }).waitFor()
  })
})
