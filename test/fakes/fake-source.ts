// SPDX-License-Identifier: GPL-2.0-or-later

import type { Failure } from '../../core/failure.ts'
import { noCapabilities } from '../../core/guest.ts'
import type { Capture, CapturedPlane, PlaneKind, PlaneStatus } from '../../core/plane.ts'
import { planeKinds } from '../../core/plane.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { SourceEvents, SourceHandle, SourceInfo } from '../../main/source/source.ts'
import type { OpenSource } from '../../main/source-opener.ts'
import type { Fd } from '../../native-shim/api.ts'

/** A source in main's own thread that shows what a test puts into it. */
export class FakeSource implements SourceHandle {
  info: SourceInfo = {
    address: 'fake:',
    name: 'Fake guest',
    access: 'memory',
    capabilities: noCapabilities,
  }
  planes: readonly CapturedPlane[]
  statuses: readonly PlaneStatus[] | undefined
  gone: Failure | undefined
  captures = 0
  isClosed = false
  /** Called before every answer. */
  onAsk: () => void = () => {}
  readonly #gone = new Set<(failure: Failure) => void>()

  constructor(planes: readonly CapturedPlane[] = []) {
    this.planes = planes
  }

  /** Opens itself, whatever the address says. */
  get open(): OpenSource {
    return async () => ok(this)
  }

  end(failure: Failure): void {
    this.gone = failure
    for (const listener of this.#gone) listener(failure)
  }

  on<N extends keyof SourceEvents>(
    name: N,
    listener: (...args: SourceEvents[N]) => void,
  ): () => void {
    const heard = listener as (failure: Failure) => void
    if (name === 'gone') this.#gone.add(heard)
    return () => this.#gone.delete(heard)
  }

  watch(): void {}
  refuseTexture(): void {}
  pace(): void {}

  needPixels(): void {}
  presented(): void {}
  resend(): void {}
  setVisible(): void {}
  input(): void {}
  request(): void {}
  shareFile(fd: Fd | undefined): void {
    fd?.[Symbol.dispose]()
  }

  recycle(): void {}

  async capture(only?: PlaneKind): Promise<Result<Capture, Failure>> {
    this.captures += 1
    this.#answer()
    if (this.gone) return fail(this.gone)
    const planes = this.planes.filter(({ plane }) => only === undefined || plane.kind === only)
    return ok({ planes, statuses: this.#statusesNow() })
  }

  async describe() {
    this.#answer()
    const statuses = this.#statusesNow()
    const surfaces = this.planes.map(({ plane, buffers }, at) => ({
      identity: `fake ${at}`,
      plane,
      bytes: buffers[0]?.length ?? 0,
    }))
    return { info: this.info, statuses, surfaces, refreshes: 3, frames: 2, queryErrors: 1 }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true
  }

  #answer(): void {
    if (this.isClosed) throw new Error('the source was asked after it was closed')
    this.onAsk()
  }

  #statusesNow(): readonly PlaneStatus[] {
    return (
      this.statuses ??
      planeKinds.map((kind): PlaneStatus => {
        const at = this.planes.findIndex(({ plane }) => plane.kind === kind)
        const shown = this.planes[at]
        return shown
          ? { kind, state: 'shown', plane: shown.plane, identity: `fake ${at}` }
          : { kind, state: 'absent' }
      })
    )
  }
}
