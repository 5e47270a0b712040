// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingHttpHeaders, request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { DecodeServer } from '../../../main/capture/decode-server.ts'
import { PageFiles } from '../../../main/shell/page-files.ts'

type Answer = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A server with a page folder of its own, and a client that behaves as Chromium does. */
class Fixture implements AsyncDisposable {
  readonly server: DecodeServer
  readonly #folder: string
  cookie: string | undefined

  private constructor(server: DecodeServer, folder: string) {
    this.server = server
    this.#folder = folder
  }

  static async open(): Promise<Fixture> {
    const folder = mkdtempSync(path.join(tmpdir(), 'scanout-test-'))
    writeFileSync(path.join(folder, 'decode.html'), '<p>')
    writeFileSync(path.join(folder, 'decode.js'), 'work()')
    return new Fixture(await DecodeServer.listen(new PageFiles(folder)), folder)
  }

  send(method: string, url: string, headers: object, body?: Uint8Array): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const origin = this.server.guard.origin
    const sent = request(
      new URL(url, origin),
      { method, headers: { ...headers }, agent: false },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          const { statusCode = 0, headers: got } = response
          resolve({ status: statusCode, headers: got, body: Buffer.concat(parts) })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
    return promise
  }

  async enter(): Promise<void> {
    const entry = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    const { status, headers } = await this.send('GET', this.server.guard.entryUrl, entry)
    expect(status).toBe(200)
    this.cookie = headers['set-cookie']?.[0]?.split(';')[0]
  }

  fetch(method: string, url: string, body?: Uint8Array): Promise<Answer> {
    const own = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
    const cookie = this.cookie === undefined ? {} : { cookie: this.cookie }
    return this.send(method, url, { ...own, ...cookie }, body)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    rmSync(this.#folder, { recursive: true })
  }
}

const job = Uint8Array.of(1, 2, 3)
const answer = Uint8Array.of(9, 8)

describe('the decoding server', () => {
  it('lets a page in by its token, gives it jobs in order and takes the answers', async () => {
    await using fixture = await Fixture.open()
    await fixture.enter()
    expect((await fixture.fetch('GET', '/decode.js')).body.toString()).toBe('work()')
    const first = fixture.server.run(job, 10)
    const second = fixture.server.run(answer, 10)
    for (const [body, promise] of [
      [job, first],
      [answer, second],
    ] as const) {
      expect(new Uint8Array((await fixture.fetch('GET', '/job')).body)).toEqual(body)
      expect((await fixture.fetch('POST', '/result', answer)).status).toBe(204)
      expect(new Uint8Array(await promise)).toEqual(answer)
    }
  })

  it('lets a page wait for a job that comes later', async () => {
    await using fixture = await Fixture.open()
    await fixture.enter()
    const asked = fixture.fetch('GET', '/job')
    const run = fixture.server.run(job, 10)
    expect(new Uint8Array((await asked).body)).toEqual(job)
    await fixture.fetch('POST', '/result', answer)
    expect(new Uint8Array(await run)).toEqual(answer)
  })

  it('turns everybody away who has no cookie', async () => {
    await using fixture = await Fixture.open()
    for (const [method, url] of [
      ['GET', '/job'],
      ['POST', '/result'],
      ['GET', '/decode.js'],
      ['GET', '/decode.html'],
    ]) {
      expect((await fixture.fetch(method ?? '', url ?? '')).status).toBe(403)
    }
    const wrong = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await fixture.send('GET', '/enter?token=00', wrong)).status).toBe(403)
  })

  it('knows nothing but its files and the two calls', async () => {
    await using fixture = await Fixture.open()
    await fixture.enter()
    expect((await fixture.fetch('GET', '/missing')).status).toBe(404)
    expect((await fixture.fetch('GET', '/../../etc/passwd')).status).toBe(404)
    expect((await fixture.fetch('POST', '/job')).status).toBe(403)
    expect((await fixture.fetch('GET', '/result')).status).toBe(403)
  })

  it('does not take an answer that is longer than it may be', async () => {
    await using fixture = await Fixture.open()
    await fixture.enter()
    const run = fixture.server.run(job, 10)
    run.catch(() => {})
    await fixture.fetch('GET', '/job')
    const long = await fixture.fetch('POST', '/result', new Uint8Array(11)).catch(() => undefined)
    expect(long?.status ?? 413).toBe(413)
    expect((await fixture.fetch('POST', '/result', answer)).status).toBe(204)
    expect(new Uint8Array(await run)).toEqual(answer)
  })

  it('does not take an answer that nobody asked for', async () => {
    await using fixture = await Fixture.open()
    await fixture.enter()
    const stray = await fixture.fetch('POST', '/result', answer).catch(() => undefined)
    expect(stray?.status ?? 413).toBe(413)
  })

  it('rejects what is still open when it is closed', async () => {
    const fixture = await Fixture.open()
    const run = fixture.server.run(job, 10)
    const rejected = expect(run).rejects.toThrow(/closed/)
    await fixture[Symbol.asyncDispose]()
    await rejected
  })
})
