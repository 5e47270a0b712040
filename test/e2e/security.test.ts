// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, fromFile, openControl, sameOrigin } from '../unit/main/shell/page-client.ts'
import { App, eventually } from './app.ts'

let app: App
let origin: string
let entry: string
let file: string

beforeAll(async () => {
  // The browser waits a moment, so that there is time to see what it is given.
  app = new App(['demo:?still=1&size=320x200', '--headless'], {}, { before: 'sleep 2' })
  origin = `http://127.0.0.1:${await app.port()}`
  file = await eventually('the way in', () => {
    const candidate = path.join(app.runtime, app.folders()[0] ?? '', 'open.html')
    return existsSync(candidate) ? candidate : undefined
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700)
  const html = readFileSync(file, 'utf8')
  entry = /url=http:\/\/127\.0\.0\.1:\d+(\/enter\?token=[0-9a-f]{64})/.exec(html)?.[1] ?? ''
  expect(entry).not.toBe('')
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
})

describe('the running app', () => {
  it('lets its own browser in, removes the way in, and takes the token no more', async () => {
    await eventually('the way in to vanish', () => (existsSync(file) ? undefined : true))
    const again = await ask(origin, entry, fromFile)
    expect(again.status).toBe(403)
    expect(again.headers['set-cookie']).toBeUndefined()
  })

  it.each(['/', '/index.js', '/frames', '/shot.png', '/../package.json', '/index.js.map'])(
    'gives %s to nobody without the cookie',
    async (target) => {
      const answer = await ask(origin, target, sameOrigin)
      expect(answer.status).toBe(403)
      expect(answer.text).toBe('')
    },
  )

  it('lets no stranger control it', async () => {
    expect(await openControl(origin, {})).toBe(403)
    expect(await openControl(origin, { origin })).toBe(403)
    expect(await openControl(origin, { origin: 'http://localhost', cookie: 'scanout=1' })).toBe(403)
  })

  it('answers under no other name', async () => {
    for (const host of ['localhost', 'evil.example', '127.0.0.1', '[::1]']) {
      expect((await ask(origin, '/', { ...sameOrigin, host })).status).toBe(403)
    }
  })
})
