// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { MAX_CLIPBOARD } from '../../../../core/guest-channel.ts'
import { fromWire, toWire } from '../../../../core/wire.ts'
import { PageServer } from '../../../../main/shell/chromium/server.ts'
import { viewerDoor } from '../../../../main/shell/page-door.ts'
import { PageFiles } from '../../../../main/shell/page-files.ts'
import { FakePageHandlers } from '../../../fakes/page-handlers.ts'
import { emptyFrame } from '../../../fakes/source-handle.ts'
import {
  type Answer,
  ask,
  fromFile,
  navigation,
  openControl,
  pageFolder,
  sameOrigin,
} from './page-client.ts'

let server: PageServer
let page: FakePageHandlers
let origin: string
let cookie: string
let entry: string

beforeEach(async () => {
  page = new FakePageHandlers()
  server = await PageServer.listen(new PageFiles(pageFolder()), viewerDoor(page))
  origin = server.guard.origin
  entry = server.guard.entryUrl.slice(origin.length)
  const entered = await ask(origin, entry, fromFile)
  cookie = String(entered.headers['set-cookie']).split(';')[0] ?? ''
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const fetchAs = (target: string, more: Record<string, string> = {}): Promise<Answer> =>
  ask(origin, target, { ...sameOrigin, cookie, ...more })

async function control(): Promise<WebSocket> {
  const socket = await openControl(origin, { origin, cookie })
  if (typeof socket === 'number') throw new Error(`turned away with ${socket}`)
  return socket
}

async function reply(socket: WebSocket, message: unknown): Promise<unknown> {
  socket.send(typeof message === 'string' ? message : toWire(message))
  const [data] = (await once(socket, 'message')) as [Buffer]
  return fromWire(data.toString('utf8'))
}

describe('the way in', () => {
  it('trades the token for a strict cookie that no script can read', async () => {
    await using other = await PageServer.listen(new PageFiles(pageFolder()), viewerDoor(page))
    const target = other.guard.entryUrl.slice(other.guard.origin.length)
    const entered = await ask(other.guard.origin, target, fromFile)
    expect(entered.status).toBe(200)
    expect(String(entered.headers['set-cookie'])).toMatch(
      /^scanout=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/$/,
    )
  })

  it('takes the token once', async () => {
    const again = await ask(origin, entry, fromFile)
    expect(again.status).toBe(403)
    expect(again.headers['set-cookie']).toBeUndefined()
  })

  it('refuses a wrong token and still takes the right one', async () => {
    await using other = await PageServer.listen(new PageFiles(pageFolder()), viewerDoor(page))
    const at = other.guard.origin
    const target = other.guard.entryUrl.slice(at.length)
    expect((await ask(at, `/enter?token=${'0'.repeat(64)}`, fromFile)).status).toBe(403)
    expect((await ask(at, '/enter', fromFile)).status).toBe(403)
    expect((await ask(at, target, fromFile)).status).toBe(200)
  })

  it('listens on 127.0.0.1 alone', () => {
    expect(new URL(origin).hostname).toBe('127.0.0.1')
  })
})

// biome-ignore format: one row per request
const strangers: readonly (readonly [string, string, Record<string, string>])[] = [
  ['no cookie',                   '/index.js',  sameOrigin],
  ['a wrong cookie',              '/index.js',  { ...sameOrigin, cookie: `scanout=${'0'.repeat(64)}` }],
  ['a cookie of another name',    '/index.js',  { ...sameOrigin, cookie: 'other=1' }],
  ['no Sec-Fetch-Site',           '/index.js',  { cookie: 'right' }],
  ['another site',                '/index.js',  { ...sameOrigin, 'sec-fetch-site': 'cross-site', cookie: 'right' }],
  ['another port of this host',   '/index.js',  { ...sameOrigin, 'sec-fetch-site': 'same-site', cookie: 'right' }],
  ['a foreign Origin',            '/index.js',  { ...sameOrigin, origin: 'http://evil.example', cookie: 'right' }],
  ['an Origin of null',           '/index.js',  { ...sameOrigin, origin: 'null', cookie: 'right' }],
  ['the name localhost',          '/index.js',  { ...sameOrigin, host: 'localhost', cookie: 'right' }],
  ['a rebound name',              '/index.js',  { ...sameOrigin, host: 'evil.example', cookie: 'right' }],
  ['a document from another site','/',          { ...navigation, 'sec-fetch-site': 'cross-site', cookie: 'right' }],
  ['a file opened as a document', '/index.js',  { ...navigation, cookie: 'right' }],
  ['frames without a cookie',     '/frames',    sameOrigin],
  ['a shot without a cookie',     '/shot.png',  sameOrigin],
]

describe('strangers', () => {
  it.each(strangers)('are turned away: %s', async (_name, target, headers) => {
    const own = headers['cookie'] === 'right' ? { ...headers, cookie } : headers
    const answer = await ask(origin, target, own)
    expect(answer.status).toBe(403)
    expect(answer.text).toBe('')
    expect(page.frames).toEqual([])
    expect(page.shots).toEqual([])
  })

  it('cannot open the control connection', async () => {
    expect(await openControl(origin, { origin })).toBe(403)
    expect(await openControl(origin, { cookie })).toBe(403)
    expect(await openControl(origin, { origin: 'http://evil.example', cookie })).toBe(403)
    expect(await openControl(origin, { origin, cookie, host: 'evil.example' })).toBe(403)
    expect(await openControl(origin, { origin, cookie }, '/other')).toBe(404)
  })

  it('cannot be a second page', async () => {
    const first = await control()
    expect(await openControl(origin, { origin, cookie })).toBe(409)
    expect(first.readyState).toBe(first.OPEN)
  })

  it('may not use another method', async () => {
    const posted = await ask(origin, '/index.js', { ...sameOrigin, cookie }, 'POST')
    expect(posted.status).toBe(405)
  })
})

describe('files', () => {
  it('are the page and nothing beside it', async () => {
    const index = await ask(origin, '/', { ...navigation, cookie })
    expect(index.text).toContain('<title>page</title>')
    expect((await fetchAs('/index.js')).text).toBe('page()')
  })

  it.each([
    '/../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/index.js/../../secret.js',
    '/..\\secret.js',
    '/index.js.map',
    '/nothing.js',
    '//etc/passwd',
    '/%00',
    '/index.js%00.html',
  ])('do not include %s', async (target) => {
    const answer = await fetchAs(target)
    expect([400, 404]).toContain(answer.status)
    expect(answer.text).toBe('')
  })

  it('carry the policies that lock the page in', async () => {
    const { headers } = await fetchAs('/index.js')
    const { port } = new URL(origin)
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("script-src 'self'")
    expect(headers['content-security-policy']).toContain(
      `connect-src 'self' ws://127.0.0.1:${port};`,
    )
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp')
    expect(headers['cross-origin-resource-policy']).toBe('same-origin')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['access-control-allow-origin']).toBeUndefined()
  })
})

function clipboardNote(text: string, more: object = {}): string {
  const args = [{ kind: 'clipboard-text', text }]
  return toWire({ t: 'note', name: 'guest:request', args, ...more })
}

describe('the control connection', () => {
  it('answers calls by their number', async () => {
    const socket = await control()
    expect(await reply(socket, { t: 'call', id: 7, name: 'shot:suggest', args: [] })).toEqual({
      t: 'answer',
      id: 7,
      value: { folder: '/pictures', name: 'shot' },
    })
  })

  it('says nothing about a bug but that there was one', async () => {
    const socket = await control()
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const answer = await reply(socket, { t: 'call', id: 1, name: 'session:hello', args: [] })
    expect(JSON.stringify(warned.mock.calls)).toContain('secret of main')
    warned.mockRestore()
    expect(answer).toEqual({ t: 'answer', id: 1, error: 'it failed; the log says why' })
  })

  it.each([
    ['an unknown name', { t: 'call', id: 1, name: 'fs:read', args: [] }],
    ['a name of Object', { t: 'call', id: 1, name: 'constructor', args: [] }],
    ['an argument too many', { t: 'call', id: 1, name: 'session:reopen', args: [1] }],
    ['no arguments', { t: 'call', id: 1, name: 'session:reopen' }],
    ['a long text', { t: 'call', id: 1, name: 'settings:change', args: ['x'.repeat(70_000)] }],
  ])('answers %s with an error', async (_name, message) => {
    const answer = await reply(await control(), message)
    expect(answer).toEqual({ t: 'answer', id: 1, error: 'not a call that this window may make' })
  })

  it.each([
    ['text that is no JSON', '{'],
    ['a list', '[]'],
    ['an unknown kind', '{"t":"event","name":"probe:read","args":[1,true]}'],
    ['a call without a number', '{"t":"call","name":"session:reopen","args":[]}'],
    ['a note with wrong arguments', '{"t":"note","name":"frame:presented","args":["1",2]}'],
    ['an unknown note', '{"t":"note","name":"toString","args":[]}'],
    [
      'a long note',
      `{"t":"note","name":"log:problem","args":["x"],"more":"${'x'.repeat(70_000)}"}`,
    ],
    ['a text longer than a clipboard', clipboardNote('x'.repeat(MAX_CLIPBOARD + 1))],
    ['a clipboard of more bytes', clipboardNote('x', { more: 'x'.repeat(7 * MAX_CLIPBOARD) })],
    ['a bigint that is none', '{"t":"note","name":"frame:resend","args":[{"$bigint":"x"}]}'],
  ])('is cut after %s', async (_name, text) => {
    const warned = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const socket = await control()
    socket.send(text)
    const [code] = await once(socket, 'close')
    warned.mockRestore()
    expect(code).toBe(1008)
    expect(page.notes).toEqual([])
  })

  it('is cut after bytes that are no text', async () => {
    const socket = await control()
    socket.send(Buffer.from('{}'))
    const [code] = await once(socket, 'close')
    expect(code).toBe(1003)
  })

  it('hands notes on and sends events', async () => {
    const socket = await control()
    socket.send(toWire({ t: 'note', name: 'frame:presented', args: [3, 1.5] }))
    await vi.waitFor(() =>
      expect(page.notes).toEqual([{ name: 'frame:presented', args: [3, 1.5] }]),
    )
    server.send('probe:read', [4, true])
    const [data] = (await once(socket, 'message')) as [Buffer]
    expect(fromWire(data.toString())).toEqual({ t: 'event', name: 'probe:read', args: [4, true] })
  })

  it.each(['x', '\u0001', '\\', '世'])('takes a whole clipboard of %j', async (character) => {
    const socket = await control()
    const text = character.repeat(MAX_CLIPBOARD)
    socket.send(clipboardNote(text))
    await vi.waitFor(() => expect(page.notes).toHaveLength(1))
    expect(page.notes[0]?.args).toEqual([{ kind: 'clipboard-text', text }])
  })

  it('lets a page that reloads back in', async () => {
    const presence: boolean[] = []
    server.onPresence = (present) => presence.push(present)
    const first = await control()
    first.close()
    await control()
    expect(presence).toEqual([true, false, true])
  })
})

async function openFrames(): Promise<IncomingMessage> {
  const { port } = new URL(origin)
  const headers = { ...sameOrigin, cookie }
  const sent = get({ host: '127.0.0.1', port, path: '/frames', headers, agent: false })
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return response
}

describe('frames', () => {
  it('go out as lengths, header and payload, one after the other', async () => {
    const response = await openFrames()
    expect(response.headers['transfer-encoding']).toBeUndefined()
    expect(page.frames).toEqual(['wanted'])
    const frames = [emptyFrame(1, { reset: true }), emptyFrame(2, { gone: [9] })]
    const sent = [
      server.frame(frames[0] ?? emptyFrame(0), Uint8Array.of(1, 2, 3)),
      server.frame(frames[1] ?? emptyFrame(0), new Uint8Array()),
    ]
    const heads = frames.map((frame) => Buffer.from(toWire(frame)))
    const expected = Buffer.concat([lengths(heads[0], 3), Buffer.of(1, 2, 3), lengths(heads[1], 0)])
    let received = Buffer.alloc(0)
    for await (const part of response) {
      received = Buffer.concat([received, part])
      if (received.length >= expected.length) break
    }
    expect(received.equals(expected)).toBe(true)
    expect(await Promise.all(sent)).toEqual([true, true])
  })

  it('are dropped when nobody listens', async () => {
    expect(await server.frame(emptyFrame(1), new Uint8Array(8))).toBe(false)
  })

  it('give their payloads back when the reader goes away', async () => {
    const response = await openFrames()
    const large = new Uint8Array(64 * 2 ** 20)
    const sent = server.frame(emptyFrame(1), large)
    response.destroy()
    expect(await sent).toBe(false)
    await vi.waitFor(() => expect(page.frames).toEqual(['wanted', 'dropped']))
  })

  it('go to the newest reader', async () => {
    const first = await openFrames()
    first.on('error', () => {})
    const ended = once(first, 'close')
    first.resume()
    await openFrames()
    await ended
    expect(page.frames).toEqual(['wanted', 'wanted'])
  })

  it('end with the control connection', async () => {
    const socket = await control()
    const response = await openFrames()
    response.on('error', () => {})
    const ended = once(response, 'close')
    response.resume()
    socket.close()
    await ended
    await vi.waitFor(() => expect(page.frames).toEqual(['wanted', 'dropped']))
  })
})

function lengths(head: Buffer | undefined, payload: number): Buffer {
  const json = head ?? Buffer.alloc(0)
  const prefix = Buffer.alloc(8)
  prefix.writeUInt32LE(json.length, 0)
  prefix.writeUInt32LE(payload, 4)
  return Buffer.concat([prefix, json])
}

describe('shot.png', () => {
  it('is the picture that main makes', async () => {
    const answer = await fetchAs('/shot.png?plane=cursor&cursor=0')
    expect(answer.headers['content-type']).toBe('image/png')
    expect(page.shots).toEqual([{ plane: 'cursor', cursor: false }])
  })

  it('shows everything with the cursor by default', async () => {
    await fetchAs('/shot.png')
    expect(page.shots).toEqual([{ plane: 'all', cursor: true }])
  })

  it.each(['?plane=secret', '?cursor=2', '?plane='])('refuses %s', async (query) => {
    expect((await fetchAs(`/shot.png${query}`)).status).toBe(400)
    expect(page.shots).toEqual([])
  })

  it('answers a failure with its words', async () => {
    const failure = { code: 'no-picture', what: 'w', why: 'y', remedy: 'r' }
    page.picture = { ok: false, failure }
    const answer = await fetchAs('/shot.png')
    expect(answer.status).toBe(503)
    expect(JSON.parse(answer.text)).toEqual(failure)
  })
})
