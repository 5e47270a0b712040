// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../../core/assert-never.ts'
import type { Size } from '../../../core/geometry.ts'
import type { InputAccepts, InputEvent, PointerButton } from '../../../core/input.ts'
import { InputQueue } from '../../input/input-queue.ts'
import { log } from '../../log.ts'
import { BusError, type BusPeer } from './bus.ts'
import { consolePath, KEYBOARD, MOUSE, readProperties } from './console.ts'
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

/** Answers are awaited for as long as it takes: a VM that was stopped gives them when it goes on, ms. */
const PATIENCE_MS = 0x7fff_ffff

/** Keyboard and pointer of one console. */
export class ConsoleInput {
  readonly #bus: BusPeer
  readonly #path: string
  readonly #size: () => Size | undefined
  readonly #queue = new InputQueue((event) => this.#send(event))
  #isAbsolute = false

  private constructor(bus: BusPeer, path: string, size: () => Size | undefined) {
    this.#bus = bus
    this.#path = path
    this.#size = size
  }

  /**
   * @param size the picture's, which positions must be within
   * @throws BusError
   */
  static async open(
    bus: BusPeer,
    console: number,
    size: () => Size | undefined,
  ): Promise<ConsoleInput> {
    const input = new ConsoleInput(bus, consolePath(console), size)
    input.follow(await readProperties(bus, consolePath(console), MOUSE))
    return input
  }

  get accepts(): InputAccepts {
    return { keyboard: true, pointer: this.#isAbsolute ? 'absolute' : 'relative' }
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
      case 'touch':
        break
      default:
        assertNever(event)
    }
  }

  /** QEMU refuses positions at or beyond the size of the screen. */
  #inside({ x, y }: { readonly x: number; readonly y: number }): readonly number[] {
    const size = this.#size()
    const clamp = (value: number, side: number) => Math.max(0, Math.min(value, side - 1))
    return size ? [clamp(x, size.width), clamp(y, size.height)] : [x, y]
  }

  /** Resolves with the answer, whatever it is: the guest has no device of this kind, or its line broke. */
  async #call(
    owner: string,
    member: string,
    signature: string,
    body: readonly number[],
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
