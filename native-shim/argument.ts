// SPDX-License-Identifier: GPL-2.0-or-later

/** A value as a message shows it: short, and never the thing's own idea of itself. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80))
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'symbol' || typeof value === 'function') return typeof value
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : 'an object'
}

export function wrongType(name: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${wanted}, not ${shown(value)}`)
}

export function outOfRange(name: string, wanted: string, value: unknown): RangeError {
  return new RangeError(`${name} must be ${wanted}, not ${shown(value)}`)
}

/** Checks a whole number from `least` to `most`. */
export function whole(
  name: string,
  value: unknown,
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value)
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw outOfRange(name, `a whole number from ${least} to ${most}`, value)
  }
  return value
}

export function truth(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongType(name, 'a boolean', value)
  return value
}

/** Checks text that becomes a C string: not empty, no NUL. */
export function plainText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value)
  if (value === '' || value.includes('\0')) {
    throw outOfRange(name, 'non-empty text without NUL', value)
  }
  return value
}

export function bytesOf(name: string, value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrongType(name, 'a Uint8Array', value)
  return value
}

export function oneOf<const Choice>(
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw outOfRange(name, `one of ${choices.join(', ')}`, value)
  return found
}

/** Checks that `length` things at `offset` lie inside `size`. */
export function inside(name: string, offset: number, length: number, size: number): void {
  if (offset > size || length > size - offset) {
    throw new RangeError(`${name}: ${length} at ${offset} lies beyond ${size}`)
  }
}

/** An object whose fields nobody has looked at yet. */
export function record<Field extends string>(
  name: string,
  value: unknown,
): { readonly [Key in Field]?: unknown } {
  if (typeof value !== 'object' || value === null) throw wrongType(name, 'an object', value)
  return value
}

/** Checks an array of `least` to `most` entries. */
export function list(
  name: string,
  value: unknown,
  least: number,
  most: number,
): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongType(name, 'an array', value)
  whole(`${name}.length`, value.length, least, most)
  return value
}
