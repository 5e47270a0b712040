// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import type { ConsoleInfo } from '../../../core/guest.ts'
import type { GuestNews, GuestRequest } from '../../../core/guest-channel.ts'
import { type InputAccepts, type InputEvent, noInput } from '../../../core/input.ts'
import type { NativeShim, ProcessWatch } from '../../../native-shim/api.ts'
import type { Clock } from '../poller.ts'
import { ReadBacks } from '../read-backs.ts'
import type { CachedSurface, PlaneReading, Source, SourceInfo } from '../source.ts'
import { BusConnection, type BusHandlers, type BusPeer } from './bus.ts'
import { CONSOLE, consolePath, MOUSE, PROPERTIES, propertyMap } from './console.ts'
import { ConsoleInput } from './console-input.ts'
import type { CursorPlace } from './cursor-place.ts'
import type { DisplayLine } from './display-line.ts'
import { ConsolePlanes } from './listener.ts'
import { servedListener } from './listener-calls.ts'
import type { BusMessage } from './message.ts'
import { type ConsolePart, openParts } from './parts.ts'
import { hasTouchDevice } from './touch-device.ts'

/** Listening anew gathers whatever else does not fit by then, ms. */
const START_OVER_MS = 50
/** QEMU notices within this time that a listener went away, and both lines of a QEMU that ends break, ms. */
const LOST_MS = 50
/** A console that is closed more often than this within the time is given up. */
const MAX_LOSSES = 5
const FORGIVEN_MS = 3000
/** A picture of the new size is on its way for so long, ms. */
const RESIZE_MS = 100

/** When the line broke and the process is still there after this time, QEMU hung up on us, ms. */
const LAST_WORD_MS = 300

/** How long QEMU may take to say what a console shows, ms. */
const FIRST_PICTURE_MS = 1000

/** What the end of the line means: QEMU ended when its process did, or when that cannot be told. */
type LineEnd = Pick<DisplayLine, 'hungUp'> & { readonly process: ProcessWatch | undefined }

/** One console of a QEMU over its D-Bus display. Everything that comes from QEMU is hostile. */
export class QemuSource implements Source {
  readonly pushes = true
  readonly #info: SourceInfo
  readonly #shim: NativeShim
  readonly #clock: Clock
  readonly #planes: ConsolePlanes
  readonly #console: ConsoleInfo
  readonly #owned: DisposableStack
  readonly #lineEnd: LineEnd
  readonly #known = Promise.withResolvers<void>()
  #bus: BusPeer | undefined
  #listener: BusPeer | undefined
  #listening = 0
  #losses: readonly number[] = []
  #cancelStartOver: (() => void) | undefined
  #input: ConsoleInput | undefined
  #parts: readonly ConsolePart[] = []
  #tellNews: (news: GuestNews) => void = () => {}
  #refused = 0
  #gone: Failure | undefined
  #isEnding = false
  #isDisposed = false
  #wake: () => void = () => {}

  private constructor(
    shim: NativeShim,
    clock: Clock,
    info: SourceInfo,
    console: ConsoleInfo,
    end: LineEnd,
    cursor: CursorPlace,
  ) {
    using owned = new DisposableStack()
    this.#lineEnd = end
    if (end.process) owned.use(end.process)
    this.#info = info
    this.#console = console
    this.#shim = shim
    this.#clock = clock
    const wake = () => {
      if (this.#planes.isKnown) this.#known.resolve()
      this.#wake()
    }
    const misfit = () => this.#startOver()
    this.#planes = owned.use(
      new ConsolePlanes(shim, clock, wake, misfit, cursor, new ReadBacks(shim)),
    )
    this.#owned = owned.move()
  }

  /**
   * Registers a listener on a console. Takes the watch of QEMU's process and the bus over, also when it fails.
   *
   * @throws BusError, SyntaxError, NativeError
   */
  static async open(
    shim: NativeShim,
    clock: Clock,
    info: SourceInfo,
    console: ConsoleInfo,
    end: LineEnd,
    cursor: CursorPlace,
    openBus: (handlers: BusHandlers) => BusPeer,
  ): Promise<QemuSource> {
    using owned = new DisposableStack()
    const source = owned.use(new QemuSource(shim, clock, info, console, end, cursor))
    const bus = source.#owned.use(
      openBus({
        onCall: (call) => {
          if (source.#parts.some((part) => part.call?.(call))) return
          call.refuse('org.freedesktop.DBus.Error.UnknownObject', `no object ${call.message.path}`)
        },
        onSignal: (signal) => source.#signal(signal),
        onEnd: (why) => source.#end(why),
      }),
    )
    source.#bus = bus
    await source.#listen(bus)
    const hasTouch = hasTouchDevice(end.process?.pid)
    const size = () => source.#planes.size
    source.#input = await ConsoleInput.open(bus, console.id, size, hasTouch)
    const news = (one: GuestNews) => source.#tellNews(one)
    source.#parts = await openParts({ bus, console: console.id, shim, clock, news })
    for (const part of source.#parts) source.#owned.use(part)
    await source.fetch()
    owned.move()
    return source
  }

  /** Complete once the source is open: the parts say what this QEMU can do. */
  get info(): SourceInfo {
    const offers = this.#parts.map((part) => part.offers)
    const capabilities = Object.assign({}, this.#info.capabilities, ...offers)
    return { ...this.#info, capabilities }
  }

  get gone(): Failure | undefined {
    return this.#gone
  }

  /** Calls of QEMU that could not be served. */
  get queryErrors(): number {
    return this.#refused
  }

  get accepts(): InputAccepts {
    return this.#input?.accepts ?? noInput
  }

  onWake(listener: () => void): void {
    this.#wake = listener
  }

  async fetch(): Promise<void> {
    if (this.#planes.isKnown || this.#isEnding || this.#isDisposed) return
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
    this.#input?.send(events)
  }

  request(request: GuestRequest): void {
    for (const part of this.#parts) part.request(request)
  }

  onNews(listener: (news: GuestNews) => void): void {
    this.#tellNews = listener
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return
    this.#input?.release()
    this.#isDisposed = true
    this.#cancelStartOver?.()
    this.#listener?.[Symbol.dispose]()
    this.#known.resolve()
    this.#owned[Symbol.dispose]()
  }

  /**
   * Has the whole picture sent again by listening anew, soon: a surface that changed its size in text
   * mode comes as rows alone, and QEMU's first listener is not told its size.
   */
  #startOver(): void {
    this.#cancelStartOver ??= this.#clock.after(START_OVER_MS, () => {
      // QEMU keeps one listener of a client, and forgets the new one when it notices the old one's end.
      this.#listening += 1
      this.#listener?.[Symbol.dispose]()
      this.#cancelStartOver = this.#clock.after(LOST_MS, () => this.#listenAgain())
    })
  }

  #listenAgain(): void {
    this.#cancelStartOver = undefined
    const bus = this.#bus
    if (!bus || bus.isEnded || this.#isDisposed) return
    this.#listen(bus).catch((error: unknown) => {
      if (!(error instanceof Error)) throw error
      this.#lostListener()
    })
  }

  /** QEMU answers before it authenticates with us, and calls at once: we are ready before we ask. */
  async #listen(bus: BusPeer): Promise<void> {
    const [ours, theirs] = this.#shim.socketEnds()
    using _sent = theirs
    this.#listening += 1
    const turn = this.#listening
    const line = this.#shim.adoptSocket(ours)
    const opening = BusConnection.open(line, {
      onCall: (call) => {
        const why = servedListener.serve(call, this.#planes)
        if (why !== undefined) this.#refused += 1
      },
      // QEMU lets go of a listener when the same client registers another.
      onEnd: () => {
        if (turn === this.#listening) this.#lostListener()
      },
    })
    const listening = opening.then((peer) => {
      this.#listener?.[Symbol.dispose]()
      this.#listener = peer
      if (this.#isDisposed) peer[Symbol.dispose]()
    })
    const registered = bus.call({
      path: consolePath(this.#console.id),
      interface: CONSOLE,
      member: 'RegisterListener',
      signature: 'h',
      body: [0],
      fds: [theirs],
    })
    try {
      await Promise.all([registered, listening])
    } catch (error) {
      line[Symbol.dispose]()
      throw error
    }
  }

  /** When QEMU ends, the other line breaks as well and tells more. */
  #lostListener(): void {
    // No timer forgets them: it would keep the thread of a source that ended.
    const now = this.#clock.now()
    this.#losses = [...this.#losses.filter((at) => now - at < FORGIVEN_MS), now]
    if (this.#losses.length > MAX_LOSSES) this.#end('QEMU closes this console again and again')
    else this.#cancelStartOver ??= this.#clock.after(LOST_MS, () => this.#listenAgain())
  }

  /** The console's size is another than that of the picture: when nothing comes, ask for it. */
  #resized(width: unknown, height: unknown): void {
    this.#clock.after(RESIZE_MS, () => {
      const { size, isOwn } = this.#planes
      if (!size || !isOwn || this.#isDisposed) return
      if ((width ?? size.width) !== size.width || (height ?? size.height) !== size.height) {
        this.#startOver()
      }
    })
  }

  #signal({ path, interface: owner, member, signature, body }: BusMessage): void {
    if (path !== consolePath(this.#console.id) || owner !== PROPERTIES) return
    if (member !== 'PropertiesChanged' || signature !== 'sa{sv}as') return
    const changed = propertyMap(body[1])
    if (body[0] === CONSOLE) this.#resized(changed.get('Width'), changed.get('Height'))
    if (body[0] === MOUSE && this.#input?.follow(changed)) this.#wake()
  }

  #end(why: string): void {
    if (this.#isEnding || this.#isDisposed) return
    this.#isEnding = true
    const { process, hungUp } = this.#lineEnd
    const tell = (hasEnded: boolean) => {
      if (this.#gone || this.#isDisposed) return
      this.#gone = (hasEnded ? endedVm : hungUp)(this.info.name, why)
      this.#known.resolve()
      this.#wake()
    }
    if (!process) {
      tell(true)
      return
    }
    const cancel = this.#clock.after(LAST_WORD_MS, () => tell(false))
    void process.ended.then((hasEnded) => {
      if (!hasEnded) return
      cancel()
      tell(true)
    })
  }
}

function endedVm(name: string, why: string): Failure {
  return {
    code: 'vm-gone',
    what: `the VM ${name} ended`,
    why: `its QEMU is gone (${why})`,
    remedy: 'Start the VM again and reopen the source',
  }
}
