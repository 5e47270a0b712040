// SPDX-License-Identifier: GPL-2.0-or-later
import type { Sharing } from '../../core/protocol.ts'
import type { SharingChoice, ShellKind } from '../shell/shell.ts'

/** What decides which transports can work for a window. */
export type TransportFacts = {
  readonly shell: ShellKind
  /** Why the page cannot map memory, found by trying; undefined when it can. */
  readonly memoryObjection: string | undefined
}

type Row = {
  readonly sharing: Sharing
  /** Why it cannot be used here; undefined when it can. */
  objection(facts: TransportFacts): string | undefined
}

/** Best first. The last one always works. */
export const transports = [
  {
    sharing: 'shared-texture',
    objection: () => 'this version imports no dma-bufs into the GPU',
  },
  {
    sharing: 'shared-memory',
    objection: (facts) =>
      facts.shell === 'chromium' ? 'a browser page cannot map memory' : facts.memoryObjection,
  },
  { sharing: 'stream', objection: () => undefined },
] as const satisfies readonly Row[]

/** The best transport that works, and why each better one does not. */
export function chooseTransport(facts: TransportFacts): SharingChoice {
  const reasons: string[] = []
  for (const row of transports) {
    const objection = row.objection(facts)
    if (objection === undefined) return { sharing: row.sharing, reason: reasons.join('; ') }
    reasons.push(`no ${row.sharing}: ${objection}`)
  }
  throw new Error('the last transport always works')
}
