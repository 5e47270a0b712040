// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from '../core/failure.ts'
import type { Result } from '../core/result.ts'
import { isAbsent, LOOK_MS, TRY_MS } from './session-retry.ts'
import { parseAddress } from './source/address.ts'
import { openSourceHandle } from './source/handle.ts'
import { isThere } from './source/presence.ts'
import type { SourceHandle } from './source/source.ts'

/** A source may take this long to open before it counts as out of reach; busy hosts are slow. */
const OPEN_MS = 20_000

/**
 * How commands open what a person named; tests give their own.
 *
 * @param wait whether a VM that is not there yet is waited for, without an end but the signal's
 */
export type OpenSource = (
  address: string,
  signal: AbortSignal,
  wait?: boolean,
) => Promise<Result<SourceHandle, Failure>>

/** The option of every command that can wait. */
export const waitOption = { type: 'flag', help: 'wait for a VM that is not there yet' } as const

/** Reads the address and opens its source. An address that is none is wrong use. */
export const openSource: OpenSource = async (text, signal, wait = false) => {
  const address = parseAddress(text)
  if (!address.ok) return address
  for (;;) {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(OPEN_MS)])
    const opened = await openSourceHandle(address.value, patience)
    if (opened.ok || !wait || signal.aborted || !isAbsent(opened.failure)) return opened
    await pause(TRY_MS, signal)
    while (!signal.aborted && (await isThere(address.value)) === false) await pause(LOOK_MS, signal)
  }
}

/** Ends early when the signal does. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}
