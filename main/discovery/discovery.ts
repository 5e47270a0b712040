// SPDX-License-Identifier: GPL-2.0-or-later
import type { Found } from '../../core/launcher-protocol.ts'
import { providers as allProviders, merge } from './discover.ts'
import { type HostRoots, hostRoots } from './host-roots.ts'
import { findProcesses, type HostProcess } from './processes.ts'
import type { Environment, Provider, Sighting } from './provider.ts'

/** Time between two looks while somebody sees the list, ms. */
export const LOOK_MS = 1000

export type DiscoveryParts = {
  readonly env: Environment
  readonly roots?: HostRoots
  readonly providers?: readonly Provider[]
  /** Reads the processes of the host; {@link findProcesses} without. */
  readonly processes?: typeof findProcesses
}

/** What can be shown on this host: looked for once, or again and again while somebody sees it. */
export class Discovery implements Disposable {
  readonly #env: Environment
  readonly #roots: HostRoots
  readonly #providers: readonly Provider[]
  readonly #processes: typeof findProcesses
  readonly #seen = new Map<
    Provider,
    { readonly atMs: number; readonly rows: readonly Sighting[] }
  >()
  #found: readonly Found[] = []
  #text = ''
  #timer: NodeJS.Timeout | undefined
  #isWatching = false
  #looking: Promise<readonly Found[]> | undefined
  /** Told when the list is another one than before. */
  onChange: (found: readonly Found[]) => void = () => {}

  constructor(parts: DiscoveryParts) {
    const { env, roots = hostRoots, providers = allProviders, processes = findProcesses } = parts
    this.#env = env
    this.#roots = roots
    this.#providers = providers
    this.#processes = processes
  }

  /** The last list; empty before the first look. */
  get found(): readonly Found[] {
    return this.#found
  }

  /** Looks at all of the host now, after a look that is under way and may have seen what is no more. */
  async look(): Promise<readonly Found[]> {
    await this.#looking
    this.#seen.clear()
    return this.#look()
  }

  /** Looks every {@link LOOK_MS} from now on, or stops that. */
  watch(isWatched: boolean): void {
    if (isWatched === this.#isWatching) return
    this.#isWatching = isWatched
    clearTimeout(this.#timer)
    if (isWatched) void this.#again()
  }

  [Symbol.dispose](): void {
    this.watch(false)
    this.onChange = () => {}
  }

  async #again(): Promise<void> {
    await this.#look()
    // Two who waited for one look make one timer.
    clearTimeout(this.#timer)
    if (this.#isWatching) this.#timer = setTimeout(() => void this.#again(), LOOK_MS)
  }

  /** Two looks at once would be one too many. */
  #look(): Promise<readonly Found[]> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookOnce(): Promise<readonly Found[]> {
    const nowMs = performance.now()
    const processes = await this.#processes(this.#roots)
    await Promise.all(this.#providers.map((provider) => this.#ask(provider, processes, nowMs)))
    const found = merge(this.#providers.flatMap((one) => this.#seen.get(one)?.rows ?? []))
    const text = JSON.stringify(found)
    this.#found = found
    if (text !== this.#text) {
      this.#text = text
      this.onChange(found)
    }
    return found
  }

  async #ask(provider: Provider, processes: readonly HostProcess[], nowMs: number): Promise<void> {
    const last = this.#seen.get(provider)
    // Half a look early is in time: the next one would be late.
    if (last && nowMs - last.atMs < provider.everyMs - LOOK_MS / 2) return
    const rows = await provider.find({ roots: this.#roots, env: this.#env, processes })
    this.#seen.set(provider, { atMs: nowMs, rows })
  }
}
