// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DecodeTarget, decodeAnswer, encodeJob } from '../../core/decode-job.ts'
import { type FourccRow, fourccRow, fourccs } from '../../core/fourcc.ts'
import { modifierRow } from '../../core/modifier.ts'
import type {} from '../../renderer/decode-page.ts'
import { bundle, drivers, openPage, startBrowser } from './browser.ts'
import { type GuestPlane, guestPlane, shadowOf } from './guest.ts'

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../vectors')
const load = <T>(name: string) =>
  JSON.parse(gunzipSync(readFileSync(path.join(folder, name))).toString()) as { vectors: T[] }

type TilingVector = {
  id: string
  modifier: string
  fourcc: string
  cpp: number
  width: number
  height: number
  stride: number
  size: number
  bit6_swizzle: string
  memory_hex: string
  linear_hex: string
}
type PixelVector = { id: string; fourcc: string; packed: string; rgba8: number[] }

/** Bit-6 swizzling is not in the modifier; a format without a row is stood in for by one of its width. */
const tilings = load<TilingVector>('tiling.json.gz')
  .vectors.filter((vector) => modifierRow(BigInt(vector.modifier))?.tiling)
  .filter((vector) => vector.bit6_swizzle === 'none' && (vector.cpp === 4 || vector.cpp === 2))
const pixels = load<PixelVector>('pixel_formats.json.gz').vectors

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

  const decode = async (guest: GuestPlane, to: DecodeTarget): Promise<Uint8Array> => {
    const { image, bytes } = shadowOf(guest)
    const body = encodeJob({ id: 1, plane: guest.plane, images: [image], to }, [bytes])
    const text = await page.evaluate((job) => {
      const answer = window.decodePlane(Uint8Array.from(atob(job), (c) => c.charCodeAt(0)))
      return Array.from(answer, (byte) => String.fromCharCode(byte)).join('')
    }, Buffer.from(body).toString('base64'))
    const { answer, bytes: decoded } = decodeAnswer(Uint8Array.from(Buffer.from(text, 'latin1')))
    expect(answer).toEqual({ id: 1, ok: true })
    return decoded
  }

  it.each(tilings)('undoes $id', async (vector) => {
    const plane = guestPlane(
      {
        fourcc: fourccRow(vector.fourcc) ? vector.fourcc : 'XR24',
        modifier: BigInt(vector.modifier),
        width: vector.width,
        height: vector.height,
      },
      0,
    ).plane
    const memory = [{ buffer: 0, offset: 0, stride: vector.stride, size: vector.size }]
    const buffer = Uint8Array.from(Buffer.from(vector.memory_hex, 'hex'))
    const linear = await decode({ plane: { ...plane, memory }, buffer }, 'linear')
    expect(Buffer.from(linear).toString('hex')).toBe(vector.linear_hex)
  })

  it.each(fourccs)('reads every $code pixel as Mesa does', async ({ code, bytes }: FourccRow) => {
    const vectors = pixels.filter((vector) => vector.fourcc === code)
    expect(vectors.length).toBeGreaterThan(20)
    const guest = guestPlane({ fourcc: code, modifier: 0n, width: vectors.length, height: 1 }, 0)
    guest.buffer.set(Buffer.from(vectors.map((vector) => vector.packed).join(''), 'hex'))
    expect(guest.buffer.length).toBe(vectors.length * bytes)
    const rgba = await decode(guest, 'rgba8')
    expect([...rgba]).toEqual(vectors.flatMap((vector) => vector.rgba8))
  })

  it('keeps rows in memory order when only undoing the tiling', async () => {
    const wish = { fourcc: 'RG16', modifier: 0n, width: 3, height: 2 }
    const guest = guestPlane({ ...wish, bottomUp: true }, 5)
    expect([...(await decode(guest, 'linear'))]).toEqual([...guest.buffer])
  })

  it('says why a plane is too large for the driver', async () => {
    const plane = { ...guestPlane({ fourcc: 'XR24', modifier: 0n, width: 20000, height: 1 }, 0) }
    const { image, bytes } = shadowOf(plane)
    const body = encodeJob({ id: 7, plane: plane.plane, images: [image], to: 'rgba8' }, [bytes])
    const text = await page.evaluate((job) => {
      const answer = window.decodePlane(Uint8Array.from(atob(job), (c) => c.charCodeAt(0)))
      return Array.from(answer, (byte) => String.fromCharCode(byte)).join('')
    }, Buffer.from(body).toString('base64'))
    const { answer } = decodeAnswer(Uint8Array.from(Buffer.from(text, 'latin1')))
    expect(answer).toMatchObject({ id: 7, ok: false, failure: { code: 'picture-too-large' } })
  })
})
