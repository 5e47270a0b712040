// SPDX-License-Identifier: GPL-2.0-or-later
import type { Plane } from '../../core/plane.ts'
import type { ScenePlane } from '../../core/protocol.ts'

/** Whether the pixels of both lie in the same way, wherever the planes are shown. */
export function sameLayout(a: Plane, b: Plane): boolean {
  return (
    a.fourcc === b.fourcc &&
    a.modifier === b.modifier &&
    a.width === b.width &&
    a.height === b.height &&
    a.bottomUp === b.bottomUp &&
    a.bit6Swizzle === b.bit6Swizzle &&
    a.color?.matrix === b.color?.matrix &&
    a.color?.range === b.color?.range &&
    a.memory.length === b.memory.length &&
    a.memory.every((memory, at) => {
      const other = b.memory[at]
      return (
        memory.buffer === other?.buffer &&
        memory.offset === other.offset &&
        memory.stride === other.stride
      )
    })
  )
}

/** Whether both show the same surfaces at the same places, in the same order. */
export function sameScene(a: readonly ScenePlane[], b: readonly ScenePlane[]): boolean {
  return (
    a.length === b.length &&
    a.every((plane, at) => {
      const other = b[at]
      return (
        plane.kind === other?.kind &&
        plane.surface === other.surface &&
        plane.x === other.x &&
        plane.y === other.y &&
        plane.hotspot?.x === other.hotspot?.x &&
        plane.hotspot?.y === other.hotspot?.y
      )
    })
  )
}
