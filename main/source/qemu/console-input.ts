// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../../core/assert-never.ts'
import type { Size } from '../../../core/geometry.ts'
import {
  type InputAccepts,
  type InputEvent,
  MAX_TOUCH,
  type PointerButton,
  type TouchPhase,
} from '../../../core/input.ts'
import { InputQueue } from '../../input/input-queue.ts'
import { log } from '../../log.ts'
import { BusError, type BusPeer } from './bus.ts'
import { consolePath, KEYBOARD, MOUSE, MULTI_TOUCH, readProperties } from './console.ts'
import type { WireValue } from './wire.ts'

/** Numbers of QEMU's InputButton (qapi/ui.json). */
const buttonNumbers: Readonly<Record<PointerButton, number>> = {
  left: 0,
  middle: 1,
  right: 2,
  'wheel-up': 3,
  'wheel-down': 4,
  side: 5,
  extra: 6,
  'wheel-left': 7,
  'wheel-right': 8,
}

/** Kinds of `MultiTouch.SendEvent`. QEMU (to 10.0) leaves a finger of the kind 3, Cancel, on the screen. */
const touchKinds: Readonly<Record<TouchPhase, number>> = { begin: 0, update: 1, end: 2, cancel: 2 }

/** Answers are awaited for as long as it takes: a VM that was stopped gives them when it goes on, ms. */
const PATIENCE_MS = 0x7fff_ffff

/** Keyboard and pointer of one console. */
export class ConsoleInput {
  readonly #bus: BusPeer
  readonly #path: string
  readonly #size: () => Size | undefined
  readonly #queue = new InputQueue((event) => this.#send(event))
  #isAbsolute = false
  #touch = 0

  private constructor(bus: BusPeer, path: string, size: () => Size | undefined) {
    this.#bus = bus
    this.#path = path
    this.#size = size
  }

  /**
   * @param size the picture's, which positions must be within
   * @param hasTouch a device of the guest takes fingers
   * @throws BusError
   */
  static async open(
    bus: BusPeer,
    console: number,
    size: () => Size | undefined,
    hasTouch = false,
  ): Promise<ConsoleInput> {
    const path = consolePath(console)
    const input = new ConsoleInput(bus, path, size)
    input.follow(await readProperties(bus, path, MOUSE))
    if (hasTouch) input.#touch = await touchSlots(bus, path)
    return input
  }

  get accepts(): InputAccepts {
    const pointer = this.#isAbsolute ? 'absolute' : 'relative'
    return { keyboard: true, pointer, ...(this.#touch > 0 && { touch: this.#touch }) }
  }

  /** Takes properties of the mouse in. True when what the guest takes changed. */
  follow(mouse: ReadonlyMap<string, WireValue>): boolean {
    const isAbsolute = mouse.get('IsAbsolute')
    if (typeof isAbsolute !== 'boolean' || isAbsolute === this.#isAbsolute) return false
    this.#isAbsolute = isAbsolute
    return true
  }

  send(events: readonly InputEvent[]): void {
    this.#queue.push(events)
  }

  /** The guest must not be left with keys that nobody can let go. */
  release(): void {
    this.#queue.release()
  }

  async #send(event: InputEvent): Promise<void> {
    switch (event.kind) {
      case 'key':
        await this.#call(KEYBOARD, event.down ? 'Press' : 'Release', 'u', [event.qnum])
        break
      case 'button': {
        const number = buttonNumbers[event.button]
        await this.#call(MOUSE, event.down ? 'Press' : 'Release', 'u', [number])
        break
      }
      case 'pointer':
        if (this.#isAbsolute) await this.#call(MOUSE, 'SetAbsPosition', 'uu', this.#inside(event))
        break
      case 'motion':
        if (!this.#isAbsolute) await this.#call(MOUSE, 'RelMotion', 'ii', [event.dx, event.dy])
        break
      case 'touch': {
        if (event.slot >= this.#touch) break
        const body = [touchKinds[event.phase], BigInt(event.slot), ...this.#inside(event)]
        await this.#call(MULTI_TOUCH, 'SendEvent', 'utdd', body)
        break
      }
      default:
        assertNever(event)
    }
  }

  /**
   * QEMU makes `position · 32767 / size` of a position, rounded down, of which a guest makes the pixel
   * before: all but the first are told one further. Positions at or beyond the size it refuses.
   */
  #inside({ x, y }: { readonly x: number; readonly y: number }): readonly number[] {
    const size = this.#size()
    const told = (value: number, side: number) => (value > 0 ? Math.min(value + 1, side - 1) : 0)
    return size ? [told(x, size.width), told(y, size.height)] : [x, y]
  }

  /** Resolves with the answer, whatever it is: the guest has no device of this kind, or its line broke. */
  async #call(
    owner: string,
    member: string,
    signature: string,
    body: readonly WireValue[],
  ): Promise<void> {
    const call = { path: this.#path, interface: owner, member, signature, body }
    try {
      await this.#bus.call(call, PATIENCE_MS)
    } catch (error) {
      if (!(error instanceof BusError)) throw error
      if (error.code !== 'closed') log.debug(`input: ${member}: ${error.message}`)
    }
  }
}

/** Fingers that a console tells apart; 0 where QEMU (before 8.1) takes none. */
async function touchSlots(bus: BusPeer, path: string): Promise<number> {
  try {
    const slots = (await readProperties(bus, path, MULTI_TOUCH)).get('MaxSlots')
    return typeof slots === 'number' ? Math.max(0, Math.min(slots, MAX_TOUCH)) : 0
  } catch (error) {
    // It does not know the interface.
    if (error instanceof BusError && error.code !== 'closed') return 0
    throw error
  }
}
