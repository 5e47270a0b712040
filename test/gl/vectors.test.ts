// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linearise } from '../../core/decode.ts'
import { type DecodeTarget, decodeAnswer, encodeJob } from '../../core/decode-job.ts'
import { fourccs } from '../../core/fourcc.ts'
import type { CapturedPlane } from '../../core/plane.ts'
import type {} from '../../renderer/decode-page.ts'
import {
  pixelVectors,
  tiledVector,
  tilingVectors,
  yuvError,
  yuvVectorPlane,
  yuvVectors,
} from '../fakes/vectors.ts'
import { bundle, drivers, openPage, startBrowser } from './browser.ts'
import { type GuestPlane, guestPlane, shadowsOf } from './guest.ts'

const pixels = pixelVectors().vectors
const packed = fourccs.filter(({ code }) => pixels.some(({ fourcc }) => fourcc === code))

describe.each(drivers)('vectors on %s', (driver) => {
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    browser = await startBrowser(driver)
    const { script } = await bundle('renderer/decode-page.ts')
    page = await openPage(browser, {
      '/': {
        type: 'text/html',
        body: '<!doctype html><script type="module" src="page.js"></script>',
      },
      '/page.js': { type: 'text/javascript', body: script },
    })
    await page.waitForFunction(() => window.decodePlane !== undefined)
  })
  afterAll(() => browser?.close())

  const run = async (guest: GuestPlane, id: number, to: DecodeTarget) => {
    const shadows = shadowsOf(guest)
    const images = shadows.map(({ image }) => image)
    const bytes = shadows.map((shadow) => shadow.bytes)
    const body = encodeJob({ id, plane: guest.plane, images, to }, bytes)
    const text = await page.evaluate((job) => {
      const answer = window.decodePlane(Uint8Array.from(atob(job), (c) => c.charCodeAt(0)))
      return Array.from(answer, (byte) => String.fromCharCode(byte)).join('')
    }, Buffer.from(body).toString('base64'))
    return decodeAnswer(Uint8Array.from(Buffer.from(text, 'latin1')))
  }
  const decode = async (guest: GuestPlane, to: DecodeTarget): Promise<Uint8Array> => {
    const { answer, bytes } = await run(guest, 1, to)
    expect(answer).toEqual({ id: 1, ok: true })
    return bytes
  }
  const alone = ({ plane, buffers: [buffer = new Uint8Array()] }: CapturedPlane) => ({
    plane,
    buffer,
  })

  it.each(tilingVectors())('undoes $id', async (vector) => {
    const captured = tiledVector(vector)
    const linear = await decode(alone(captured), 'linear')
    expect(Buffer.from(linear).toString('hex')).toBe(captured.linear)
  })

  it.each(packed)('reads every $code pixel as Mesa does', async ({ code, bytes }) => {
    const vectors = pixels.filter((vector) => vector.fourcc === code)
    const guest = guestPlane({ fourcc: code, modifier: 0n, width: vectors.length, height: 1 }, 0)
    guest.buffer.set(Buffer.from(vectors.map((vector) => vector.packed).join(''), 'hex'))
    expect(guest.buffer.length).toBe(vectors.length * bytes)
    const rgba = await decode(guest, 'rgba8')
    expect([...rgba]).toEqual(vectors.flatMap((vector) => vector.rgba8))
  })

  it.each(yuvVectors())('decodes $id as zimg does', async (vector) => {
    const rgba = await decode(alone(yuvVectorPlane(vector)), 'rgba8')
    expect(yuvError(vector, rgba)).toBeLessThanOrEqual(vector.tolerance)
  })

  it.each(['NV12', 'YU12', 'Y210'])('undoes every memory plane of %s', async (fourcc) => {
    const guest = guestPlane({ fourcc, modifier: 0n, width: 33, height: 7, padding: 9 }, 3)
    const linear = await decode(guest, 'linear')
    expect(Buffer.compare(linear, linearise(guest.plane, [guest.buffer]))).toBe(0)
  })

  it('keeps rows in memory order when only undoing the tiling', async () => {
    const wish = { fourcc: 'RG16', modifier: 0n, width: 3, height: 2 }
    const guest = guestPlane({ ...wish, bottomUp: true }, 5)
    expect([...(await decode(guest, 'linear'))]).toEqual([...guest.buffer])
  })

  it('says why a plane is too large for the driver', async () => {
    // Beyond what checkPlane lets through, so that no driver can hold it.
    const { plane } = guestPlane({ fourcc: 'XR24', modifier: 0n, width: 16, height: 1 }, 0)
    const memory = [{ buffer: 0, offset: 0, stride: 80_000, size: 80_000 }]
    const wide = { plane: { ...plane, width: 20_000, memory }, buffer: new Uint8Array(80_000) }
    const { answer } = await run(wide, 7, 'rgba8')
    expect(answer).toMatchObject({ id: 7, ok: false, failure: { code: 'picture-too-large' } })
  })
})
