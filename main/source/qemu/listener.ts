// SPDX-License-Identifier: GPL-2.0-or-later
import { checkPlane } from '../../../core/check-plane.ts'
import { fourccRow } from '../../../core/fourcc.ts'
import type { Point, Size } from '../../../core/geometry.ts'
import { LINEAR } from '../../../core/modifier.ts'
import type { PlaneClaim, PlaneKind, PlaneStatus } from '../../../core/plane.ts'
import type { Fd, NativeShim, RowRange } from '../../../native-shim/api.ts'
import { PlaneCache } from '../plane-cache.ts'
import type { Clock } from '../poller.ts'
import { type PushedPlane, readPushedPlane } from '../pushed-plane.ts'
import type { ReadBacks } from '../read-backs.ts'
import { everyRow, joinRows } from '../row-range.ts'
import type { CachedSurface, PlaneReading } from '../source.ts'
import { StallGuard } from '../stall-guard.ts'
import { bytesClaim, dmabufClaim, emptyClaim, planeClaim } from './claims.ts'
import type { CursorPlace } from './cursor-place.ts'
import type { DmabufScanout, ListenerTarget, UpdateRect } from './listener-calls.ts'
import { pixmanFourcc } from './pixman-format.ts'
import { OwnSurface, SharedSurface, type Surface, surfaceIdentity } from './surface.ts'

/** virtio-gpu and vfio say Disable whenever they let a buffer go: a picture that comes by then was meant, ms. */
export const DISABLE_MS = 250
/** QEMU's display waits for us: it is answered when the frame was read, and at the latest then, ms. */
export const LATCH_MS = 4

/** A new buffer is followed by what changed in it; when nothing comes, it is shown all the same, ms. */
const FOLLOW_MS = 2

/** What a plane shows: a surface, a status that needs none, or nothing that was ever said. */
type Told = Surface | Extract<PlaneStatus, { state: 'refused' }> | 'disabled' | 'absent'

/** The planes of one console as its calls describe them. Keeps up with QEMU whoever looks. */
export class ConsolePlanes implements ListenerTarget, Disposable {
  readonly #shim: NativeShim
  readonly #clock: Clock
  readonly #wake: () => void
  readonly #misfit: () => void
  readonly #cursorPlace: CursorPlace
  readonly #readBacks: ReadBacks | undefined
  readonly #stalls: StallGuard
  readonly #shared = new PlaneCache<SharedSurface>()
  readonly #own = new Map<PlaneKind, OwnSurface>()
  readonly #told = new Map<PlaneKind, Told>()
  readonly #changed = new Set<PlaneKind>()
  /** Rows of the primary plane that changed since it was read. */
  #touched: RowRange | undefined
  readonly #unanswered: (() => void)[] = []
  #pointer = { x: 0, y: 0, on: false }
  #cancelDisable: (() => void) | undefined
  #cancelLatch: (() => void) | undefined
  #cancelFollow: (() => void) | undefined
  #surfaces = 0
  #isDisposed = false

  /**
   * @param wake is called after anything changed
   * @param misfit is called when an update does not belong to what is shown: the whole is needed
   * @param readBacks reads what cannot be mapped; owned from here on
   */
  constructor(
    shim: NativeShim,
    clock: Clock,
    wake: () => void,
    misfit: () => void,
    cursorPlace: CursorPlace = 'corner',
    readBacks?: ReadBacks,
  ) {
    this.#readBacks = readBacks
    if (readBacks) {
      readBacks.onRead = () => {
        this.#answer()
        this.#wake()
      }
    }
    this.#misfit = misfit
    this.#cursorPlace = cursorPlace
    this.#shim = shim
    this.#clock = clock
    this.#wake = wake
    this.#stalls = new StallGuard(() => clock.now())
  }

  /** The picture came as bytes, whose size QEMU does not tell again when it sends only parts. */
  get isOwn(): boolean {
    return this.#told.get('primary') instanceof OwnSurface
  }

  /** True once QEMU said what the console shows. */
  get isKnown(): boolean {
    return this.#told.has('primary')
  }

  /** Of the picture, guest pixels; undefined while there is none. */
  get size(): Size | undefined {
    const told = this.#told.get('primary')
    return typeof told === 'object' && 'sizes' in told ? told.claim : undefined
  }

  /** All planes as they are now. Frames that QEMU waits for count as read when this tick is over, or a GPU read them. */
  readings(): readonly PlaneReading[] {
    const primary = this.#read('primary')
    const isRead = this.#unanswered.length > 0 && !primary.readBack
    if (isRead) setImmediate(() => this.#answer())
    return [primary, absent, this.#read('cursor')]
  }

  surfaces(): readonly CachedSurface[] {
    return [...this.#own.values(), ...this.#shared.values()].flatMap((surface) => {
      const { identity, claim, policy } = surface
      const sizes = surface.sizes()
      const checked = checkPlane(claim, sizes, policy)
      const bytes = sizes.reduce((sum, { size }) => sum + size, 0)
      return checked.ok ? [{ identity, plane: checked.value, bytes }] : []
    })
  }

  scanout(width: number, height: number, stride: number, format: number, data: Uint8Array): void {
    const fourcc = pixmanFourcc(format)
    this.#showBytes(bytesClaim('primary', fourcc, width, height, stride, data), data)
  }

  update(
    [x, y, width, height]: UpdateRect,
    stride: number,
    format: number,
    data: Uint8Array,
  ): void {
    const surface = this.#told.get('primary')
    if (!(surface instanceof OwnSurface)) throw new SyntaxError('no scanout came before')
    const { claim } = surface
    const bytes = fourccRow(claim.fourcc)?.bytes ?? 0
    const row = width * bytes
    const isInside =
      Math.min(x, y, width - 1, height - 1) >= 0 &&
      x + width <= claim.width &&
      y + height <= claim.height
    if (!isInside || pixmanFourcc(format) !== claim.fourcc) {
      this.#misfit()
      return
    }
    if (stride < row || (height - 1) * stride + row > data.length) {
      throw new SyntaxError('its bytes are too few')
    }
    const pitch = claim.memory[0]?.stride ?? 0
    const first = y * pitch + x * bytes
    surface.write(first, data, { rows: height, rowBytes: row, sourcePitch: stride, pitch })
    this.#note('primary', { ...rowsOf(y, height), left: x * bytes, right: x * bytes + row })
  }

  scanoutMap(
    fd: Fd,
    offset: number,
    width: number,
    height: number,
    stride: number,
    format: number,
  ): void {
    const claim = planeClaim('primary', pixmanFourcc(format), width, height)
    const size = stride * height
    this.#showShared([fd], () => ({ ...claim, memory: [{ buffer: 0, offset, stride, size }] }))
  }

  updateMap([x, y, width, height]: UpdateRect): void {
    const surface = this.#told.get('primary')
    if (!(surface instanceof SharedSurface)) throw new SyntaxError('no map')
    const { modifier, fourcc } = surface.claim
    const bytes = fourccRow(fourcc)?.bytes
    if (modifier !== LINEAR || bytes === undefined) this.#note('primary')
    else {
      const columns = { left: x * bytes, right: (x + width) * bytes }
      this.#note('primary', { ...rowsOf(y, height), ...columns })
    }
  }

  scanoutDmabuf(scanout: DmabufScanout): void {
    this.#showShared(scanout.fds, (sizes) => dmabufClaim(scanout, sizes))
  }

  updateDmabuf(done: () => void): void {
    this.#unanswered.push(done)
    this.#cancelLatch ??= this.#clock.after(LATCH_MS, () => this.#answer())
    this.#note('primary')
  }

  /** @param hotX negative: nobody knows the hotspot */
  cursorDefine(width: number, height: number, hotX: number, hotY: number, data: Uint8Array): void {
    const isKnown = hotX >= 0 && hotY >= 0
    const hotspot = isKnown ? { x: hotX, y: hotY } : undefined
    const claim = bytesClaim('cursor', 'AR24', width, height, width * 4, data)
    this.#showBytes({ ...claim, hotspot }, data)
  }

  mouseSet(x: number, y: number, on: boolean): void {
    this.#pointer = { x, y, on }
    this.#wake()
  }

  disable(): void {
    this.#cancelDisable?.()
    this.#cancelDisable = this.#clock.after(DISABLE_MS, () => {
      this.#tell('primary', 'disabled')
      this.#wake()
    })
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#cancelDisable?.()
    this.#cancelFollow?.()
    this.#answer()
    this.#readBacks?.[Symbol.dispose]()
    this.#shared[Symbol.dispose]()
    for (const surface of this.#own.values()) surface[Symbol.dispose]()
    this.#own.clear()
    this.#told.clear()
  }

  #answer(): void {
    this.#cancelLatch?.()
    this.#cancelLatch = undefined
    for (const done of this.#unanswered.splice(0)) done()
  }

  /** New pixels: the display is on. */
  #note(kind: PlaneKind, rows = everyRow): void {
    this.#mark(kind, rows)
    this.#cancelFollow?.()
    this.#cancelFollow = undefined
    this.#wake()
  }

  #mark(kind: PlaneKind, rows: RowRange): void {
    this.#changed.add(kind)
    if (kind !== 'primary') return
    this.#touched = joinRows(this.#touched, rows)
    this.#cancelDisable?.()
    this.#cancelDisable = undefined
  }

  #tell(kind: PlaneKind, told: Told): void {
    this.#told.set(kind, told)
    if (told instanceof OwnSurface) return
    const own = this.#own.get(kind)
    this.#own.delete(kind)
    own?.[Symbol.dispose]()
  }

  #showBytes(claim: PlaneClaim, data: Uint8Array): void {
    const kind = claim.kind === 'cursor' ? 'cursor' : 'primary'
    const checked = checkPlane(claim, [{ size: data.length }])
    if (!checked.ok) {
      this.#tell(kind, { kind, state: 'refused', verdict: checked.failure, claim })
    } else {
      const [memory] = claim.memory
      const size = memory?.size ?? 0
      let surface = this.#own.get(kind)
      if (surface?.size !== size) {
        this.#surfaces += 1
        const former = surface
        surface = new OwnSurface(this.#shim, `bytes:${this.#surfaces}`, claim, size)
        this.#own.set(kind, surface)
        former?.[Symbol.dispose]()
      }
      surface.claim = claim
      surface.write(0, data.subarray(0, size))
      this.#tell(kind, surface)
    }
    if (kind === 'primary') this.#shared.show(kind, undefined)
    this.#note(kind)
  }

  /** Takes the descriptors over; those of a known buffer are closed again. */
  #showShared(
    fds: readonly Fd[],
    describe: (sizes: readonly { readonly size: number }[]) => PlaneClaim,
  ): void {
    const key = surfaceIdentity(fds)
    let surface = this.#shared.get('primary', key)
    if (surface) for (const fd of fds) fd[Symbol.dispose]()
    else {
      surface = new SharedSurface(this.#shim, emptyClaim, fds)
      this.#shared.add('primary', key, surface)
    }
    surface.claim = describe(surface.sizes())
    this.#shared.show('primary', key)
    this.#tell('primary', surface)
    this.#mark('primary', everyRow)
    this.#cancelFollow ??= this.#clock.after(FOLLOW_MS, () => {
      this.#cancelFollow = undefined
      this.#wake()
    })
  }

  #read(kind: PlaneKind): PlaneReading {
    const told = this.#told.get(kind) ?? 'absent'
    const isFresh = this.#changed.delete(kind)
    const isHidden = kind === 'cursor' && !this.#pointer.on && told !== 'absent'
    if (typeof told === 'string' || isHidden) {
      if (isFresh && isHidden) this.#changed.add(kind)
      const state = isHidden || told === 'disabled' ? 'disabled' : 'absent'
      return this.#stalls.passed(kind, { status: { kind, state }, mayHaveChanged: false })
    }
    if ('state' in told) return { status: told, mayHaveChanged: false }
    return this.#readSurface(kind, told, isFresh)
  }

  #readSurface(kind: PlaneKind, surface: Surface, isFresh: boolean): PlaneReading {
    const claim =
      kind === 'cursor' ? { ...surface.claim, ...this.#corner(surface.claim) } : surface.claim
    const pushed: PushedPlane = {
      kind,
      claim,
      checked: checkPlane(claim, surface.sizes(), surface.policy),
      identity: surface.identity,
      isFresh,
      memory: (plane) => surface.memory(plane),
      dmabufs: surface.dmabufs,
      readBacks: this.#readBacks,
    }
    const reading = readPushedPlane(pushed, this.#stalls, this.#changed)
    if (kind !== 'primary' || !this.#touched || this.#changed.has(kind)) return reading
    const changedRows = this.#touched
    this.#touched = undefined
    return { ...reading, changedRows }
  }

  /** Top left of the cursor's image. */
  #corner({ hotspot }: PlaneClaim): Point {
    const { x, y } = this.#pointer
    if (this.#cursorPlace === 'corner' || !hotspot) return { x, y }
    return { x: x - hotspot.x, y: y - hotspot.y }
  }
}

const rowsOf = (y: number, height: number) => ({ first: y, end: y + height })

const absent: PlaneReading = {
  status: { kind: 'overlay', state: 'absent' },
  mayHaveChanged: false,
}
