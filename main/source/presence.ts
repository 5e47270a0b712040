// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { shim } from '../../native-shim/index.ts'
import { isNativeError } from './native-failure.ts'
import type { Address } from './source.ts'

type Look = (path: string) => boolean | Promise<boolean>

/** Schemes whose addresses can be looked at without opening them. */
const looks: Readonly<Record<string, Look>> = {
  qemu: answers,
  'planes+unix': answers,
  // Its first connection gets the descriptor: it must not be wasted.
  'vfio+unix': existsSync,
}

/**
 * Whether it is worth a try to open an address, found out for next to nothing: opening costs a thread.
 * Undefined where only opening tells.
 */
export async function isThere({ scheme, path }: Address): Promise<boolean | undefined> {
  return Object.hasOwn(looks, scheme) ? looks[scheme]?.(path) : undefined
}

/** A server that ended without tidying up leaves its socket: only a connection tells. */
async function answers(path: string): Promise<boolean> {
  try {
    using _connected = await shim.connect(path)
    return true
  } catch (error) {
    if (!isNativeError(error)) throw error
    return error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED'
  }
}
