// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../../core/brand.ts'
import type { Failure } from '../../../core/failure.ts'
import type { InputAccepts, InputEvent, PointerButton } from '../../../core/input.ts'
import type { NativeShim } from '../../../native-shim/api.ts'
import type { Clock } from '../poller.ts'
import type { CachedSurface, ConsoleInfo, PlaneReading, Source, SourceInfo } from '../source.ts'
import { type BusHandlers, BusPeer } from './bus.ts'
import {
  CONSOLE,
  consolePath,
  KEYBOARD,
  MOUSE,
  PROPERTIES,
  propertyMap,
  readProperties,
} from './console.ts'
import { ConsolePlanes } from './listener.ts'
import { serveListener } from './listener-calls.ts'
import type { BusMessage } from './message.ts'

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

/** How long QEMU may take to say what a console shows, ms. */
const FIRST_PICTURE_MS = 1000

/** One console of a QEMU over its D-Bus display. Everything that comes from QEMU is hostile. */
export class QemuSource implements Source {
  readonly info: SourceInfo
  readonly #planes: ConsolePlanes
  readonly #console: ConsoleInfo
  readonly #owned: DisposableStack
  readonly #pressed = new Map<string, InputEvent>()
  readonly #known = Promise.withResolvers<void>()
  #bus: BusPeer | undefined
  #isAbsolute = false
  #refused = 0
  #gone: Failure | undefined
  #isDisposed = false
  #wake: () => void = () => {}

  private constructor(shim: NativeShim, clock: Clock, info: SourceInfo, console: ConsoleInfo) {
    using owned = new DisposableStack()
    this.info = info
    this.#console = console
    this.#planes = owned.use(
      new ConsolePlanes(shim, clock, () => {
        if (this.#planes.isKnown) this.#known.resolve()
        this.#wake()
      }),
    )
    this.#owned = owned.move()
  }

  /**
   * Registers a listener on a console. Takes the bus over, also when it fails.
   *
   * @throws BusError, SyntaxError, NativeError
   */
  static async open(
    shim: NativeShim,
    clock: Clock,
    info: SourceInfo,
    console: ConsoleInfo,
    openBus: (handlers: BusHandlers) => BusPeer,
  ): Promise<QemuSource> {
    using owned = new DisposableStack()
    const source = owned.use(new QemuSource(shim, clock, info, console))
    const bus = source.#owned.use(
      openBus({
        onSignal: (signal) => source.#signal(signal),
        onEnd: (why) => source.#end(why),
      }),
    )
    source.#bus = bus
    await source.#listen(shim, bus)
    const mouse = await readProperties(bus, consolePath(console.id), MOUSE)
    source.#isAbsolute = mouse.get('IsAbsolute') === true
    await source.fetch()
    owned.move()
    return source
  }

  get gone(): Failure | undefined {
    return this.#gone
  }

  /** Calls of QEMU that could not be served. */
  get queryErrors(): number {
    return this.#refused
  }

  get accepts(): InputAccepts {
    return { keyboard: true, pointer: this.#isAbsolute ? 'absolute' : 'relative' }
  }

  onWake(listener: () => void): void {
    this.#wake = listener
  }

  async fetch(): Promise<void> {
    if (this.#planes.isKnown || this.#gone || this.#isDisposed) return
    const timer = setTimeout(this.#known.resolve, FIRST_PICTURE_MS)
    await this.#known.promise
    clearTimeout(timer)
  }

  refresh(): readonly PlaneReading[] {
    if (this.#isDisposed) throw new Error('source was disposed')
    return this.#planes.readings()
  }

  surfaces(): readonly CachedSurface[] {
    return this.#planes.surfaces()
  }

  input(events: readonly InputEvent[]): void {
    for (const event of events) this.#send(event)
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return
    // The guest must not be left with keys that nobody can let go.
    for (const event of [...this.#pressed.values()]) this.#send(event)
    this.#isDisposed = true
    this.#known.resolve()
    this.#owned[Symbol.dispose]()
  }

  /** QEMU answers before it authenticates with us, and calls at once: we are ready before we ask. */
  async #listen(shim: NativeShim, bus: BusPeer): Promise<void> {
    const [ours, theirs] = shim.socketEnds()
    using _sent = theirs
    const opening = BusPeer.open(shim.adoptSocket(ours), {
      onCall: (call) => {
        const why = serveListener(call, this.#planes)
        if (why !== undefined) this.#refused += 1
      },
      onEnd: (why) => this.#end(why),
    })
    opening.then(
      (peer) => {
        if (this.#isDisposed) peer[Symbol.dispose]()
        else this.#owned.use(peer)
      },
      () => {},
    )
    await bus.call({
      path: consolePath(this.#console.id),
      interface: CONSOLE,
      member: 'RegisterListener',
      signature: 'h',
      body: [0],
      fds: [theirs],
    })
    await opening
  }

  #signal({ path, interface: owner, member, signature, body }: BusMessage): void {
    if (path !== consolePath(this.#console.id) || owner !== PROPERTIES) return
    if (member !== 'PropertiesChanged' || signature !== 'sa{sv}as' || body[0] !== MOUSE) return
    const isAbsolute = propertyMap(body[1]).get('IsAbsolute')
    if (typeof isAbsolute !== 'boolean' || isAbsolute === this.#isAbsolute) return
    this.#isAbsolute = isAbsolute
    this.#wake()
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
    const size = this.#planes.size
    const clamp = (value: number, side: number) => Math.max(0, Math.min(value, side - 1))
    return size ? [clamp(x, size.width), clamp(y, size.height)] : [x, y]
  }

  #tell(owner: string, member: string, signature: string, body: readonly number[]): void {
    const bus = this.#bus
    if (!bus || bus.isEnded || this.#isDisposed) return
    const path = consolePath(this.#console.id)
    bus.tell({ path, interface: owner, member, signature, body })
  }

  #end(why: string): void {
    if (this.#gone || this.#isDisposed) return
    this.#gone = {
      code: 'vm-gone',
      what: `${this.info.name} ended`,
      why: `its D-Bus display closed: ${why}`,
      remedy: 'Start the VM again and reopen the source',
    }
    this.#known.resolve()
    this.#wake()
  }
}
