// SPDX-License-Identifier: GPL-2.0-or-later
import type { FourccRow } from './fourcc.ts'
import { fixedRows, sandRow } from './modifier-table.ts'
import type { Bit6Swizzle } from './plane.ts'
import type { Tiling } from './tiling.ts'

/** Tilings by the bytes of a block. */
export type Tilings = Readonly<Partial<Record<number, Tiling>>>

export type ModifierRow = {
  readonly value: bigint
  /** Name in drm_fourcc.h, with the parameters that matter. */
  readonly name: string
  /** Undefined for LINEAR. A pixel size without a tiling cannot be decoded. */
  readonly tilings: Tilings | undefined
  /** Formats of several memory planes that lie in tiles of their own kind, the same in all planes. */
  readonly video?: { readonly codes: readonly string[]; readonly tiling: Tiling }
  /** How memory controllers up to gen 7 may swizzle it, which no modifier tells. */
  readonly bit6?: Bit6Swizzle
}

export const LINEAR = 0n
/** The producer did not say how the pixels lie. */
export const INVALID = 0x00ff_ffff_ffff_ffffn

/** Every modifier that can be decoded, but for SAND, whose column height is part of its value. */
export const modifiers: readonly ModifierRow[] = fixedRows

const byValue = new Map(modifiers.map((row) => [row.value, row]))

/** The row of a modifier, or undefined when this version cannot decode it. */
export function modifierRow(value: bigint): ModifierRow | undefined {
  return byValue.get(value) ?? sandRow(value)
}

export function isLinear(row: ModifierRow): boolean {
  return row.tilings === undefined
}

/**
 * The tiling of each memory plane of a format, undefined where it is linear; undefined as a whole
 * when the two do not go together. A block of packed 4:2:2 is one wide pixel to some producers and
 * two narrow ones to others: it goes only where both mean the same.
 */
export function tilingsOf(
  format: FourccRow,
  row: ModifierRow,
): readonly (Tiling | undefined)[] | undefined {
  const { tilings, video } = row
  if (!tilings) return format.planes.map(() => undefined)
  if (video && format.planes.length > 1) {
    return video.codes.includes(format.code) ? format.planes.map(() => video.tiling) : undefined
  }
  const found = format.planes.map(({ bytes }) => tilings[bytes])
  const isPacked = (format.planes[0]?.across ?? 1) > 1
  const isAmbiguous = isPacked && tilings[format.bytes] !== tilings[format.bytes / 2]
  return isAmbiguous || found.includes(undefined) ? undefined : found
}

/** `0x0100000000000001`: sixteen digits, as dumps, `inspect` and the window write it. */
export function modifierText(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16).padStart(16, '0')}`
}
