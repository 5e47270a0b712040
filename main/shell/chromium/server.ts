// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { FilePlace } from '../../../core/frame-file.ts'
import type { FrameMessage } from '../../../core/protocol.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { log } from '../../log.ts'
import { FrameStream } from '../../transport/frame-stream.ts'
import type { PageDoor } from '../page-door.ts'
import type { PageFiles } from '../page-files.ts'
import { pageHeaders } from '../page-headers.ts'
import { Control } from './control.ts'
import { Guard, type Purpose } from './guard.ts'

/** Largest WebSocket message, bytes: a probe's picture of 5120 × 2880 in base64 with room to spare. */
const MAX_MESSAGE = 128 * 1024 * 1024
/** A reloading page may arrive before its old connection is gone, ms. */
const HANDOVER_MS = 1000

/**
 * The loopback server of one window. One page is its client; everybody else is turned away before
 * anything is read or upgraded.
 */
export class PageServer implements AsyncDisposable {
  readonly guard: Guard
  readonly #server: Server
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
  })
  readonly #files: PageFiles
  readonly #door: PageDoor
  readonly #headers: Record<string, string>
  #shared: Fd | undefined
  #control: { readonly socket: WebSocket; readonly control: Control } | undefined
  #frames: { readonly stream: FrameStream; readonly response: ServerResponse } | undefined
  /** Finds the file into which a page wrote this token, when it can. */
  findFile: (token: Uint8Array) => Fd | undefined = () => undefined
  /** Told when the page's control connection opens and closes. */
  onPresence: (present: boolean) => void = () => {}

  private constructor(server: Server, port: number, files: PageFiles, door: PageDoor) {
    this.#server = server
    this.#files = files
    this.#door = door
    this.guard = new Guard(port)
    this.#headers = pageHeaders([`ws://127.0.0.1:${port}`])
    server.on('request', (request, response) => this.#answer(request, response))
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head))
  }

  /** Listens on 127.0.0.1 at a port that the kernel chooses. */
  static async listen(files: PageFiles, door: PageDoor): Promise<PageServer> {
    const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 })
    server.maxConnections = 32
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new PageServer(server, (server.address() as AddressInfo).port, files, door)
  }

  send(name: string, args: readonly unknown[]): void {
    this.#control?.control.send(name, args)
  }

  /** @param filed where the payload is in the file that {@link takeFile} gave, instead */
  frame(frame: FrameMessage, payload: Uint8Array, filed?: FilePlace): Promise<boolean> {
    return this.#frames?.stream.write(frame, payload, filed) ?? Promise.resolve(false)
  }

  /** The file that the page shares which reads frames now, once; the caller's. */
  takeFile(): Fd | undefined {
    const file = this.#shared
    this.#shared = undefined
    return file
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.takeFile()?.[Symbol.dispose]()
    this.#control?.socket.terminate()
    this.#sockets.close()
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = this.#parse(request)
    if (!url) {
      this.#refuse(response, 400, 'a malformed address')
      return
    }
    const { pathname } = url
    const objection = this.guard.objection(request.headers, purposeOf(pathname))
    if (objection !== undefined) this.#refuse(response, 403, `${pathname}: ${objection}`)
    else if (request.method !== 'GET') this.#refuse(response, 405, `method ${request.method}`)
    else if (pathname === '/enter') this.#enter(url, response)
    else if (pathname === '/frames') this.#openFrames(request, url, response)
    else void this.#resource(url, response)
  }

  /** Undefined for what is no path of this server: `*`, `//other/`, whole addresses. */
  #parse(request: IncomingMessage): URL | undefined {
    const url = URL.parse(request.url ?? '', this.guard.origin)
    return url?.origin === this.guard.origin && request.url?.startsWith('/') ? url : undefined
  }

  #enter(url: URL, response: ServerResponse): void {
    const cookie = this.guard.enter(url.searchParams.get('token') ?? '')
    if (cookie === undefined) this.#refuse(response, 403, '/enter: no valid token')
    else {
      // Goes to the page itself, from its own origin, so that the strict cookie is sent; dark or light
      // as the page will be.
      const scheme = '<meta name="color-scheme" content="light dark">'
      const refresh = `<meta http-equiv="refresh" content="0;url=/${this.#door.query}">`
      const next = `<!doctype html>${scheme}${refresh}`
      const more = { 'Set-Cookie': cookie }
      this.#reply(response, 200, 'text/html; charset=utf-8', Buffer.from(next), more)
    }
  }

  async #file(pathname: string, response: ServerResponse): Promise<void> {
    const file = this.#files.find(pathname)
    if (!file) {
      this.#refuse(response, 404, pathname)
      return
    }
    try {
      this.#reply(response, 200, file.type, await file.read())
    } catch (error) {
      log.warn(`cannot read the page's ${pathname}: ${String(error)}`)
      this.#refuse(response, 500, pathname)
    }
  }

  async #resource(url: URL, response: ServerResponse): Promise<void> {
    const asked = this.#door.picture(url)
    if (asked === undefined) return this.#file(url.pathname, response)
    if (asked === 'malformed') return this.#refuse(response, 400, url.search)
    try {
      const picture = await asked
      if (picture.ok) this.#reply(response, 200, 'image/png', picture.value)
      else {
        const words = Buffer.from(JSON.stringify(picture.failure))
        this.#reply(response, 503, 'application/json', words)
      }
    } catch (error) {
      log.warn(`${url.pathname}: ${String(error)}`)
      this.#refuse(response, 500, url.pathname)
    }
  }

  #openFrames(request: IncomingMessage, url: URL, response: ServerResponse): void {
    this.#frames?.response.destroy()
    request.socket.setTimeout(0)
    // Until the connection closes, and unchunked: a frame is framed already.
    response.removeHeader('Transfer-Encoding')
    response.shouldKeepAlive = false
    response.writeHead(200, { ...this.#headers, 'Content-Type': 'application/octet-stream' })
    response.flushHeaders()
    const token = url.searchParams.get('file')
    this.takeFile()?.[Symbol.dispose]()
    if (token !== null) this.#shared = this.findFile(Buffer.from(token, 'hex'))
    const opened = { stream: new FrameStream(response), response }
    this.#frames = opened
    response.once('close', () => {
      if (this.#frames !== opened) return
      this.#frames = undefined
      this.#door.framesDropped()
    })
    this.#door.framesWanted()
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => {})
    const turnAway = (status: string, why: string): void => {
      log.info(`turned away: ${why}`)
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    }
    const objection = this.guard.objection(request.headers, 'socket')
    if (objection !== undefined) return turnAway('403 Forbidden', `upgrade: ${objection}`)
    if (request.url !== '/control') return turnAway('404 Not Found', 'upgrade of another path')
    await this.#handover()
    if (this.#control) return turnAway('409 Conflict', 'a second page')
    this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#connect(opened))
  }

  async #handover(): Promise<void> {
    const old = this.#control?.socket
    if (!old) return
    const { promise, resolve } = Promise.withResolvers<void>()
    old.once('close', resolve)
    const late = setTimeout(resolve, HANDOVER_MS)
    await promise
    clearTimeout(late)
    old.off('close', resolve)
  }

  #connect(socket: WebSocket): void {
    const connected = { socket, control: new Control(socket, this.#door) }
    this.#control = connected
    socket.once('close', () => {
      if (this.#control !== connected) return
      this.#control = undefined
      this.#frames?.response.destroy()
      this.onPresence(false)
    })
    this.onPresence(true)
  }

  #reply(
    response: ServerResponse,
    status: number,
    type: string,
    body: Uint8Array,
    more: Record<string, string> = {},
  ): void {
    const own = { 'Content-Type': type, 'Content-Length': `${body.byteLength}`, ...more }
    response.writeHead(status, { ...this.#headers, ...own }).end(body)
  }

  /** Says nothing to the other side but the number; the log has the reason. */
  #refuse(response: ServerResponse, status: number, why: string): void {
    log.info(`turned away with ${status}: ${why}`)
    this.#reply(response, status, 'text/plain', new Uint8Array())
  }
}

function purposeOf(pathname: string): Purpose {
  if (pathname === '/enter') return 'entry'
  return pathname === '/' || pathname === '/index.html' ? 'document' : 'resource'
}
