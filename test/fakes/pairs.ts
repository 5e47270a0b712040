// SPDX-License-Identifier: GPL-2.0-or-later
import { type FourccRow, fourccRow, fourccs } from '../../core/fourcc.ts'
import { type ModifierRow, modifierRow, modifiers } from '../../core/modifier.ts'
import { canPair } from '../../core/plane-layout.ts'

/** A format in a layout that it may lie in. */
export type Pair = {
  readonly code: string
  readonly format: FourccRow
  readonly layout: ModifierRow
  /** For the names of tests. */
  readonly name: string
}

const SAND128_OF_1536 = 0x0700_0000_0006_0004n

/** Every row of the table, and one of Broadcom's SAND, whose rows have no end. */
export const layouts: readonly ModifierRow[] = [
  ...modifiers,
  ...[modifierRow(SAND128_OF_1536)].filter((row) => row !== undefined),
]

/** One format of every size and shape of blocks. */
const shapes = ['C8  ', 'RG16', 'XR24', 'AB4H', 'YUYV', 'NV12', 'P010', 'YU12']

function pair(format: FourccRow, layout: ModifierRow): Pair {
  return { code: format.code, format, layout, name: layout.name }
}

/** Every format that is linear, and every layout with one format of each shape that it takes. */
export const pairs: readonly Pair[] = [
  ...fourccs.flatMap((format) =>
    layouts.filter((layout) => layout.value === 0n).map((layout) => pair(format, layout)),
  ),
  ...layouts
    .filter((layout) => layout.value !== 0n)
    .flatMap((layout) =>
      shapes
        .map((code) => fourccRow(code))
        .filter((format) => format !== undefined)
        .filter((format) => canPair(format, layout))
        .map((format) => pair(format, layout)),
    ),
]
