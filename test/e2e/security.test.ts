// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, fromFile, openControl, sameOrigin } from '../unit/main/shell/page-client.ts'
import { App, eventually } from './app.ts'

let app: App
let origin: string
let entry: string

beforeAll(async () => {
  app = new App(['demo:?still=1&size=320x200', '--headless'])
  origin = `http://127.0.0.1:${await app.port()}`
  const file = await eventually('the way in', () => {
    const [folder] = app.folders()
    return folder ? path.join(app.runtime, folder, 'open.html') : undefined
  })
  const html = await eventually('its text', () => {
    const text = readFileSync(file, 'utf8')
    return text.includes('token=') ? text : undefined
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700)
  entry = /url=http:\/\/127\.0\.0\.1:\d+(\/enter\?token=[0-9a-f]{64})/.exec(html)?.[1] ?? ''
  expect(entry).not.toBe('')
  // The browser has come in once its page was served the frames.
  await app.browser()
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
})

describe('the running app', () => {
  it('takes its token from the browser alone: by the time it runs the token is spent', async () => {
    const refused = await eventually('the browser to come in', async () => {
      const probe = await ask(origin, '/enter?token=0', fromFile)
      return probe.status === 403 && (await hasPage()) ? probe : undefined
    })
    expect(refused.headers['set-cookie']).toBeUndefined()
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

/** An established connection between browser and app: the frames are flowing. */
async function hasPage(): Promise<boolean> {
  const port = Number(new URL(origin).port).toString(16).toUpperCase().padStart(4, '0')
  const ESTABLISHED = '01'
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .some((line) => {
      const [, local, , state] = line.trim().split(/\s+/)
      return local === `0100007F:${port}` && state === ESTABLISHED
    })
}
