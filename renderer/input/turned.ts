// SPDX-License-Identifier: GPL-2.0-or-later
import type { Point } from '../../core/geometry.ts'
import type { Rotation } from '../../core/settings.ts'

/** A movement on the screen, as a picture that is turned clockwise by so much sees it; y down. */
export function turnedBack(x: number, y: number, rotation: Rotation): Point {
  switch (rotation) {
    case 0:
      return { x, y }
    case 90:
      return { x: y, y: -x }
    case 180:
      return { x: -x, y: -y }
    case 270:
      return { x: -y, y: x }
  }
}
