// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const COOKIE = 'scanout'

/**
 * What a request wants, which decides what it must prove.
 * `entry`: the one navigation that trades the token for the cookie; it comes from a local file, so it
 * is cross-site. `document`: the page itself. `resource`: whatever the page fetches. `socket`: the
 * upgrade to a WebSocket.
 */
export type Purpose = 'entry' | 'document' | 'resource' | 'socket'

/** Values of Sec-Fetch-Site that each purpose accepts. `none` is a person's own reload or address. */
const sites: Record<Purpose, readonly (string | undefined)[]> = {
  entry: ['cross-site', 'none', 'same-origin'],
  document: ['same-origin', 'none'],
  resource: ['same-origin'],
  // Chromium sends no Sec-Fetch-* with an upgrade; the exact Origin stands in for it.
  socket: ['same-origin', undefined],
}

const isNavigation: Record<Purpose, boolean> = {
  entry: true,
  document: true,
  resource: false,
  socket: false,
}

/**
 * Decides who may talk to the loopback server. Other users of the host can reach the port, and so can
 * every web page in every browser: a 256-bit token that works once, then a cookie, and on every
 * request an exact Host (defeats DNS rebinding), Origin and Sec-Fetch-Site.
 */
export class Guard {
  readonly #host: string
  readonly #origin: string
  readonly #cookie = randomBytes(32).toString('hex')
  #token: string | undefined = randomBytes(32).toString('hex')

  constructor(port: number) {
    this.#host = `127.0.0.1:${port}`
    this.#origin = `http://${this.#host}`
  }

  /** The page's origin. */
  get origin(): string {
    return this.#origin
  }

  /** The address that lets one browser in, once. Never put it on a command line. */
  get entryUrl(): string {
    if (this.#token === undefined) throw new Error('the token was already used')
    return `${this.#origin}/enter?token=${this.#token}`
  }

  /** A Set-Cookie value for the right token, the first time; undefined for everything else. */
  enter(token: string): string | undefined {
    if (this.#token === undefined || !same(token, this.#token)) return undefined
    this.#token = undefined
    return `${COOKIE}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** Why a request is turned away, for the log; undefined lets it pass. */
  objection(headers: IncomingHttpHeaders, purpose: Purpose): string | undefined {
    if (headers.host !== this.#host) return 'wrong Host'
    const origin = headers.origin
    if (purpose === 'socket' && origin !== this.#origin) return 'wrong Origin'
    if (origin !== undefined && origin !== this.#origin) return 'wrong Origin'
    if (!sites[purpose].includes(single(headers['sec-fetch-site']))) return 'wrong Sec-Fetch-Site'
    const mode = single(headers['sec-fetch-mode'])
    if (isNavigation[purpose] && mode !== 'navigate') return 'wrong Sec-Fetch-Mode'
    if (!isNavigation[purpose] && mode === 'navigate') return 'wrong Sec-Fetch-Mode'
    if (purpose !== 'entry' && !this.#knows(headers.cookie)) return 'no valid cookie'
    return undefined
  }

  #knows(cookies: string | undefined): boolean {
    const values = (cookies ?? '').split(';').map((pair) => pair.trim())
    return values.some((pair) => same(pair, `${COOKIE}=${this.#cookie}`))
  }
}

/** Equality in a time that does not depend on where the texts differ. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join() : value
}
