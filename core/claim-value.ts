// SPDX-License-Identifier: GPL-2.0-or-later
import type { Verdict } from './failure.ts'
import { modifierText } from './modifier.ts'
import type { PlaneKind } from './plane.ts'
import { fail, ok, type Result } from './result.ts'

/** A field of a claim once it was looked at. */
export type Checked<T> = Result<T, Verdict>

/** Makes the verdict on one field of one plane. */
export type Refuse = (
  field: string,
  value: unknown,
  why: string,
  remedy: string,
  code?: string,
) => { readonly ok: false; readonly failure: Verdict }

/** What helps against numbers that contradict each other. */
export const BUG =
  'This is a bug of the producer: report it there with the output of scanout inspect'
/** The top of what a u32 field can say. */
export const U32_MAX = 0xffff_ffff

/** The verdicts of one plane; of `a plane` while its kind is not known. */
export function refusalFor(kind: PlaneKind | undefined): Refuse {
  const what = kind === undefined ? 'cannot show a plane' : `cannot show the ${kind} plane`
  return (field, value, why, remedy, code = 'bad-plane') =>
    fail({ code, what, why, remedy, field, value: shown(value) })
}

/** A value of any type in few words; modifiers in hex. */
export function shown(value: unknown): string {
  if (typeof value === 'bigint') {
    if (value >= 0n && value < 1n << 64n) return modifierText(value)
    return value < 0n ? 'a negative number' : 'a number of more than 64 bits'
  }
  if (typeof value === 'string') return value.length > 40 ? `${value.slice(0, 40)}…` : value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return value === undefined ? 'missing' : value === null ? 'null' : `of type ${typeof value}`
}

/** An integer from `min` to `max`; `tooLarge` is what helps above it. */
export function wholeNumber(
  field: string,
  value: unknown,
  min: number,
  max: number,
  refuse: Refuse,
  tooLarge = BUG,
): Checked<number> {
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return refuse(field, value, `${field} is ${shown(value)}, not a whole number`, BUG)
  }
  if (value < min) return refuse(field, value, `${field} ${value} is below ${min}`, BUG)
  if (value <= max) return ok(value)
  const code = tooLarge === BUG ? 'bad-plane' : 'too-large'
  return refuse(field, value, `${field} ${value} is above ${max}`, tooLarge, code)
}
