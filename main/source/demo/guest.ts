// SPDX-License-Identifier: GPL-2.0-or-later
import { fourccValue } from '../../../core/fourcc.ts'
import type { Rect, Size } from '../../../core/geometry.ts'
import { LINEAR } from '../../../core/modifier.ts'
import { Canvas } from './canvas.ts'
import type { DemoDevice, DemoPlane } from './device.ts'
import { Framebuffer } from './framebuffer.ts'
import type { DemoOptions } from './options.ts'
import { POINTER_HOTSPOT, POINTER_SIDE, pointerPixels } from './pointer.ts'
import { Scene } from './scene.ts'

const CURSOR_SLOT = 8
const OVERLAY_SLOT = 9
const OVERLAY = { width: 320, height: 180 }
const NO_HOTSPOT = 0xffff_ffff
/** The mode that `modes` switches to and back from. */
const otherMode: Size = { width: 1280, height: 800 }

/**
 * The built-in guest: draws its next frame into a free buffer and flips to it, moves its cursor,
 * changes its mode. Lives by being looked at: nothing happens between two calls of {@link advance}.
 */
export class DemoGuest {
  readonly #device: DemoDevice
  readonly #options: DemoOptions
  readonly #startedAt: number
  #mode: Size
  #scene: Scene
  #framebuffer: Framebuffer
  /** Rectangles that each buffer has not got yet. */
  #owed: Rect[][] = []
  #frame = 0
  #queries = 0
  #shown = 0

  constructor(device: DemoDevice, options: DemoOptions, nowMs: number) {
    this.#device = device
    this.#options = options
    this.#startedAt = nowMs
    this.#mode = { width: options.width, height: options.height }
    this.#scene = this.#makeScene()
    this.#framebuffer = new Framebuffer(this.#scene.canvas, options.format, options.layout)
    device.setTransport(options.transport)
    device.setMappable(options.isMappable)
    device.setAbsent('overlay', !options.hasOverlay)
    if (!options.isBlank) {
      this.#fillBuffers()
      if (options.hasCursor) this.#loadPointer()
      if (options.hasOverlay) this.#showOverlay()
    }
    this.#moveCursor(0)
  }

  /** Draws what a display would show by now; to be called before the planes are queried. */
  advance(nowMs: number): void {
    const { isStill, isBlank, framesPerSecond, errorPercent } = this.#options
    this.#queries += 1
    if ((this.#queries * errorPercent) % 100 < errorPercent && errorPercent > 0) {
      this.#device.injectQueryError('primary', 'EFAULT', 1)
    }
    if (isStill || isBlank) return
    const seconds = (nowMs - this.#startedAt) / 1000
    this.#changeMode(seconds)
    const frame = Math.floor(seconds * framesPerSecond)
    if (frame === this.#frame) return
    this.#frame = frame
    this.#draw(frame)
    this.#moveCursor(seconds)
  }

  #draw(frame: number): void {
    for (const rect of this.#scene.show(frame)) {
      this.#framebuffer.draw(rect)
      for (const owed of this.#owed) owed.push(rect)
    }
    this.#flip((this.#shown + 1) % this.#slots)
  }

  /** A region has no flips: its one memory is drawn in place. */
  get #slots(): number {
    return this.#options.transport === 'region' ? 1 : this.#options.buffers
  }

  #changeMode(seconds: number): void {
    const { modeSeconds } = this.#options
    if (modeSeconds === 0) return
    const isOther = Math.floor(seconds / modeSeconds) % 2 === 1
    const { width, height } = this.#options
    const mode = isOther ? otherMode : { width, height }
    if (mode.width === this.#mode.width && mode.height === this.#mode.height) return
    this.#mode = mode
    this.#scene = this.#makeScene()
    const { format, layout } = this.#options
    this.#framebuffer = new Framebuffer(this.#scene.canvas, format, layout)
    this.#fillBuffers()
  }

  #makeScene(): Scene {
    const { width, height } = this.#mode
    const { format, layout, buffers, framesPerSecond, isStill } = this.#options
    const tiling = layout.value === LINEAR ? 'LINEAR' : layout.name.replace(/^.*_MOD_/, '')
    const lines = [
      `BUILT-IN GUEST  ${width} × ${height}`,
      `${format.code} ${tiling.replace('_', ' ')}`,
      isStill ? 'STILL' : `${buffers} BUFFERS  ${framesPerSecond} FRAMES/S`,
    ]
    return new Scene({ width, height, lines })
  }

  #fillBuffers(): void {
    const { bytes } = this.#framebuffer
    const all = { x: 0, y: 0, ...this.#mode }
    this.#owed = Array.from({ length: this.#slots }, () => [all])
    for (let slot = 0; slot < this.#slots; slot += 1) this.#device.makeBuffer(slot, bytes.length)
    this.#flip(0)
  }

  /** Brings a buffer up to date and scans it out. */
  #flip(slot: number): void {
    for (const rect of this.#owed[slot] ?? []) {
      for (const { offset, bytes } of this.#framebuffer.runs(rect)) {
        this.#device.loadPixels(slot, offset, bytes)
      }
    }
    this.#owed[slot] = []
    this.#shown = slot
    const { format, layout } = this.#options
    this.#device.setPlane('primary', {
      slot,
      offset: 0,
      fourcc: fourccValue(format.code) ?? 0,
      modifier: layout.value,
      width: this.#mode.width,
      height: this.#mode.height,
      stride: this.#framebuffer.stride,
      size: this.#framebuffer.bytes.length,
      x: 0,
      y: 0,
      hotX: NO_HOTSPOT,
      hotY: NO_HOTSPOT,
    })
  }

  #loadPointer(): void {
    const pixels = pointerPixels()
    this.#device.makeBuffer(CURSOR_SLOT, pixels.byteLength)
    this.#device.loadPixels(CURSOR_SLOT, 0, new Uint8Array(pixels.buffer))
  }

  /** The pointer strolls along a closed curve; a still one rests. */
  #moveCursor(seconds: number): void {
    const { hasCursor, isBlank, hasHotspot } = this.#options
    if (!hasCursor || isBlank) return
    const { width, height } = this.#mode
    const pointerX = Math.round(width * (0.56 + 0.34 * Math.sin(seconds * 0.7)))
    const pointerY = Math.round(height * (0.5 + 0.4 * Math.sin(seconds * 1.1)))
    this.#device.setPlane('cursor', {
      ...square(CURSOR_SLOT, POINTER_SIDE),
      x: pointerX - POINTER_HOTSPOT.x,
      y: pointerY - POINTER_HOTSPOT.y,
      hotX: hasHotspot ? POINTER_HOTSPOT.x : NO_HOTSPOT,
      hotY: hasHotspot ? POINTER_HOTSPOT.y : NO_HOTSPOT,
    })
  }

  #showOverlay(): void {
    const canvas = new Canvas(OVERLAY.width, OVERLAY.height)
    for (let x = 0; x < OVERLAY.width; x += 1) {
      const color = ((x * 255) / OVERLAY.width) << 8
      canvas.fill({ x, y: 0, width: 1, height: OVERLAY.height }, color | 0x40_00_40)
    }
    const bytes = new Uint8Array(canvas.pixels.buffer)
    this.#device.makeBuffer(OVERLAY_SLOT, bytes.length)
    this.#device.loadPixels(OVERLAY_SLOT, 0, bytes)
    this.#device.setPlane('overlay', {
      ...square(OVERLAY_SLOT, OVERLAY.width),
      fourcc: fourccValue('XR24') ?? 0,
      height: OVERLAY.height,
      size: bytes.length,
      x: Math.round(this.#mode.width * 0.55),
      y: Math.round(this.#mode.height * 0.12),
      hotX: NO_HOTSPOT,
      hotY: NO_HOTSPOT,
    })
  }
}

/** A linear plane of AR24 pixels, as wide as high. */
function square(slot: number, side: number): Omit<DemoPlane, 'x' | 'y' | 'hotX' | 'hotY'> {
  return {
    slot,
    offset: 0,
    fourcc: fourccValue('AR24') ?? 0,
    modifier: LINEAR,
    width: side,
    height: side,
    stride: side * 4,
    size: side * side * 4,
  }
}
