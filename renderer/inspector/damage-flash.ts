// SPDX-License-Identifier: GPL-2.0-or-later
import type { Rect } from '../../core/geometry.ts'
import { Pacer } from '../compositor/pacer.ts'

/** How long a changed part is lit, ms. */
const FLASH_MS = 300
/** Parts that are lit at the same time; more are drawn as nothing new. */
const MOST_FLASHES = 128
/** Line around a part, device pixels. */
const LINE = 2

type Flash = { readonly rect: Rect; readonly fromMs: number }

/** Lights up rectangles over the picture and lets them fade. Draws while there are some, and not a moment longer. */
export class DamageFlash implements Disposable {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D | null
  readonly #fades = !matchMedia('(prefers-reduced-motion: reduce)').matches
  #flashes: Flash[] = []
  /** A browser without a GPU has no refresh that would hold animation frames back. */
  readonly #pacer = new Pacer(
    () => this.#draw(),
    () => true,
  )

  /** @param canvas lies exactly over the picture's, and has its size in device pixels */
  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d')
  }

  /** @param rects device pixels of the picture's canvas, y down */
  add(rects: readonly Rect[], size: { readonly width: number; readonly height: number }): void {
    if (this.#canvas.width !== size.width || this.#canvas.height !== size.height) {
      this.#canvas.width = size.width
      this.#canvas.height = size.height
    }
    const fromMs = performance.now()
    this.#flashes.push(...rects.map((rect) => ({ rect, fromMs })))
    this.#flashes = this.#flashes.slice(-MOST_FLASHES)
    this.#pacer.request()
  }

  [Symbol.dispose](): void {
    this.#pacer[Symbol.dispose]()
    this.#flashes = []
    this.#context?.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
  }

  #draw(): void {
    const context = this.#context
    const nowMs = performance.now()
    this.#flashes = this.#flashes.filter(({ fromMs }) => nowMs - fromMs < FLASH_MS)
    if (!context) return
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    context.strokeStyle = getComputedStyle(this.#canvas).color
    context.fillStyle = context.strokeStyle
    context.lineWidth = LINE
    for (const { rect, fromMs } of this.#flashes) {
      const left = this.#fades ? 1 - (nowMs - fromMs) / FLASH_MS : 1
      const { x, y, width, height } = rect
      context.globalAlpha = left * 0.16
      context.fillRect(x, y, width, height)
      context.globalAlpha = left * 0.9
      context.strokeRect(x + LINE / 2, y + LINE / 2, width - LINE, height - LINE)
    }
    if (this.#flashes.length > 0) this.#pacer.request()
  }
}
