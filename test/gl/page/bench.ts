// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bridge, FrameMessage } from '../../../core/protocol.ts'
import type { ScaleMode } from '../../../core/settings.ts'
import { fromWire } from '../../../core/wire.ts'
import { base64 } from '../../../renderer/base64.ts'
import { Canvas2dPresenter } from '../../../renderer/compositor/canvas2d/presenter.ts'
import { Compositor } from '../../../renderer/compositor/compositor.ts'
import { WebglPresenter } from '../../../renderer/compositor/webgl/presenter.ts'

// A compositor alone on a page, driven by a test.

type Shot = { readonly width: number; readonly height: number; readonly rgba: string }

export type Bench = {
  readonly driver: string
  /** Gives a frame as main would; resolves when it was drawn. */
  frame(header: string, payload: string): Promise<void>
  /** Gives a frame and does not wait. */
  give(header: string, payload: string): void
  /** Memory of a `shared-memory` surface. */
  share(surface: number, image: number, bytes: string): void
  /** Pixels of a `shared-texture` surface, as its dma-buf would hold them: four bytes each, rows tight. */
  texture(surface: number, width: number, height: number, bytes: string): void
  /** The surface's texture does not arrive. */
  noTexture(surface: number): void
  /** What main was told of textures: `broken` or `frames` that are still open. */
  textures(): { readonly broken: readonly string[]; readonly open: number; readonly made: number }
  /** What the page says of the test picture that is the texture of a surface. */
  tryTexture(surface: number): string
  /** What arrives of a texture on its way through GL. */
  roundTrip(surface: number): Shot | undefined
  /** GL reports an error after the next upload of a texture. */
  failUpload(): void
  read(cursor: boolean): Shot | undefined
  /** One surface alone, no larger than this. */
  preview(id: number, width: number, height: number): Shot | undefined
  /** What the canvas holds, top row first. */
  canvas(): Shot
  scale(mode: ScaleMode): void
  pan(x: number, y: number): boolean
  lose(): Promise<void>
  restore(): Promise<void>
  /** Notes to main since the last call, by name. */
  notes(): readonly string[]
  problems(): readonly string[]
  held(): { surfaces: number; textures: number; programs: number }
  /** Textures made and not deleted, counted at the GL functions themselves. */
  liveTextures(): number
  /**
   * Flips `count` times through surfaces that were given before, writing one word of the picture
   * each time; draws after every hundred.
   */
  flip(surfaces: readonly number[], firstSeq: number, count: number): Promise<void>
  /** How often the compositor asked for an animation frame. */
  requests(): number
}

declare global {
  interface Window {
    bench: Bench
  }
}

const canvas = document.querySelector('canvas')
if (!canvas) throw new Error('no canvas')
const is2d = document.body.dataset['presenter'] === 'canvas2d'
const gl = () => canvas.getContext('webgl2') as WebGL2RenderingContext

let liveTextures = 0
const gl2 = WebGL2RenderingContext.prototype
const { createTexture, deleteTexture } = gl2
gl2.createTexture = function () {
  liveTextures += 1
  return createTexture.call(this)
}
gl2.deleteTexture = function (texture) {
  if (texture) liveTextures -= 1
  deleteTexture.call(this, texture)
}

let notes: string[] = []
let drawn: (() => void) | undefined
let hear: ((frame: FrameMessage, payload: Uint8Array) => void) | undefined
const shared = new Map<string, Uint8Array>()
type TexturePixels = {
  readonly bytes: Uint8Array
  readonly size: { readonly codedWidth: number; readonly codedHeight: number }
}
/** By surface, in the place of imported dma-bufs: real frames that live in memory. */
const textures = new Map<number, TexturePixels>()
const broken: string[] = []
let framesMade = 0
let framesOpen = 0

function textureFrame(surface: number): VideoFrame | undefined {
  const pixels = textures.get(surface)
  if (!pixels) return undefined
  const { bytes: data, size } = pixels
  const frame = new VideoFrame(data, { format: 'BGRX', ...size, timestamp: 0 })
  framesMade += 1
  framesOpen += 1
  const close = frame.close.bind(frame)
  frame.close = () => {
    framesOpen -= 1
    close()
  }
  return frame
}
const problems: string[] = []

const bridge: Bridge = {
  call: () => {
    throw new Error('nobody answers')
  },
  tell: (...note) => {
    notes.push(note[0])
  },
  on: () => () => undefined,
  onFrame: (listener) => {
    hear = listener
    return () => undefined
  },
  memory: (surface, image) => shared.get(`${surface} ${image}`),
  textures: {
    frame: textureFrame,
    onTry: () => undefined,
    broken: (why) => broken.push(why),
  },
  onClosed: () => () => undefined,
}

let requests = 0
const request = window.requestAnimationFrame.bind(window)
window.requestAnimationFrame = (callback) => {
  requests += 1
  return request(callback)
}

let presenter: WebglPresenter | undefined
const compositor = new Compositor(
  canvas,
  bridge,
  (on, events) => {
    if (is2d) return Canvas2dPresenter.create(on, events)
    const made = WebglPresenter.create(on, events)
    if (made.ok) presenter = made.value
    return made
  },
  {
    picture: () => undefined,
    drawn: () => undefined,
    presented: () => drawn?.(),
    problem: (failure) => {
      if (failure) problems.push(failure.why)
    },
  },
)

const bytes = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
const give = (header: string, payload: string) =>
  hear?.(fromWire(header) as FrameMessage, bytes(payload))
const extension = is2d ? null : gl().getExtension('WEBGL_lose_context')
const event = (name: string) =>
  new Promise<void>((resolve) => canvas.addEventListener(name, () => resolve(), { once: true }))

window.bench = {
  driver: compositor.presenter?.detail ?? '',
  frame(header, payload) {
    return new Promise((resolve) => {
      drawn = resolve
      give(header, payload)
    })
  },
  give,
  share(surface, image, text) {
    const content = bytes(text)
    const memory = new WebAssembly.Memory({ initial: 16, maximum: 64, shared: true })
    const view = new Uint8Array(memory.buffer, 0, content.length)
    view.set(content)
    shared.set(`${surface} ${image}`, view)
  },
  texture(surface, codedWidth, codedHeight, text) {
    textures.set(surface, { bytes: bytes(text), size: { codedWidth, codedHeight } })
  },
  noTexture(surface) {
    textures.delete(surface)
  },
  textures: () => ({ broken, open: framesOpen, made: framesMade }),
  tryTexture: (surface) => compositor.tryTexture(surface),
  roundTrip(surface) {
    const frame = textureFrame(surface)
    const picture = frame && presenter?.roundTrip(frame)
    frame?.close()
    return picture && { ...picture, rgba: base64(picture.rgba) }
  },
  failUpload() {
    const { texImage2D } = gl2
    gl2.texImage2D = function (this: WebGL2RenderingContext, ...args: unknown[]) {
      gl2.texImage2D = texImage2D
      // A size that no texture has.
      this.texStorage2D(this.TEXTURE_2D, 1, this.RGBA8, -1, 1)
      return Reflect.apply(texImage2D, this, args)
    } as typeof texImage2D
  },
  read(cursor) {
    const picture = compositor.read(cursor)
    return picture && { ...picture, rgba: base64(picture.rgba) }
  },
  preview(id, width, height) {
    const picture = compositor.preview(id, { width, height })
    return picture && { ...picture, rgba: base64(picture.rgba) }
  },
  canvas() {
    const { width, height } = canvas
    if (is2d) {
      const image = canvas.getContext('2d')?.getImageData(0, 0, width, height)
      return { width, height, rgba: base64(new Uint8Array(image?.data ?? [])) }
    }
    const up = new Uint8Array(width * height * 4)
    gl().bindFramebuffer(gl().FRAMEBUFFER, null)
    gl().readPixels(0, 0, width, height, gl().RGBA, gl().UNSIGNED_BYTE, up)
    const down = new Uint8Array(up.length)
    for (let y = 0; y < height; y += 1) {
      down.set(up.subarray(y * width * 4, (y + 1) * width * 4), (height - 1 - y) * width * 4)
    }
    return { width, height, rgba: base64(down) }
  },
  scale(mode) {
    compositor.setScale(mode)
  },
  pan: (x, y) => compositor.pan(x, y),
  async lose() {
    const lost = event('webglcontextlost')
    extension?.loseContext()
    await lost
  },
  async restore() {
    const restored = event('webglcontextrestored')
    extension?.restoreContext()
    await restored
  },
  notes() {
    const told = notes
    notes = []
    return told
  },
  problems: () => problems,
  held: () => presenter?.held ?? { surfaces: -1, textures: -1, programs: -1 },
  liveTextures: () => liveTextures,
  async flip(surfaces, firstSeq, count) {
    for (let at = 0; at < count; at += 1) {
      const surface = surfaces[at % surfaces.length] ?? 0
      const rects = [{ x: (at * 4) % 64, y: at % 16, width: 4, height: 1 }]
      const frame: FrameMessage = {
        seq: firstSeq + at,
        readAtMs: 0,
        reset: false,
        surfaces: [],
        gone: [],
        damage: [{ surface, image: 0, rects }],
        scene: [{ kind: 'primary', surface, x: 0, y: 0 }],
      }
      const isDrawn = at % 100 === 99 || at === count - 1
      const wait = isDrawn && new Promise<void>((resolve) => (drawn = resolve))
      hear?.(frame, Uint8Array.of(at, at >> 8, at >> 16, 255))
      if (wait) await wait
    }
  },
  requests: () => requests,
}
