// SPDX-License-Identifier: GPL-2.0-or-later
import type { InspectFacts, StatsFacts } from '../../core/inspection.ts'
import { cpuEngine } from '../capture/engine.ts'
import type { Clock } from '../source/poller.ts'
import type { SourceDescription, SourceEvents, SourceHandle } from '../source/source.ts'
import { CpuMeter } from './cpu-meter.ts'
import { FrameTimes } from './frame-times.ts'
import { ProcessReader, type ProcessTimes } from './process-tree.ts'
import { Repeated } from './repeated.ts'

/** How often the source is asked while the inspector is open, ms. */
export const INSPECT_MS = 500
/** How often the statistics are told while they are shown, ms. */
export const STATS_MS = 1000

/** What an {@link Inspection} stands on. */
export type InspectionParts = {
  readonly clock: Clock
  /** Wall time, as `FrameMessage.readAtMs` has it. */
  nowMs(): number
  /** Main's process and those below it. */
  processes(): Promise<readonly ProcessTimes[]>
  engine(): InspectFacts['engine']
  tellSource(facts: InspectFacts | null): void
  tellStats(facts: StatsFacts): void
}

/** How a running program measures. */
export function hostMeasures(): Pick<InspectionParts, 'nowMs' | 'processes' | 'engine'> {
  const processes = new ProcessReader(process.pid)
  return {
    nowMs: () => performance.timeOrigin + performance.now(),
    processes: () => processes.read(),
    engine: screenshotEngine,
  }
}

type Measuring = { readonly times: FrameTimes; readonly telling: Repeated }

/**
 * What the inspector and the statistics of one window hear of main. Without either it listens to
 * nothing, measures nothing and holds no timer.
 */
export class Inspection implements Disposable {
  readonly #parts: InspectionParts
  #handle: SourceHandle | undefined
  #inspecting: Repeated | undefined
  #measuring: Measuring | undefined
  /** Ends the listening to the open source's frames. */
  #deafen: (() => void) | undefined

  constructor(parts: InspectionParts) {
    this.#parts = parts
  }

  /** There is a source, or none any more. */
  follow(handle: SourceHandle | undefined): void {
    this.#handle = handle
    this.#listen()
    if (!this.#inspecting) return
    this.inspect(false)
    this.inspect(true)
  }

  /** A page begins: it has not asked for anything yet. */
  reset(): void {
    this.inspect(false)
    this.measure(false)
  }

  /** Tells about the source from now on, or no more. */
  inspect(isWanted: boolean): void {
    if (isWanted === (this.#inspecting !== undefined)) return
    this.#inspecting?.[Symbol.dispose]()
    const ask = (counts: () => boolean) => this.#tellSource(counts)
    this.#inspecting = isWanted ? new Repeated(this.#parts.clock, INSPECT_MS, ask) : undefined
  }

  /** Tells the statistics from now on, or no more. */
  measure(isWanted: boolean): void {
    if (isWanted === (this.#measuring !== undefined)) return
    this.#measuring?.telling[Symbol.dispose]()
    this.#measuring = isWanted ? this.#startMeasuring() : undefined
    this.#listen()
  }

  /** The page drew a frame. */
  presented(seq: number): void {
    this.#measuring?.times.presented(seq, this.#parts.nowMs())
  }

  [Symbol.dispose](): void {
    this.follow(undefined)
    this.reset()
  }

  #listen(): void {
    this.#deafen?.()
    const times = this.#measuring?.times
    const came = (...[frame, payload, filed]: SourceEvents['frame']) => {
      const bytes = filed?.length ?? payload.byteLength
      times?.came(frame.seq, frame.readAtMs, this.#parts.nowMs(), bytes)
    }
    this.#deafen = times && this.#handle?.on('frame', came)
  }

  async #tellSource(counts: () => boolean): Promise<void> {
    const description = await this.#handle?.describe()
    if (counts()) this.#parts.tellSource(description ? this.#factsOf(description) : null)
  }

  #startMeasuring(): Measuring {
    const { clock, processes, tellStats } = this.#parts
    const times = new FrameTimes()
    const cpu = new CpuMeter(process.pid)
    let fromMs: number | undefined
    const telling = new Repeated(clock, STATS_MS, async (counts) => {
      const all = await processes()
      const nowMs = clock.now()
      const shares = cpu.add(all, nowMs)
      // The first reading is what the next is compared with.
      if (fromMs !== undefined && counts()) {
        tellStats({ spanMs: nowMs - fromMs, ...times.take(), cpu: shares })
      }
      fromMs = nowMs
    })
    return { times, telling }
  }

  #factsOf(description: SourceDescription): InspectFacts {
    const { info, statuses, surfaces, refreshes, frames, queryErrors } = description
    const buffers = surfaces.map(({ identity, bytes, plane }) => {
      const { kind, fourcc, modifier, width, height } = plane
      return { identity, kind, fourcc, modifier, width, height, bytes }
    })
    const engine = this.#parts.engine()
    return { access: info.access, statuses, buffers, refreshes, frames, queryErrors, engine }
  }
}

/** The engine that `auto` means on this host. */
function screenshotEngine(): InspectFacts['engine'] {
  const native = cpuEngine('native')
  return native.ok
    ? { name: native.value.name, reason: '' }
    : { name: 'reference', reason: `no native engine: ${native.failure.why}` }
}
