// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { FrameMessage } from '../../core/protocol.ts'
import type { ScaleMode } from '../../core/settings.ts'
import { toWire } from '../../core/wire.ts'
import { bundle, drivers, type GlDriver, openPage } from './browser.ts'
import type {} from './page/bench.ts'

export type Shot = { readonly width: number; readonly height: number; readonly rgba: Uint8Array }

const html = (
  presenter: string,
) => `<!doctype html><html><head><link rel="stylesheet" href="page.css"></head>
<body data-presenter="${presenter}"><canvas></canvas><script type="module" src="page.js"></script></body></html>`
const css =
  'body { margin: 0; overflow: hidden } canvas { position: fixed; inset: 0; width: 100%; height: 100% }'

const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const decode = (shot: { width: number; height: number; rgba: string }): Shot => ({
  ...shot,
  rgba: Uint8Array.from(Buffer.from(shot.rgba, 'base64')),
})

/** What draws, and on which driver of WebGL; the 2D canvas needs none. */
export type Stage = { readonly presenter: 'webgl' | 'canvas2d'; readonly driver: GlDriver }

/** Every stage that a machine without a GPU has. */
export const stages: readonly Stage[] = [
  ...drivers.map((driver) => ({ presenter: 'webgl', driver }) as const),
  { presenter: 'canvas2d', driver: 'swiftshader' },
]

/** A compositor in a real browser. */
export class BenchPage implements AsyncDisposable {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  static async open(
    browser: Browser,
    options: BrowserContextOptions = {},
    presenter: Stage['presenter'] = 'webgl',
  ): Promise<BenchPage> {
    const { script } = await bundle('test/gl/page/bench.ts')
    const page = await openPage(
      browser,
      {
        '/': { type: 'text/html', body: html(presenter) },
        '/page.js': { type: 'text/javascript', body: script },
        '/page.css': { type: 'text/css', body: css },
      },
      options,
    )
    await page.waitForFunction(() => window.bench !== undefined)
    return new BenchPage(page)
  }

  /** Gives a frame and waits until it was drawn. */
  async frame({ frame, payload }: { frame: FrameMessage; payload: Uint8Array }): Promise<void> {
    await this.page.evaluate(
      ([header, bytes]) => window.bench.frame(header ?? '', bytes ?? ''),
      [toWire(frame), encode(payload)],
    )
  }

  async give({ frame, payload }: { frame: FrameMessage; payload: Uint8Array }): Promise<void> {
    await this.page.evaluate(
      ([header, bytes]) => window.bench.give(header ?? '', bytes ?? ''),
      [toWire(frame), encode(payload)],
    )
  }

  async share(surface: number, bytes: Uint8Array, image = 0): Promise<void> {
    await this.page.evaluate(
      ([id, at, text]) => window.bench.share(Number(id), Number(at), String(text)),
      [surface, image, encode(bytes)],
    )
  }

  /** Gives pixels to a surface that is shared as a texture. */
  async texture(
    surface: number,
    { width, height }: { width: number; height: number },
    bytes: Uint8Array,
  ): Promise<void> {
    await this.page.evaluate(
      ([id, across, down, text]) =>
        window.bench.texture(Number(id), Number(across), Number(down), String(text)),
      [surface, width, height, encode(bytes)],
    )
  }

  async read(cursor = true): Promise<Shot | undefined> {
    const shot = await this.page.evaluate((with_) => window.bench.read(with_), cursor)
    return shot && decode(shot)
  }

  async preview(id: number, width: number, height: number): Promise<Shot | undefined> {
    const shot = await this.page.evaluate(
      ([surface = 0, most = 0, high = 0]) => window.bench.preview(surface, most, high),
      [id, width, height],
    )
    return shot && decode(shot)
  }

  async canvas(): Promise<Shot> {
    return decode(await this.page.evaluate(() => window.bench.canvas()))
  }

  async scale(mode: ScaleMode): Promise<void> {
    await this.page.evaluate((scale) => {
      window.bench.scale(scale)
    }, mode)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close()
  }
}

/** Where two pictures first differ, in words; undefined when they are equal. */
export function difference(got: Uint8Array, wanted: Uint8Array, width: number): string | undefined {
  if (got.length !== wanted.length) return `${got.length} bytes instead of ${wanted.length}`
  let wrong = 0
  let first = -1
  for (let i = 0; i < got.length; i += 1) {
    if (got[i] === wanted[i]) continue
    wrong += 1
    if (first < 0) first = i
  }
  if (first < 0) return undefined
  const pixel = Math.floor(first / 4)
  const start = pixel * 4
  return `${wrong} bytes differ, first at ${pixel % width},${Math.floor(pixel / width)}: [${got.subarray(start, start + 4)}] instead of [${wanted.subarray(start, start + 4)}]`
}
