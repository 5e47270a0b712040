// SPDX-License-Identifier: GPL-2.0-or-later
import { type Failure, isFailure } from '../core/failure.ts'

// What a viewer tells the launcher that started it, over the channel that Node makes between a process
// and its child.

/** Set for a child that may speak to its starter. */
export const STARTER = 'SCANOUT_STARTER'

export type StarterNews =
  | { readonly scanout: 'shown' }
  | { readonly scanout: 'failed'; readonly failure: Failure }

/** Tells who started us, if that was a launcher that still listens; resolves when it is on its way. */
export async function tellStarter(news: StarterNews): Promise<void> {
  if (process.env[STARTER] !== '1' || !process.connected) return
  const { promise, resolve } = Promise.withResolvers<void>()
  // The launcher may be gone a moment later: it is told, or it is not.
  process.send?.(news, undefined, undefined, () => resolve())
  await promise
}

/** A message of a child that is news; undefined for any other. */
export function starterNews(message: unknown): StarterNews | undefined {
  if (typeof message !== 'object' || message === null || !('scanout' in message)) return undefined
  if (message.scanout === 'shown') return { scanout: 'shown' }
  const failure = 'failure' in message ? message.failure : undefined
  return message.scanout === 'failed' && isFailure(failure)
    ? { scanout: 'failed', failure }
    : undefined
}
