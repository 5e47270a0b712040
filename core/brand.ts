// SPDX-License-Identifier: GPL-2.0-or-later

declare const brand: unique symbol

/** A `T` that only the file which checks it may make. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** Closes an exhaustive `switch`: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case ${JSON.stringify(value)}`)
}
