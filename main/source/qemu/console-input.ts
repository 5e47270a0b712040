// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../../core/assert-never.ts'
import type { Size } from '../../../core/geometry.ts'
import type { InputAccepts, InputEvent, PointerButton } from '../../../core/input.ts'
import type { BusPeer } from './bus.ts'
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

/** Keyboard and pointer of one console. */
export class ConsoleInput {
  readonly #bus: BusPeer
  readonly #path: string
  readonly #size: () => Size | undefined
  readonly #pressed = new Map<string, InputEvent>()
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
    for (const event of events) this.#send(event)
  }

  /** The guest must not be left with keys that nobody can let go. */
  release(): void {
    for (const event of [...this.#pressed.values()]) this.#send(event)
  }

  #send(event: InputEvent): void {
    switch (event.kind) {
      case 'key':
        this.#press(`key ${event.qnum}`, event, KEYBOARD, event.qnum)
        break
      case 'button':
        this.#press(`button ${event.button}`, event, MOUSE, buttonNumbers[event.button])
        break
      case 'pointer':
        if (this.#isAbsolute) this.#tell(MOUSE, 'SetAbsPosition', 'uu', this.#inside(event))
        break
      case 'motion':
        if (!this.#isAbsolute) this.#tell(MOUSE, 'RelMotion', 'ii', [event.dx, event.dy])
        break
      case 'touch':
        break
      default:
        assertNever(event)
    }
  }

  #press(
    name: string,
    event: Extract<InputEvent, { readonly down: boolean }>,
    owner: string,
    number: number,
  ): void {
    if (event.down) this.#pressed.set(name, { ...event, down: false })
    else this.#pressed.delete(name)
    this.#tell(owner, event.down ? 'Press' : 'Release', 'u', [number])
  }

  /** QEMU refuses positions at or beyond the size of the screen. */
  #inside({ x, y }: { readonly x: number; readonly y: number }): readonly number[] {
    const size = this.#size()
    const clamp = (value: number, side: number) => Math.max(0, Math.min(value, side - 1))
    return size ? [clamp(x, size.width), clamp(y, size.height)] : [x, y]
  }

  #tell(owner: string, member: string, signature: string, body: readonly number[]): void {
    if (this.#bus.isEnded) return
    this.#bus.tell({ path: this.#path, interface: owner, member, signature, body })
  }
}
