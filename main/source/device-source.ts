// SPDX-License-Identifier: GPL-2.0-or-later
import { checkPlane } from '../../core/check-plane.ts'
import type { Failure } from '../../core/failure.ts'
import { type PlaneClaim, type PlaneKind, planeKinds } from '../../core/plane.ts'
import { MAX_PLANE_BYTES } from '../../core/plane-layout.ts'
import type { Fd, Mapping, PlaneTransport, RawPlane } from '../../native-shim/api.ts'
import { HeldBuffer, unmappable } from './held-buffer.ts'
import { isNativeError, nativeFailure } from './native-failure.ts'
import { PlaneCache } from './plane-cache.ts'
import type { PlaneDevice } from './plane-device.ts'
import { drmPlaneType, echoesPrimary, layoutKey, readRawPlane } from './plane-query.ts'
import type { ReadBacks } from './read-backs.ts'
import type { CachedSurface, PlaneReading, Source, SourceInfo } from './source.ts'
import { StallGuard } from './stall-guard.ts'

export type DeviceParts = {
  readonly info: SourceInfo
  /** Owned from here on. */
  readonly device: PlaneDevice
  readonly transport: PlaneTransport
  /** Maps a dma-buf for reading; throws NativeError when the driver does not allow it. */
  readonly map: (fd: Fd, length: number) => Mapping
  readonly now: () => number
  /** Reads what cannot be mapped; such a plane is refused without. Owned from here on. */
  readonly readBacks?: ReadBacks
}

/** The better of the transports that a device answers a probe for: dma-buf, else region. */
export function probeTransport(device: PlaneDevice): PlaneTransport | undefined {
  return (['dmabuf', 'region'] as const).find((transport) => device.probe(transport))
}

/** Errors after which a device never answers again. */
const ENDED = new Set(['ENODEV', 'ENXIO', 'EIO', 'EBADF'])

/**
 * A source over any {@link PlaneDevice}: queries primary, overlay and cursor at each refresh, holds the
 * buffers of the planes shown last, and takes trouble as it comes (facts of linux/vfio.h and its drivers).
 */
export class DeviceSource implements Source {
  readonly info: SourceInfo
  readonly #parts: DeviceParts
  readonly #stalls: StallGuard
  readonly #cache = new PlaneCache<HeldBuffer>()
  /** By kind and index. */
  readonly #regions = new Map<string, Mapping>()
  #gone: Failure | undefined
  #wake: () => void = () => {}
  #queryErrors = 0
  #isDisposed = false

  constructor(parts: DeviceParts) {
    this.#parts = parts
    this.info = parts.info
    this.#stalls = new StallGuard(parts.now)
    if (parts.readBacks) parts.readBacks.onRead = () => this.#wake()
  }

  get gone(): Failure | undefined {
    return this.#gone
  }

  get queryErrors(): number {
    return this.#queryErrors
  }

  onWake(listener: () => void): void {
    this.#wake = listener
  }

  /** The VM ended, or whatever else means that nothing more comes. */
  end(failure: Failure): void {
    this.#gone ??= failure
    this.#wake()
  }

  refresh(): readonly PlaneReading[] {
    if (this.#isDisposed) throw new Error('source was disposed')
    if (this.#gone) return []
    let primary: RawPlane | undefined
    return planeKinds.map((kind) =>
      this.#read(kind, primary, (raw) => {
        if (kind === 'primary') primary = raw
      }),
    )
  }

  surfaces(): readonly CachedSurface[] {
    return this.#cache
      .values()
      .flatMap(({ identity, plane, size }) => (plane ? [{ identity, plane, bytes: size }] : []))
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#parts.readBacks?.[Symbol.dispose]()
    this.#cache[Symbol.dispose]()
    for (const mapping of this.#regions.values()) mapping[Symbol.dispose]()
    this.#regions.clear()
    this.#parts.device[Symbol.dispose]()
  }

  #read(
    kind: PlaneKind,
    primary: RawPlane | undefined,
    answered: (raw: RawPlane) => void,
  ): PlaneReading {
    try {
      const raw = this.#askFor(kind)
      if (!raw) return this.#stalls.failed(kind, beingRead(kind))
      answered(raw)
      const claim = readRawPlane(kind, raw)
      if (claim === 'disabled') return this.#nothing(kind, 'disabled')
      const { transport } = this.#parts
      const isEcho = transport === 'region' && kind !== 'primary' && echoesPrimary(raw, primary)
      if (isEcho) return this.#nothing(kind, 'absent')
      return this.#stalls.passed(kind, this.#show(kind, raw, claim))
    } catch (error) {
      if (!isNativeError(error)) throw error
      if (kind === 'overlay' && error.code === 'EINVAL') return this.#nothing(kind, 'absent')
      this.#queryErrors += 1
      const what = `cannot read the ${kind} plane`
      if (ENDED.has(error.code)) {
        const remedy = 'Start the VM again, then reopen the source'
        this.#gone ??= nativeFailure(error, what, 'vm-gone', remedy)
      }
      const remedy = 'Wait: it is usual while the guest changes its mode'
      return this.#stalls.failed(kind, nativeFailure(error, what, 'stalled', remedy))
    }
  }

  /**
   * The driver's answer, once a buffer whose id came to mean another layout was let go. It is closed
   * before its id is asked for again, because two descriptors of one id make stock mbochs panic the
   * kernel; and the driver is asked again, because with GVT-g the id ends with its last descriptor.
   *
   * @returns undefined while a GPU still has that buffer
   */
  #askFor(kind: PlaneKind): RawPlane | undefined {
    const raw = this.#query(kind)
    const claim = readRawPlane(kind, raw)
    const identity = `${this.#parts.transport}:${raw.id}`
    const held = claim === 'disabled' ? undefined : this.#cache.get(kind, identity)
    if (claim === 'disabled' || !held || held.layout === layoutKey(claim)) return raw
    if (this.#parts.readBacks?.isReading(kind)) return undefined
    this.#cache.drop(kind, identity)
    this.#stalls.forget(kind)
    return this.#query(kind)
  }

  /** mbochs answers the first query of every mode with ENOMEM; the next call is fine. */
  #query(kind: PlaneKind): RawPlane {
    const { device, transport } = this.#parts
    try {
      return device.queryPlane(drmPlaneType[kind], transport)
    } catch (error) {
      if (!isNativeError(error) || error.code !== 'ENOMEM') throw error
      this.#queryErrors += 1
      return device.queryPlane(drmPlaneType[kind], transport)
    }
  }

  #nothing(kind: PlaneKind, state: 'disabled' | 'absent'): PlaneReading {
    this.#cache.show(kind, undefined)
    return this.#stalls.passed(kind, { status: { kind, state }, mayHaveChanged: false })
  }

  #show(kind: PlaneKind, raw: RawPlane, claim: PlaneClaim): PlaneReading {
    const held = this.#hold(kind, raw, claim)
    this.#cache.show(kind, held.identity)
    const checked = checkPlane(claim, [{ size: held.size }])
    if (!checked.ok) {
      const status = { kind, state: 'refused', verdict: checked.failure, claim } as const
      return { status, memory: held.memory(), mayHaveChanged: false }
    }
    held.plane = checked.value
    const refusal = held.map(() => this.#map(held, raw.id, claim))
    const { readBacks } = this.#parts
    if (refusal && readBacks && held.fd) {
      const { identity, fd } = held
      const found = { plane: checked.value, claim, identity, dmabufs: [fd], refusal }
      return readBacks.reading({ ...found, hasChanged: 'unknown' })
    }
    if (refusal) {
      const verdict = unmappable(kind, refusal)
      const status = { kind, state: 'refused', verdict, claim } as const
      return { status, memory: held.memory(), mayHaveChanged: false }
    }
    const status = { kind, state: 'shown', plane: checked.value, identity: held.identity } as const
    return { status, memory: held.memory(), mayHaveChanged: true }
  }

  /** The buffer behind an answer: held already, or acquired now. */
  #hold(kind: PlaneKind, raw: RawPlane, claim: PlaneClaim): HeldBuffer {
    const { transport } = this.#parts
    const layout = layoutKey(claim)
    const identity = `${transport}:${raw.id}`
    const held = this.#cache.get(kind, identity)
    if (held && held.layout === layout) return held
    this.#cache.drop(kind, identity)
    const fresh =
      transport === 'region'
        ? this.#holdRegion(identity, layout, raw.id)
        : this.#holdDmabuf(identity, layout, raw.id)
    this.#cache.add(kind, identity, fresh)
    return fresh
  }

  #holdDmabuf(identity: string, layout: string, id: number): HeldBuffer {
    const live = this.#cache.find(identity)?.fd
    using owned = new DisposableStack()
    const fd = owned.use(live ? live.dup() : this.#parts.device.getDmabuf(id))
    const size = fd.size()
    owned.move()
    return new HeldBuffer({ identity, layout, size, fd })
  }

  /** The index is not compared with the device's number of regions: mdpy's lies beyond it. */
  #holdRegion(identity: string, layout: string, index: number): HeldBuffer {
    const { size } = this.#parts.device.region(index)
    return new HeldBuffer({ identity, layout, size, fd: undefined })
  }

  #map(held: HeldBuffer, id: number, claim: PlaneClaim): { mapping: Mapping; owned: boolean } {
    const need = claim.memory[0]?.size ?? 0
    if (held.fd) return { mapping: this.#parts.map(held.fd, need), owned: true }
    const name = `${claim.kind} ${id}`
    const known = this.#regions.get(name)
    if (known && known.size >= need) return { mapping: known, owned: false }
    known?.[Symbol.dispose]()
    this.#regions.delete(name)
    const length = Math.min(held.size, MAX_PLANE_BYTES)
    const mapping = this.#parts.device.mapRegion(id, 0, length, false)
    this.#regions.set(name, mapping)
    return { mapping, owned: false }
  }
}

function beingRead(kind: PlaneKind): Failure {
  return {
    code: 'stalled',
    what: `cannot read the ${kind} plane`,
    why: 'a GPU still reads the buffer that it had before',
    remedy: 'Wait',
  }
}
