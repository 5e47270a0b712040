// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { VmAction, VmState } from '../../core/guest.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { log } from '../log.ts'
import { isNativeError } from '../source/native-failure.ts'
import { QmpError, type QmpEvent } from '../source/qemu/qmp.ts'
import type { MonitorLine } from './monitor-line.ts'
import type { VmControl } from './vm-control.ts'
import { afterEvent, byStatus } from './vm-events.ts'

/** A VM through QEMU's monitor. */
export class QemuControl implements VmControl {
  onChange: () => void = () => {}
  readonly #line: MonitorLine
  readonly #unlisten: () => void
  #state: VmState | null = null
  /** Undefined, or whether something happened since the question that is under way. */
  #asking: { stale: boolean } | undefined
  /** A VM that ended starts again with its reset, which leaves it paused. */
  #isRevived = false

  /** A line that gives way is taken over; another stays its maker's. */
  constructor(line: MonitorLine) {
    this.#line = line
    this.#unlisten = line.listen({
      onUp: () => this.#ask(),
      onEvent: (event) => this.#hear(event),
      onDown: (hasEnded) => {
        if (hasEnded) this.forget()
      },
    })
    if (line.isUp) this.#ask()
  }

  get state(): VmState | null {
    return this.#state
  }

  follow(): void {
    void this.#line.follow()
  }

  release(): void {
    if (this.#line.givesWay) this.#line.leave()
  }

  forget(): void {
    this.release()
    if (this.#state) this.#change(null)
  }

  async act(action: VmAction): Promise<Result<void, Failure>> {
    const run = this.#state?.run
    const reached = await this.#line.follow()
    if (!reached.ok) return reached
    this.#isRevived = action === 'reset' && (run === 'shut-down' || run === 'panicked')
    const command = action === 'resume' && run === 'suspended' ? 'system_wakeup' : commands[action]
    try {
      await this.#line.execute(command)
    } catch (error) {
      if (!(error instanceof QmpError) && !isNativeError(error)) throw error
      const why = `QEMU answered: ${error.message}`
      return fail({
        code: 'not-done',
        what: `cannot ${command}`,
        why,
        remedy: 'See what the VM does',
      })
    }
    this.#ask()
    return ok(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unlisten()
    if (this.#line.givesWay) await this.#line[Symbol.asyncDispose]()
  }

  #hear(event: QmpEvent): void {
    const next = afterEvent(this.#state, event)
    if (!next) return
    this.#change(next)
    if (event.name === 'RESET' && this.#isRevived) {
      this.#isRevived = false
      this.#line.execute('cont').catch((error: unknown) => this.#failed(error))
    }
    this.#ask()
  }

  /** An event tells quickly, `query-status` what is true: STOP has many causes. */
  #ask(): void {
    if (this.#asking) {
      this.#asking.stale = true
      return
    }
    const asking = { stale: false }
    this.#asking = asking
    this.#line
      .execute('query-status')
      .then((answer) => {
        const next = asking.stale ? undefined : byStatus(this.#state, answer)
        const isNews = next?.run !== this.#state?.run || next?.note !== this.#state?.note
        if (next && isNews) this.#change(next)
      })
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#asking = undefined
        if (asking.stale && this.#line.isUp) this.#ask()
      })
  }

  #failed(error: unknown): void {
    if (!(error instanceof QmpError) && !isNativeError(error)) throw error
    log.debug(`monitor: ${error.message}`)
  }

  #change(state: VmState | null): void {
    this.#state = state
    this.onChange()
  }
}

const commands: Readonly<Record<VmAction, string>> = {
  pause: 'stop',
  resume: 'cont',
  reset: 'system_reset',
  'power-button': 'system_powerdown',
}
