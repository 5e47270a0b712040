// SPDX-License-Identifier: GPL-2.0-or-later
import type { Bridge, FrameMessage, SurfaceDescription, SurfaceId } from '../../core/protocol.ts'
import { tightSize } from '../compositor/damage-bytes.ts'

/** Frames that may be on their way at once; more means that their taker is far behind. */
const MOST_UNDER_WAY = 8

type TakeFrame = (frame: FrameMessage, payload: Uint8Array<ArrayBuffer>) => void

/**
 * Copies the frames that the window shows for somebody else. Whoever falls behind misses some, and then
 * gets everything again: the window itself never waits.
 */
export class FrameTap implements Disposable {
  readonly #bridge: Bridge
  readonly #take: TakeFrame
  readonly #undo: () => void
  readonly #surfaces = new Map<SurfaceId, SurfaceDescription>()
  #underWay = 0
  /** Nothing is of use until a frame comes with `reset`. */
  #waiting = true

  /** Begins with everything, and with its bytes. */
  constructor(bridge: Bridge, take: TakeFrame) {
    this.#bridge = bridge
    this.#take = take
    this.#undo = bridge.onFrame((frame, payload) => this.#hear(frame, payload))
    bridge.tell('frame:copy', true)
    bridge.tell('frame:resend')
  }

  /** A frame arrived at its taker. */
  took(): void {
    this.#underWay -= 1
    if (this.#underWay === 0 && this.#waiting) this.#bridge.tell('frame:resend')
  }

  [Symbol.dispose](): void {
    this.#undo()
    this.#bridge.tell('frame:copy', false)
  }

  #hear(frame: FrameMessage, payload: Uint8Array): void {
    if (frame.reset) {
      this.#surfaces.clear()
      this.#waiting = false
    }
    for (const id of frame.gone) this.#surfaces.delete(id)
    for (const surface of frame.surfaces) this.#surfaces.set(surface.id, surface)
    if (this.#waiting) return
    const isTexture = (id: SurfaceId) => this.#surfaces.get(id)?.sharing === 'shared-texture'
    // They were on their way when copies were asked for; all comes again as bytes.
    if (frame.scene.some(({ surface }) => isTexture(surface))) {
      this.#waiting = true
      return
    }
    if (this.#underWay >= MOST_UNDER_WAY) {
      this.#waiting = true
      return
    }
    const copy = this.#copy(frame, payload)
    // What cannot be read here cannot be shown either, and the compositor says so.
    if (!copy) return
    this.#underWay += 1
    this.#take(frame, copy)
  }

  /** All damage of a frame, rows tight, in list order; undefined when some of it cannot be reached. */
  #copy(frame: FrameMessage, payload: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const isStream = (id: SurfaceId) => this.#surfaces.get(id)?.sharing !== 'shared-memory'
    if (frame.damage.every(({ surface }) => isStream(surface))) return new Uint8Array(payload)
    const total = frame.damage.reduce((sum, { rects }) => sum + tightSize(rects), 0)
    const copy = new Uint8Array(total)
    let from = 0
    let to = 0
    for (const { surface, image, rects } of frame.damage) {
      const length = tightSize(rects)
      if (isStream(surface)) {
        copy.set(payload.subarray(from, from + length), to)
        from += length
        to += length
        continue
      }
      const pitch = this.#surfaces.get(surface)?.images[image]?.pitch
      const shared = this.#bridge.memory(surface, image)
      if (pitch === undefined || !shared) return undefined
      for (const { x, y, width, height } of rects) {
        for (let row = y; row < y + height; row += 1) {
          copy.set(shared.subarray(row * pitch + x, row * pitch + x + width), to)
          to += width
        }
      }
    }
    return copy
  }
}
