// SPDX-License-Identifier: GPL-2.0-or-later
import { damagedPart } from '../../core/damage.ts'
import { intersect, type Rect } from '../../core/geometry.ts'
import { type Plane, type PlaneKind, planeKinds } from '../../core/plane.ts'
import type { FrameMessage, SurfaceDescription, SurfaceId } from '../../core/protocol.ts'

/** How far back the history reaches, ms. */
export const HISTORY_MS = 10_000
/** Updates that are kept at most: three planes at 120 Hz for as long as the history reaches. */
const MOST_UPDATES = 4096
/** How long what is too old may stay, ms: looking for it takes longer than keeping it. */
const TRIM_MS = 1000
/** Colours that tell buffers apart; a cache holds no more primaries. */
export const BUFFER_COLOURS = 8

/** One plane at one moment when something about it changed. */
export type PlaneUpdate = {
  readonly seq: number
  /** When its planes were read, on the clock of main, ms. */
  readonly atMs: number
  readonly kind: PlaneKind
  readonly surface: SurfaceId
  readonly identity: string
  /** 0 … {@link BUFFER_COLOURS} − 1. */
  readonly colour: number
  /** Another buffer than before; otherwise the guest drew into the shown one, or moved it. */
  readonly isFlip: boolean
  /** Changed pixels; 0 when it was only moved or flipped to known pixels. */
  readonly damaged: number
  /** The part of the plane that these are, 0 to 1. */
  readonly share: number
}

type Place = { readonly surface: SurfaceId; readonly x: number; readonly y: number }

/** What was shown when, for the last few seconds. Bounded in time and in number. */
export class FlipHistory {
  #updates: PlaneUpdate[] = []
  readonly #places = new Map<PlaneKind, Place>()
  readonly #colours = new Map<PlaneKind, string[]>()
  /** The least that a frame was late, on the clocks of page and main together. */
  #leadMs = Number.POSITIVE_INFINITY

  /** Oldest first. */
  get updates(): readonly PlaneUpdate[] {
    return this.#updates
  }

  /**
   * Takes one frame.
   *
   * @param arrivedMs when it came, on the page's clock
   */
  add(
    frame: FrameMessage,
    arrivedMs: number,
    surfaceOf: (id: SurfaceId) => SurfaceDescription | undefined,
  ): void {
    this.#leadMs = Math.min(this.#leadMs, arrivedMs - frame.readAtMs)
    if (frame.reset) this.#places.clear()
    const shown = new Set<PlaneKind>()
    for (const { kind, surface, x, y } of frame.scene) {
      shown.add(kind)
      const description = surfaceOf(surface)
      if (!description) continue
      const before = this.#places.get(kind)
      this.#places.set(kind, { surface, x, y })
      const isFlip = before?.surface !== surface
      const parts = changedParts(frame, description)
      const damaged = areaOf(parts)
      const isMoved = before?.x !== x || before.y !== y
      if (!isFlip && !isMoved && damaged === 0) continue
      const { identity, plane } = description
      const colour = this.#colourOf(kind, identity)
      const share = Math.min(1, damaged / (plane.width * plane.height))
      const { seq, readAtMs: atMs } = frame
      this.#updates.push({ seq, atMs, kind, surface, identity, colour, isFlip, damaged, share })
    }
    for (const kind of [...this.#places.keys()]) if (!shown.has(kind)) this.#places.delete(kind)
    this.#trim(frame.readAtMs)
  }

  /** The page's time on main's clock, as well as frames tell it. */
  atMain(pageMs: number): number {
    return Number.isFinite(this.#leadMs) ? pageMs - this.#leadMs : pageMs
  }

  clear(): void {
    this.#updates = []
    this.#places.clear()
    this.#colours.clear()
    this.#leadMs = Number.POSITIVE_INFINITY
  }

  /** A buffer keeps its colour while others come and go; the ninth takes the colour that rested longest. */
  #colourOf(kind: PlaneKind, identity: string): number {
    const known = this.#colours.get(kind) ?? []
    this.#colours.set(kind, known)
    const at = known.indexOf(identity)
    if (at >= 0) return at
    if (known.length < BUFFER_COLOURS) return known.push(identity) - 1
    const lastUse = (name: string) =>
      this.#updates.findLastIndex((update) => update.kind === kind && update.identity === name)
    const oldest = known.reduce((least, name) => (lastUse(name) < lastUse(least) ? name : least))
    const freed = known.indexOf(oldest)
    known[freed] = identity
    return freed
  }

  /** Lets go of what is too old, now and then; what a plane shows since then stays. */
  #trim(nowMs: number): void {
    const all = this.#updates
    const oldest = all[0]?.atMs ?? nowMs
    if (oldest > nowMs - HISTORY_MS - TRIM_MS && all.length <= MOST_UPDATES) return
    const young = all.findIndex(({ atMs }) => atMs >= nowMs - HISTORY_MS)
    const from = Math.max(young < 0 ? all.length : young, all.length - MOST_UPDATES / 2)
    const old = all.slice(0, from)
    const shown = planeKinds.flatMap((kind) => old.findLast((update) => update.kind === kind) ?? [])
    this.#updates = [...shown, ...all.slice(from)]
  }
}

/** The parts of a plane, in its pixels, that a frame says changed. */
export function changedParts(
  frame: FrameMessage,
  { id, plane, images }: SurfaceDescription,
): readonly Rect[] {
  return frame.damage.flatMap(({ surface, image, rects }) => {
    const layout = images[image]
    // Further memory planes hold other samples of the same pixels.
    if (surface !== id || image !== 0 || !layout) return []
    return rects.map((rect) => damagedPart(plane, image, layout, rect))
  })
}

/** A plane's rectangle in the guest's picture, cut at its edge. */
export function inPicture(part: Rect, plane: Plane, at: Place, picture: Rect): Rect {
  const isPrimary = plane.kind === 'primary'
  const moved = isPrimary ? part : { ...part, x: part.x + at.x, y: part.y + at.y }
  return intersect(moved, picture)
}

/** Damage of one frame does not overlap. */
function areaOf(parts: readonly Rect[]): number {
  return parts.reduce((sum, { width, height }) => sum + width * height, 0)
}
