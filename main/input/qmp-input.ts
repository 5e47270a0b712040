// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from '../../core/geometry.ts'
import { type InputAccepts, type InputEvent, noInput, sameInput } from '../../core/input.ts'
import { log } from '../log.ts'
import type { Clock } from '../source/poller.ts'
import type { Monitor } from '../vm/monitor-line.ts'
import { InputQueue } from './input-queue.ts'

/** Another way for input than the source itself. Disposing it waits until what was sent has arrived. */
export interface InputDevice extends AsyncDisposable {
  readonly accepts: InputAccepts
  /** Called after `accepts` changed; one listener. */
  onChange: () => void
  /** @param guest the picture's size, which positions are given in */
  send(events: readonly InputEvent[], guest: Size | undefined): void
}

/** What the guest's pointer is, is asked this often: until it is absolute, and while it moves. Ms. */
const ASK_MS = 2000
/** A monitor that answers no more is left after this time, ms. */
const LEAVE_MS = 1000
/** Largest value of an absolute axis (qapi/ui.json, InputMoveEvent). */
const AXIS = 0x7fff

/**
 * Input through QEMU's monitor (`input-send-event`), for sources that show a guest and cannot reach its
 * keyboard. Every event is a command of its own: QEMU merges a button's press and release in one.
 */
export class QmpInput implements InputDevice {
  onChange: () => void = () => {}
  readonly #monitor: Monitor
  readonly #clock: Clock
  readonly #unlisten: () => void
  #accepts: InputAccepts = noInput
  #askedAt = Number.NEGATIVE_INFINITY
  readonly #queue = new InputQueue((event) => this.#tell(event))
  readonly #waiting = new Set<Promise<unknown>>()
  #guest: Size | undefined
  #cancel: () => void = () => {}
  #isEnded = false

  /** The monitor stays its maker's; it may come and go. */
  constructor(monitor: Monitor, clock: Clock) {
    this.#monitor = monitor
    this.#clock = clock
    this.#unlisten = monitor.listen({
      onUp: () => this.#begin(),
      onDown: (hasEnded) => this.#lose(hasEnded),
    })
    if (monitor.isUp) this.#begin()
  }

  get accepts(): InputAccepts {
    return this.#accepts
  }

  send(events: readonly InputEvent[], guest: Size | undefined): void {
    if (this.#isEnded || !this.#monitor.isUp) return
    if (events.some(({ kind }) => kind === 'pointer' || kind === 'motion')) this.#ask()
    this.#guest = guest
    this.#queue.push(events)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnded = true
    this.#unlisten()
    this.#cancel()
    this.#queue.release()
    const late = Promise.withResolvers<void>()
    const cancel = this.#clock.after(LEAVE_MS, () => late.resolve())
    await Promise.race([Promise.all(this.#waiting), late.promise])
    cancel()
  }

  #begin(): void {
    this.#askedAt = Number.NEGATIVE_INFINITY
    this.#accept({ keyboard: true, pointer: 'relative' })
    this.#ask()
    // What was let go while the line was down, the guest still has.
    this.#queue.release()
  }

  #lose(hasEnded: boolean): void {
    if (hasEnded) log.warn('input: the monitor is gone')
    this.#cancel()
    this.#accept(noInput)
  }

  async #tell(event: InputEvent): Promise<void> {
    const events = qmpEvents(event, this.#guest)
    if (events.length > 0) await this.#execute('input-send-event', { events })
  }

  /** The pointer becomes absolute when a driver in the guest binds; no event tells of it. */
  #ask(): void {
    const now = this.#clock.now()
    if (now - this.#askedAt < ASK_MS) return
    this.#askedAt = now
    this.#cancel()
    void this.#execute('query-mice').then((answer) => {
      if (answer === undefined || this.#isEnded || !this.#monitor.isUp) return
      const pointer = currentMouse(answer)
      this.#accept({ keyboard: true, pointer })
      if (pointer !== 'absolute') this.#cancel = this.#clock.after(ASK_MS, () => this.#ask())
    })
  }

  /** Undefined when QEMU refused, or is gone. */
  async #execute(command: string, args?: object): Promise<unknown> {
    const answer = this.#monitor
      .execute(command, args)
      .catch((error: unknown) => this.#failed(error))
    this.#waiting.add(answer)
    const value = await answer
    this.#waiting.delete(answer)
    return value
  }

  /** Mostly that the guest has no device of this kind; its others still listen. */
  #failed(error: unknown): void {
    if (!(error instanceof Error)) throw error
    log.debug(`input: ${error.message}`)
  }

  #accept(accepts: InputAccepts): void {
    if (sameInput(accepts, this.#accepts)) return
    this.#accepts = accepts
    this.onChange()
  }
}

/** `absolute` or `relative` by the device that QEMU gives positions to; `none` without one. */
function currentMouse(answer: unknown): InputAccepts['pointer'] {
  const mice: readonly unknown[] = Array.isArray(answer) ? answer : []
  const current = mice.find((mouse) => fieldOf(mouse, 'current') === true)
  if (current === undefined) return 'none'
  return fieldOf(current, 'absolute') === true ? 'absolute' : 'relative'
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined
}

/** QEMU's `InputEvent`s of one of ours (qapi/ui.json); none for a position in a guest of no known size. */
export function qmpEvents(event: InputEvent, guest: Size | undefined): readonly object[] {
  switch (event.kind) {
    case 'key':
      return [
        { type: 'key', data: { down: event.down, key: { type: 'number', data: event.qnum } } },
      ]
    case 'button':
      return [{ type: 'btn', data: { down: event.down, button: event.button } }]
    case 'motion':
      return [
        { type: 'rel', data: { axis: 'x', value: event.dx } },
        { type: 'rel', data: { axis: 'y', value: event.dy } },
      ]
    // `input-send-event` takes fingers since QEMU 8.1 and only for a device that says so nowhere.
    case 'touch':
      return []
    case 'pointer':
      if (!guest) return []
      return [
        { type: 'abs', data: { axis: 'x', value: axisValue(event.x, guest.width) } },
        { type: 'abs', data: { axis: 'y', value: axisValue(event.y, guest.height) } },
      ]
  }
}

/** The middle of a pixel on QEMU's absolute axis: guests divide its 0x8000 values among their pixels. */
export function axisValue(pixel: number, size: number): number {
  return Math.min(AXIS, Math.floor(((Math.min(pixel, size - 1) + 0.5) * (AXIS + 1)) / size))
}
