// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { isNativeError } from '../native-failure.ts'

const MAX_NAME = 64

/** The guest's name as QEMU was given it (`-name guest=NAME,…` or `-name NAME`); undefined when unknown. */
export function vmName(pid: number | undefined): string | undefined {
  if (pid === undefined) return undefined
  try {
    return nameIn(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'))
  } catch (error) {
    if (!isNativeError(error)) throw error
    return undefined
  }
}

/** The name among QEMU's arguments; in a value, two commas stand for one. */
export function nameIn(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '-name' || arg === '--name')
  const value = at < 0 ? undefined : args[at + 1]
  if (value === undefined) return undefined
  const parts = value.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(',,', ','))
  const guest = parts.find((part) => part.startsWith('guest='))?.slice('guest='.length)
  const name = guest ?? parts.find((part) => !part.includes('='))
  return name === undefined || name === '' ? undefined : name.slice(0, MAX_NAME)
}
