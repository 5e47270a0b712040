// SPDX-License-Identifier: GPL-2.0-or-later
import { damagedPart } from '../../core/damage.ts'
import { intersect, isEmpty, type Rect } from '../../core/geometry.ts'
import { imagePlane, type MemoryImage, memoryImages } from '../../core/memory-image.ts'
import { joinedRects } from '../../core/plain-plane.ts'
import type { Plane } from '../../core/plane.ts'
import { layoutOf } from '../../core/plane-layout.ts'
import type { LaidMemory, Mapping, NativeShim, Place } from '../../native-shim/api.ts'
import { pixelFormat } from '../capture/engine.ts'

/** Changed bytes of one image: x, y, width and height of each rectangle. */
type Damage = { readonly image: number; readonly rects: Int32Array }

/** More parts than this are decoded as fewer that hold them. */
const MOST_PARTS = 64
const BYTES = 4

/**
 * Keeps the plain pixels of a plane beside its shadow: whatever changed there is untiled and decoded
 * into them, and nothing else.
 */
export class PlainCopy {
  readonly #shim: NativeShim
  readonly #plane: Plane
  readonly #plain: Plane
  readonly #images: readonly MemoryImage[]
  readonly #planes: readonly LaidMemory[]
  readonly #target: Mapping
  readonly #pitch: number

  /**
   * @param shadow images of the plane, mapped
   * @param plain what core/plain-plane.ts makes of the plane
   * @param target where its only image is mapped, writable
   */
  constructor(
    shim: NativeShim,
    plane: Plane,
    shadow: readonly { readonly image: MemoryImage; readonly mapping: Mapping }[],
    plain: Plane,
    target: Mapping,
  ) {
    this.#shim = shim
    this.#plane = plane
    this.#plain = plain
    this.#images = shadow.map(({ image }) => image)
    this.#planes = layoutOf(imagePlane(plane, this.#images)).memory.map((layout, at) => {
      const memory = shadow[at]?.mapping
      if (!memory) throw new RangeError(`no shadow of memory plane ${at}`)
      return { memory, layout }
    })
    this.#target = target
    this.#pitch = memoryImages(plain)[0]?.pitch ?? 0
  }

  /**
   * Takes changes of the shadow over.
   *
   * @param damage of the shadow's images; undefined: anything may have changed
   * @returns what changed in the plain image
   */
  update(damage: readonly Damage[] | undefined): Int32Array<ArrayBuffer> {
    const { width, height } = this.#plane
    const parts = damage ? this.#partsOf(damage) : [{ x: 0, y: 0, width, height }]
    const rects = parts.map((part) => {
      const { x, y, width: across, height: down } = part
      const row = this.#plain.bottomUp ? height - y - down : y
      const offset = row * this.#pitch + x * BYTES
      this.#decode(part, row, { memory: this.#target, offset, pitch: this.#pitch })
      return [x * BYTES, row, across * BYTES, down]
    })
    return Int32Array.from(rects.flat())
  }

  /** @param row first row of the part in memory */
  #decode(part: Rect, row: number, place: Place): void {
    const [first] = this.#planes
    if (first && this.#plain.fourcc === this.#plane.fourcc) {
      this.#shim.lineariseInto(first.memory, first.layout, { ...part, y: row }, place)
      return
    }
    const { format } = layoutOf(this.#plane)
    const pixels = pixelFormat(format, this.#plane.color)
    this.#shim.decodeRgba8Into(this.#planes, pixels, this.#plane, part, place)
  }

  #partsOf(damage: readonly Damage[]): readonly Rect[] {
    const whole = { x: 0, y: 0, width: this.#plane.width, height: this.#plane.height }
    const parts = damage.flatMap(({ image, rects }) => {
      const layout = this.#images[image]
      if (!layout) throw new RangeError(`no image ${image}`)
      return Array.from({ length: rects.length / 4 }, (_, at) => {
        const [x = 0, y = 0, width = 0, height = 0] = rects.subarray(at * 4, at * 4 + 4)
        return damagedPart(this.#plane, image, layout, { x, y, width, height })
      })
    })
    const shown = parts.map((part) => intersect(part, whole)).filter((part) => !isEmpty(part))
    return joinedRects(shown, MOST_PARTS)
  }
}
