// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pageHeaders } from '../../main/shell/page-headers.ts'
import type { Site } from './browser.ts'

/** Serves a site as the browser shell does, for what Playwright's routes do not reach: worklets. */
export class SiteServer implements AsyncDisposable {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async listen(site: Site): Promise<SiteServer> {
    const server = createServer((request, response) => {
      const file = site[request.url ?? '']
      const type = { 'Content-Type': file?.type ?? 'text/plain' }
      response.writeHead(file ? 200 : 404, { ...pageHeaders(), ...type }).end(file?.body)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new SiteServer(server)
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
