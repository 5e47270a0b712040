// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { log } from '../log.ts'
import { Guard, type Purpose } from '../shell/chromium/guard.ts'
import type { PageFiles } from '../shell/page-files.ts'
import { pageHeaders } from '../shell/page-headers.ts'

const PAGE = '/decode.html'
/** Goes to the page from its own origin, so that the strict cookie is sent. */
const entered = `<!doctype html><meta http-equiv="refresh" content="0;url=${PAGE}">`

type Job = {
  readonly body: Uint8Array
  /** Most bytes that its answer may have. */
  readonly limit: number
  readonly answered: PromiseWithResolvers<Uint8Array>
}

/**
 * The loopback server of the decoding page: gives it one job after the other and takes the answers.
 * Guarded like the window's own server.
 */
export class DecodeServer implements AsyncDisposable {
  readonly guard: Guard
  readonly #server: Server
  readonly #files: PageFiles
  readonly #headers = pageHeaders()
  readonly #waiting: Job[] = []
  #current: Job | undefined
  /** The page's request for the next job, while there is none. */
  #asking: ServerResponse | undefined

  private constructor(server: Server, port: number, files: PageFiles) {
    this.#server = server
    this.#files = files
    this.guard = new Guard(port)
    server.on('request', (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        log.info(`decode page: ${String(error)}`)
        this.#reply(response, 500)
      })
    })
  }

  /** Listens on 127.0.0.1 at a port that the kernel chooses. */
  static async listen(files: PageFiles): Promise<DecodeServer> {
    const server = createServer()
    server.maxConnections = 16
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new DecodeServer(server, (server.address() as AddressInfo).port, files)
  }

  /** Hands a body to the page. Resolves with its answer's body; rejects once disposed. */
  run(body: Uint8Array, limit: number): Promise<Uint8Array> {
    const job = { body, limit, answered: Promise.withResolvers<Uint8Array>() }
    this.#waiting.push(job)
    this.#give()
    return job.answered.promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const job of [this.#current, ...this.#waiting.splice(0)]) {
      job?.answered.reject(new Error('the decoding page was closed'))
    }
    this.#current = undefined
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  #give(): void {
    const response = this.#asking
    if (!response || this.#current) return
    const job = this.#waiting.shift()
    if (!job) return
    this.#asking = undefined
    this.#current = job
    this.#reply(response, 200, 'application/octet-stream', job.body)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(request.url ?? '', this.guard.origin)
    const pathname = url?.origin === this.guard.origin ? url.pathname : ''
    const objection = this.guard.objection(request.headers, purposeOf(pathname))
    const method = pathname === '/result' ? 'POST' : 'GET'
    if (objection !== undefined || request.method !== method) {
      log.info(`turned away ${request.method} ${pathname}: ${objection ?? 'method'}`)
      this.#reply(response, 403)
    } else if (pathname === '/enter') {
      this.#enter(url?.searchParams.get('token') ?? '', response)
    } else if (pathname === '/job') {
      this.#asking = response
      response.once('close', () => {
        if (this.#asking === response) this.#asking = undefined
      })
      this.#give()
    } else if (pathname === '/result') {
      await this.#take(request, response)
    } else {
      const file = this.#files.find(pathname)
      if (file) this.#reply(response, 200, file.type, await file.read())
      else this.#reply(response, 404)
    }
  }

  #enter(token: string, response: ServerResponse): void {
    const cookie = this.guard.enter(token)
    if (cookie === undefined) {
      this.#reply(response, 403)
      return
    }
    response.setHeader('Set-Cookie', cookie)
    this.#reply(response, 200, 'text/html; charset=utf-8', Buffer.from(entered))
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const job = this.#current
    const parts: Buffer[] = []
    let length = 0
    for await (const part of request as AsyncIterable<Buffer>) {
      length += part.length
      if (!job || length > job.limit) {
        this.#reply(response, 413)
        request.destroy()
        return
      }
      parts.push(part)
    }
    this.#reply(response, 204)
    if (!job) return
    this.#current = undefined
    job.answered.resolve(Buffer.concat(parts))
    this.#give()
  }

  #reply(response: ServerResponse, status: number, type?: string, body?: Uint8Array): void {
    if (response.headersSent) return
    const length = status === 204 ? {} : { 'Content-Length': `${body?.byteLength ?? 0}` }
    const content = type === undefined ? {} : { 'Content-Type': type }
    response.writeHead(status, { ...this.#headers, ...length, ...content }).end(body)
  }
}

function purposeOf(pathname: string): Purpose {
  if (pathname === '/enter') return 'entry'
  return pathname === PAGE ? 'document' : 'resource'
}
