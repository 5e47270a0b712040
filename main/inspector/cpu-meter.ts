// SPDX-License-Identifier: GPL-2.0-or-later
import type { CpuFacts } from '../../core/inspection.ts'
import { type ProcessTimes, TICKS_PER_SECOND } from './process-tree.ts'

type Reading = { readonly atMs: number; readonly ticks: ReadonlyMap<number, number> }

/** Turns readings of Scanout's processes into their use of the processor. */
export class CpuMeter {
  readonly #root: number
  #last: Reading | undefined

  /** @param root main's process; the window's are below it */
  constructor(root: number) {
    this.#root = root
  }

  /**
   * Takes one reading. A process counts from the first one that has it to the last.
   *
   * @returns the shares since the reading before; null for the first and where nothing can be read
   */
  add(own: readonly ProcessTimes[], nowMs: number): CpuFacts | null {
    const before = this.#last
    this.#last = { atMs: nowMs, ticks: new Map(own.map(({ pid, ticks }) => [pid, ticks])) }
    const available = before && ((nowMs - before.atMs) / 1000) * TICKS_PER_SECOND
    if (!available || available <= 0 || own.length === 0) return null
    const used = ({ pid, ticks }: ProcessTimes) =>
      Math.max(0, ticks - (before.ticks.get(pid) ?? ticks))
    const share = (some: readonly ProcessTimes[]) =>
      some.reduce((sum, process) => sum + used(process), 0) / available
    return {
      main: share(own.filter(({ pid }) => pid === this.#root)),
      window: share(own.filter(({ pid }) => pid !== this.#root)),
      processes: own.length,
    }
  }
}
