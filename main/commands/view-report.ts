// SPDX-License-Identifier: GPL-2.0-or-later
import type { FrameFigures } from '../frame-statistics.ts'
import type { Session } from '../session.ts'
import type { Address } from '../source/source.ts'

/** What `--stats` writes. */
export type SessionReport = FrameFigures & {
  readonly address: string
  readonly shell: string | null
  readonly transport: string | null
  readonly transportReason: string | null
  /** What draws in the page, with the GL renderer's name; null when the page did not say. */
  readonly presenter: string | null
  /** From the start of the session to its end, s. */
  readonly seconds: number
  /** User and system time of this process with its workers, s; the window's processes are not in it. */
  readonly cpuSeconds: number
}

export function sessionReport(session: Session, address: Address, seconds: number): SessionReport {
  const { user, system } = process.cpuUsage()
  return {
    address: address.text,
    shell: session.window?.kind ?? null,
    transport: session.window?.sharing.sharing ?? null,
    transportReason: session.window?.sharing.reason ?? null,
    presenter: session.presenter ?? null,
    seconds: Math.round(seconds * 1000) / 1000,
    cpuSeconds: Math.round((user + system) / 1000) / 1000,
    ...session.statistics.figures(),
  }
}
