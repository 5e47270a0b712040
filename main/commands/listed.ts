// SPDX-License-Identifier: GPL-2.0-or-later

/** Something that can be shown, or could be but for a reason. */
export type Listed = {
  /** For `scanout ADDRESS`. */
  readonly address: string
  readonly what: string
  readonly usable: boolean
  /** Empty when it is usable. */
  readonly why: string
  readonly remedy: string
}

export const usable = { usable: true, why: '', remedy: '' } as const
