// SPDX-License-Identifier: GPL-2.0-or-later
import type { CopySharing, Sharing } from '../../core/protocol.ts'
import type { SharingChoice, ShellKind } from '../shell/shell.ts'

/** What decides which transports can work for a window. */
export type TransportFacts = {
  readonly shell: ShellKind
  /** Why dma-bufs must not go into the window's GPU, found by trying; undefined when they may. */
  readonly textureObjection: string | undefined
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
    objection: (facts) =>
      facts.shell === 'chromium' ? 'a browser page imports no dma-bufs' : facts.textureObjection,
  },
  {
    sharing: 'shared-memory',
    objection: (facts) =>
      facts.shell === 'chromium' ? 'a browser page cannot map memory' : facts.memoryObjection,
  },
  { sharing: 'stream', objection: () => undefined },
] as const satisfies readonly Row[]

/** The best transport that works, the best that copies, and why each better one does not. */
export function chooseTransport(facts: TransportFacts): SharingChoice {
  const reasons: string[] = []
  let sharing: Sharing | undefined
  for (const row of transports) {
    const objection = row.objection(facts)
    if (objection !== undefined) {
      reasons.push(`no ${row.sharing}: ${objection}`)
      continue
    }
    sharing ??= row.sharing
    const copying: CopySharing | undefined =
      row.sharing === 'shared-texture' ? undefined : row.sharing
    if (copying) return { sharing, copying, reason: reasons.join('; ') }
  }
  throw new Error('the last transport always works')
}
