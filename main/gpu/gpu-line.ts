// SPDX-License-Identifier: GPL-2.0-or-later
import type { GpuDevice } from '../../core/gpu.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { NativeShim } from '../../native-shim/api.ts'
import { isNativeError } from '../source/native-failure.ts'
import { type GpuAnswer, GpuChild, type GpuRequest, type GpuTrouble } from './gpu-child.ts'
import { readDescription } from './gpu-wire.ts'

/** A device whose process ends more often than this within the time is given up. */
export const MAX_ENDS = 3
const FORGIVEN_MS = 60_000
/** Until a process has drawn once it gets so many times the patience: it loads a driver and compiles shaders. */
const COLD = 3

/** One device and the process that draws with it now. Requests wait for each other. */
export class GpuLine implements Disposable {
  /** A DRM device file; undefined: software. */
  readonly node: string | undefined
  readonly #shim: NativeShim
  readonly #program: string
  readonly #patienceMs: number
  #child: GpuChild | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #device: GpuDevice | undefined
  /** It is of no use, and why. */
  #given: GpuTrouble | undefined
  #ends: readonly number[] = []
  /** The process that draws now has drawn before: its shaders are there. */
  #isWarm = false
  #isDisposed = false

  constructor(shim: NativeShim, program: string, node: string | undefined, patienceMs: number) {
    this.#shim = shim
    this.#program = program
    this.node = node
    this.#patienceMs = patienceMs
  }

  /** As a person may know it, before it was asked. */
  get name(): string {
    return this.#device?.renderer ?? this.node ?? 'software'
  }

  /** What the device says of itself; a device that imports no dma-bufs is described as well. */
  device(): Promise<Result<GpuDevice, GpuTrouble>> {
    return this.#inTurn(async () => {
      if (this.#device) return ok(this.#device)
      const answer = await this.#ask({ operation: 'describe' })
      if (!answer.ok) return answer
      try {
        this.#device = readDescription(answer.value.payload, this.node)
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        const trouble = { kind: 'ended', why: error.message } as const
        this.#count(trouble)
        this.#letGo()
        return fail(trouble)
      }
      if (!this.#device.importsDmaBufs) this.#letGo()
      return ok(this.#device)
    })
  }

  ask(request: GpuRequest): Promise<Result<GpuAnswer, GpuTrouble>> {
    return this.#inTurn(() => this.#ask(request))
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#letGo()
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run)
    this.#turn = turn.catch(() => {})
    return turn
  }

  async #ask(request: GpuRequest): Promise<Result<GpuAnswer, GpuTrouble>> {
    if (this.#isDisposed) return fail({ kind: 'ended', why: 'it was let go' })
    if (this.#given) return fail(this.#given)
    try {
      this.#child ??= new GpuChild(this.#shim, this.#program, this.node)
    } catch (error) {
      if (!isNativeError(error)) throw error
      return fail({ kind: 'failed', why: `no process could be started (${error.code})` })
    }
    const patienceMs = this.#isWarm ? this.#patienceMs : this.#patienceMs * COLD
    const answer = await this.#child.ask(request, patienceMs)
    this.#isWarm ||= answer.ok && request.operation !== 'describe'
    if (answer.ok) return answer
    const { failure } = answer
    if (failure.kind === 'no-device') this.#given = failure
    if (failure.kind === 'ended') this.#count(failure)
    if (failure.kind === 'no-device' || failure.kind === 'ended') this.#letGo()
    return answer
  }

  #count({ why }: GpuTrouble): void {
    const now = performance.now()
    this.#ends = [...this.#ends.filter((at) => now - at < FORGIVEN_MS), now]
    if (this.#ends.length < MAX_ENDS) return
    this.#given = { kind: 'no-device', why: `${why}, ${MAX_ENDS} times within a minute` }
  }

  #letGo(): void {
    this.#child?.[Symbol.dispose]()
    this.#child = undefined
    this.#isWarm = false
  }
}
