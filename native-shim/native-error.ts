// SPDX-License-Identifier: GPL-2.0-or-later
import type { NativeError } from './api.ts'

/** A failure that the addon's TypeScript found itself, in the form of those that the kernel reports. */
export function nativeError(code: string, syscall: string, words: string): NativeError {
  return Object.assign(new Error(`${syscall}: ${words} (${code})`), { code, syscall })
}

/** The errno name of something thrown; undefined when it is no system call's failure. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
