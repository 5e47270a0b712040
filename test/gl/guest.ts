// SPDX-License-Identifier: GPL-2.0-or-later
import type { Point } from '../../core/geometry.ts'
import {
  type ImageRect,
  imageSize,
  type MemoryImage,
  memoryImages,
  wholeImage,
} from '../../core/memory-image.ts'
import type { ColorInfo, Plane, PlaneKind } from '../../core/plane.ts'
import type { FrameMessage, ScenePlane, Sharing, SurfaceDescription } from '../../core/protocol.ts'
import { validPlane } from '../fakes/planes.ts'

/** A plane as a test wants it; what is left out is the plainest. */
export type PlaneWish = {
  readonly kind?: PlaneKind
  readonly fourcc: string
  readonly modifier: bigint
  readonly width: number
  readonly height: number
  readonly x?: number
  readonly y?: number
  readonly bottomUp?: boolean
  /** Bytes beyond the least stride; rounded up to what the modifier allows. */
  readonly padding?: number
  readonly offset?: number
  readonly color?: ColorInfo
}

/** A plane with its memory full of noise that depends on the seed alone. */
export type GuestPlane = { readonly plane: Plane; readonly buffer: Uint8Array }

/** Pseudo-random bytes, mulberry32. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed >>> 0
  for (let i = 0; i < length; i += 1) {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    bytes[i] = (t ^ (t >>> 14)) & 0xff
  }
  return bytes
}

export function guestPlane(wish: PlaneWish, seed: number): GuestPlane {
  const { plane, length } = validPlane(wish)
  return { plane, buffer: noise(length, seed) }
}

type MemoryShadow = { readonly image: MemoryImage; readonly bytes: Uint8Array }

/** The memory images of a plane, as shadows of them hold them. */
export function shadowsOf({ plane, buffer }: GuestPlane): readonly MemoryShadow[] {
  return memoryImages(plane).map((image) => {
    const bytes = new Uint8Array(imageSize(image))
    for (let row = 0; row < image.rows; row += 1) {
      const from = image.sourceOffset + row * image.sourcePitch
      const length = row === image.rows - 1 ? image.lastRowBytes : image.rowBytes
      bytes.set(buffer.subarray(from, from + length), row * image.pitch)
    }
    return { image, bytes }
  })
}

/** The first of {@link shadowsOf}. */
export function shadowOf(guest: GuestPlane): MemoryShadow {
  const [first] = shadowsOf(guest)
  if (!first) throw new Error('a plane has memory')
  return first
}

/** The rectangles' rows, tight, in list order. */
export function tight(
  image: MemoryImage,
  shadow: Uint8Array,
  rects: readonly ImageRect[],
): Uint8Array {
  const rows = rects.flatMap(({ x, y, width, height }) =>
    Array.from({ length: height }, (_, row) => {
      const from = (y + row) * image.pitch + x
      return shadow.subarray(from, from + width)
    }),
  )
  return Uint8Array.from(Buffer.concat(rows))
}

/** A guest that shows planes, frame by frame, as main would tell of it. */
export class Guest {
  #seq = 0
  #known = new Set<number>()
  #reset = true

  /** Everything is to be sent again. */
  forget(): void {
    this.#known.clear()
    this.#reset = true
  }

  /**
   * The next frame.
   *
   * @param shown surfaces bottom to top; a new id is described and sent whole
   * @param damage of known surfaces
   */
  frame(
    shown: readonly { id: number; at?: Point; guest: GuestPlane; sharing?: Sharing }[],
    damage: readonly { id: number; guest: GuestPlane; rects: readonly ImageRect[] }[] = [],
    gone: readonly number[] = [],
  ): { frame: FrameMessage; payload: Uint8Array } {
    const surfaces: SurfaceDescription[] = []
    const listed: FrameMessage['damage'][number][] = []
    const payload: Uint8Array[] = []
    for (const { id, guest, sharing = 'stream' } of shown) {
      if (this.#known.has(id)) continue
      this.#known.add(id)
      const shadows = shadowsOf(guest)
      const images = shadows.map(({ image }) => image)
      surfaces.push({ id, identity: `buffer ${id}`, plane: guest.plane, images, sharing })
      for (const [at, { image, bytes }] of shadows.entries()) {
        const rects = wholeImage(image)
        listed.push({ surface: id, image: at, rects })
        if (sharing === 'stream') payload.push(tight(image, bytes, rects))
      }
    }
    for (const { id, guest, rects } of damage) {
      const { image, bytes } = shadowOf(guest)
      listed.push({ surface: id, image: 0, rects })
      payload.push(tight(image, bytes, rects))
    }
    for (const id of gone) this.#known.delete(id)
    const scene: ScenePlane[] = shown.map(({ id, guest, at }) => ({
      kind: guest.plane.kind,
      surface: id,
      x: at?.x ?? guest.plane.x,
      y: at?.y ?? guest.plane.y,
    }))
    this.#seq += 1
    const reset = this.#reset
    this.#reset = false
    return {
      frame: { seq: this.#seq, readAtMs: 0, reset, surfaces, gone, damage: listed, scene },
      payload: Uint8Array.from(Buffer.concat(payload)),
    }
  }
}
