// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, describe, expect, it } from 'vitest'
import { chooseEncoding, codedSize } from '../../../../renderer/recording/choose-encoding.ts'
import { fittedRect } from '../../../../renderer/recording/picture-encoder.ts'

const size = { width: 1920, height: 1080 }
const wish = { codec: null, container: null, framesPerSecond: 30 } as const

/** A browser that encodes what begins with one of these. */
function browser(...prefixes: readonly string[]): void {
  const isConfigSupported = async ({ codec }: { codec: string }) => {
    if (codec.startsWith('av01')) throw new TypeError('unknown codec')
    return { supported: prefixes.some((prefix) => codec.startsWith(prefix)) }
  }
  Object.assign(globalThis, { VideoEncoder: { isConfigSupported } })
}

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'VideoEncoder')
})

describe('the encoding of a recording', () => {
  it('is the first that the browser has', async () => {
    browser('avc1', 'vp09', 'vp8')
    expect(await chooseEncoding(wish, size)).toMatchObject({
      ok: true,
      value: { codec: 'h264', container: 'mp4', config: { codec: 'avc1.640028', ...size } },
    })
    browser('vp09', 'vp8')
    expect(await chooseEncoding(wish, size)).toMatchObject({
      value: { codec: 'vp9', container: 'webm' },
    })
  })

  it('fits into the wished file', async () => {
    browser('avc1', 'vp09', 'vp8')
    expect(await chooseEncoding({ ...wish, container: 'webm' }, size)).toMatchObject({
      value: { codec: 'vp9', container: 'webm' },
    })
    expect(await chooseEncoding({ ...wish, codec: 'vp9', container: 'mp4' }, size)).toMatchObject({
      value: { codec: 'vp9', container: 'mp4' },
    })
  })

  it('asks for no more bits than a network drive takes, and no fewer than a text needs', async () => {
    browser('vp09')
    const bitrate = async (width: number, height: number, framesPerSecond: number) => {
      const chosen = await chooseEncoding({ ...wish, framesPerSecond }, { width, height })
      return chosen.ok ? (chosen.value.config.bitrate ?? 0) / 1e6 : 0
    }
    expect(await bitrate(1920, 1080, 30)).toBeCloseTo(8.1, 1)
    expect(await bitrate(64, 64, 1)).toBe(1)
    expect(await bitrate(7680, 4320, 60)).toBe(60)
  })

  it('is refused in words where the browser has none', async () => {
    expect(await chooseEncoding(wish, size)).toMatchObject({
      ok: false,
      failure: { code: 'no-encoder' },
    })
    browser('vp8')
    const chosen = await chooseEncoding({ ...wish, codec: 'av1' }, size)
    expect(chosen.ok ? '' : chosen.failure.what).toBe('cannot encode AV1 of 1920 × 1080')
  })
})

it.each([
  [
    { width: 1366, height: 768 },
    { width: 1366, height: 768 },
  ],
  [
    { width: 1365, height: 767 },
    { width: 1366, height: 768 },
  ],
  [
    { width: 1, height: 1 },
    { width: 2, height: 2 },
  ],
])('a picture of %o is coded as %o', (picture, coded) => {
  expect(codedSize(picture)).toEqual(coded)
})

it.each([
  ['one that is rounded up stays as it is', 1365, 767, { x: 0, y: 0, width: 1365, height: 767 }],
  ['a wide one has bars above and below', 2732, 768, { x: 0, y: 192, width: 1366, height: 384 }],
  ['a tall one has bars beside it', 1366, 1536, { x: 341, y: 0, width: 683, height: 768 }],
  ['a small one grows', 683, 384, { x: 0, y: 0, width: 1366, height: 768 }],
])('of pictures of another size %s', (_what, width, height, rect) => {
  expect(fittedRect({ width, height }, { width: 1366, height: 768 })).toEqual(rect)
})
