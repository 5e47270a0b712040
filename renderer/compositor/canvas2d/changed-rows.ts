// SPDX-License-Identifier: GPL-2.0-or-later
import { Region } from '../../../core/damage.ts'
import { bounds, type Rect } from '../../../core/geometry.ts'

/** Rows without a change between two changes that are still put on the screen as one. */
const GAP = 16

/**
 * Joins what changed in single rows into parts.
 *
 * @param changed what of a row is another than before; undefined when nothing is
 */
export function changedRows(
  parts: readonly Rect[],
  changed: (row: Rect) => Rect | undefined,
): readonly Rect[] {
  const region = new Region()
  for (const part of parts) {
    let run: Rect | undefined
    for (let y = part.y; y < part.y + part.height; y += 1) {
      const row = changed({ ...part, y, height: 1 })
      if (!row) continue
      if (run && y - run.y - run.height >= GAP) {
        region.add(run)
        run = undefined
      }
      run = run ? bounds(run, row) : row
    }
    if (run) region.add(run)
  }
  return region.rects
}
