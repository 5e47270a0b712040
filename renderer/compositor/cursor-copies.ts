// SPDX-License-Identifier: GPL-2.0-or-later
import { decodeRgba8 } from '../../core/decode.ts'
import type { Point, Size } from '../../core/geometry.ts'
import { type ImageRect, imageSize } from '../../core/memory-image.ts'
import { LINEAR } from '../../core/modifier.ts'
import type { ScenePlane, SurfaceDescription, SurfaceId } from '../../core/protocol.ts'
import type { DamageBytes } from './damage-bytes.ts'

/** Premultiplied RGBA, rows tight, top row first. */
export type CursorImage = Size & { readonly rgba: Uint8Array }

/** The cursor of the guest, in its picture. */
export type GuestCursor = Point & {
  /** Changes with what it looks like. */
  readonly state: string
  /** Undefined: nobody knows it. */
  readonly hotspot: Point | undefined
  read(): CursorImage | undefined
}

type Copy = {
  readonly description: SurfaceDescription
  readonly bytes: Uint8Array
  /** Counts changes of the bytes. */
  version: number
}

/** The bytes of the cursor's surfaces, which a graphics driver does not give back at once. */
export class CursorCopies {
  readonly #copies = new Map<SurfaceId, Copy>()

  add(description: SurfaceDescription): void {
    const { id, plane, images, sharing } = description
    const [image] = images
    if (sharing === 'shared-texture') return
    if (plane.kind !== 'cursor' || images.length !== 1 || !image) return
    this.#copies.set(id, { description, bytes: new Uint8Array(imageSize(image)), version: 0 })
  }

  drop(id: SurfaceId): void {
    this.#copies.delete(id)
  }

  clear(): void {
    this.#copies.clear()
  }

  /** Takes damage that was checked. */
  upload(id: SurfaceId, rects: readonly ImageRect[], source: DamageBytes): void {
    const copy = this.#copies.get(id)
    const pitch = copy?.description.images[0]?.pitch
    if (!copy || pitch === undefined) return
    let tight = 0
    for (const { x, y, width, height } of rects) {
      for (let row = y; row < y + height; row += 1) {
        const at = row * pitch + x
        const from = source.layout === 'image' ? at : tight
        copy.bytes.set(source.bytes.subarray(from, from + width), at)
        tight += width
      }
    }
    copy.version += 1
  }

  /** The cursor in a scene; undefined while it shows none. */
  find(scene: readonly ScenePlane[]): GuestCursor | undefined {
    const shown = scene.find(({ kind }) => kind === 'cursor')
    const copy = shown && this.#copies.get(shown.surface)
    if (!shown || !copy) return undefined
    const { x, y, hotspot, surface } = shown
    return { x, y, hotspot, state: `${surface} ${copy.version}`, read: () => this.#read(copy) }
  }

  #read(copy: Copy): CursorImage | undefined {
    const { plane, images } = copy.description
    const [memory] = plane.memory
    if (!memory) return undefined
    const stride = plane.modifier === LINEAR ? (images[0]?.pitch ?? 0) : memory.stride
    const size = copy.bytes.length
    const own = { ...plane, memory: [{ buffer: 0, offset: 0, stride, size }] }
    return { width: plane.width, height: plane.height, rgba: decodeRgba8(own, [copy.bytes]) }
  }
}
