// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import path from 'node:path'
import { WebSocket } from 'ws'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

export type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

/** What Chromium sends with the page's own requests. */
export const sameOrigin = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
export const navigation = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }
export const fromFile = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }

/** One request with exactly these headers and exactly this target: nothing is normalised. */
export async function ask(
  origin: string,
  target: string,
  headers: Record<string, string>,
  method = 'GET',
): Promise<Answer> {
  const { port } = new URL(origin)
  const sent = request({ host: '127.0.0.1', port, path: target, method, headers, agent: false })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

/** Opens `/control`; resolves with the socket, or with the status that turned it away. */
export async function openControl(
  origin: string,
  headers: Record<string, string>,
  target = '/control',
): Promise<WebSocket | number> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${target}`, { headers })
  const { promise, resolve } = Promise.withResolvers<WebSocket | number>()
  socket.once('open', () => resolve(socket))
  socket.once('unexpected-response', (sent, response) => {
    resolve(response.statusCode ?? 0)
    sent.destroy()
  })
  socket.on('error', () => resolve(0))
  return promise
}

/** A built page in small, with a secret beside it that no request may reach. */
export function pageFolder(): string {
  const parent = temporaryFolder()
  writeFileSync(path.join(parent, 'secret.js'), 'secret')
  const folder = path.join(parent, 'page')
  mkdirSync(folder)
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(path.join(folder, 'index.js'), 'page()')
  writeFileSync(path.join(folder, 'index.js.map'), 'source map')
  return folder
}
