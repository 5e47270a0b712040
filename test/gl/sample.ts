// SPDX-License-Identifier: GPL-2.0-or-later
import type { ModifierRow } from '../../core/modifier.ts'
import type { GlDriver } from './browser.ts'

/** Of rows that only repeat a family, one in so many is drawn. */
const EVERY = 8

/** The first row of every family, and of the rest every eighth. */
export function sample<Row>(rows: readonly Row[], family: (row: Row) => string): readonly Row[] {
  const seen = new Set<string>()
  return rows.filter((row, at) => {
    const isFirst = !seen.has(family(row))
    seen.add(family(row))
    return isFirst || at % EVERY === 0
  })
}

/**
 * The rows that a driver draws: SwiftShader all, llvmpipe, which takes long to build each of their
 * shaders, a {@link sample}.
 */
export function sampled<Row>(
  driver: GlDriver,
  rows: readonly Row[],
  family: (row: Row) => string,
): readonly Row[] {
  return driver === 'swiftshader' ? rows : sample(rows, family)
}

/** A layout's name without its parameters: those of a family differ in sizes and masks alone. */
export function familyOf(layout: ModifierRow): string {
  return layout.name.replace(/ ?\(.*/, '')
}
