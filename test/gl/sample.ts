// SPDX-License-Identifier: GPL-2.0-or-later
import type { ModifierRow } from '../../core/modifier.ts'
import type { GlDriver } from './browser.ts'

/** Of the rows that only repeat a family, llvmpipe draws one in so many. */
const EVERY = 8

/**
 * The rows that a driver draws. SwiftShader draws them all; llvmpipe, which takes long to build each
 * of their shaders, draws the first of every family and of the rest every eighth.
 */
export function sampled<Row>(
  driver: GlDriver,
  rows: readonly Row[],
  family: (row: Row) => string,
): readonly Row[] {
  if (driver === 'swiftshader') return rows
  const seen = new Set<string>()
  return rows.filter((row, at) => {
    const isFirst = !seen.has(family(row))
    seen.add(family(row))
    return isFirst || at % EVERY === 0
  })
}

/** A layout's name without its parameters: those of a family differ in sizes and masks alone. */
export function familyOf(layout: ModifierRow): string {
  return layout.name.replace(/ ?\(.*/, '')
}
