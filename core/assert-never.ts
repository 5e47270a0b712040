// SPDX-License-Identifier: GPL-2.0-or-later

/** Closes an exhaustive `switch`: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case ${JSON.stringify(value)}`)
}
