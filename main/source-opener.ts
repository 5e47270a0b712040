// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'
import type { Result } from '../core/result.ts'
import { parseAddress } from './source/address.ts'
import { openSourceHandle } from './source/handle.ts'
import type { SourceHandle } from './source/source.ts'

/** A source may take this long to open before it counts as out of reach; busy hosts are slow. */
const OPEN_MS = 20_000

/** How commands open what a person named; tests give their own. */
export type OpenSource = (
  address: string,
  signal: AbortSignal,
) => Promise<Result<SourceHandle, Failure>>

/** Reads the address and opens its source. An address that is none is wrong use. */
export const openSource: OpenSource = async (text, signal) => {
  const address = parseAddress(text)
  if (!address.ok) return address
  return openSourceHandle(address.value, AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS)]))
}
