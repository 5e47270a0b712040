// SPDX-License-Identifier: GPL-2.0-or-later
import { expect } from 'vitest'

/** Matches a NativeError. */
export function failing(code: string, syscall: string): unknown {
  return expect.objectContaining({ code, syscall, message: expect.stringContaining(code) })
}
