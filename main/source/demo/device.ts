// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneKind } from '../../../core/plane.ts'
import type {
  DrmPlaneType,
  Fd,
  Mapping,
  NativeError,
  NativeShim,
  PlaneTransport,
  RawPlane,
  VfioRegion,
} from '../../../native-shim/api.ts'
import type { PlaneDevice } from '../plane-device.ts'
import { drmPlaneType } from '../plane-query.ts'

/** What the guest scans out of one plane: the fields that a query answers with, and where the pixels are. */
export type DemoPlane = Omit<RawPlane, 'format' | 'id'> & {
  readonly slot: number
  /** Bytes into the buffer; anything but 0 is a base address that the device cannot export. */
  readonly offset: number
  /** Little-endian u32 of drm_fourcc.h. */
  readonly fourcc: number
}

type Buffer = { readonly fd: Fd; readonly mapping: Mapping; readonly serial: number }
type Surface = { readonly key: string; readonly id: number; readonly buffer: Buffer }
type PendingError = { readonly code: string; left: number }

const PAGE = 4096
/** Region of a plane of type k is this + k: beyond the number of regions, as mdpy's is. */
const PLANE_REGION = 16
/** VFIO_REGION_INFO_FLAG_READ | WRITE | MMAP */
const REGION_FLAGS = 7

const off: RawPlane = {
  format: 0,
  modifier: 0n,
  width: 0,
  height: 0,
  stride: 0,
  size: 0,
  x: 0,
  y: 0,
  hotX: 0,
  hotY: 0,
  id: 0,
}

/**
 * A display device without hardware. Its buffers are memfds; it answers as i915's GVT-g does: an id
 * stays while buffer, size, modifier, format, width and height do, every GET gives a fresh descriptor,
 * a plane that is off is all zeroes, a base address that is not page aligned is EFAULT.
 */
export class DemoDevice implements PlaneDevice {
  readonly #shim: NativeShim
  readonly #buffers = new Map<number, Buffer>()
  readonly #planes = new Map<DrmPlaneType, DemoPlane>()
  readonly #absent = new Set<DrmPlaneType>()
  readonly #queryErrors = new Map<DrmPlaneType, PendingError>()
  #getError: PendingError | undefined
  #surfaces: Surface[] = []
  #nextId = 1
  #nextSerial = 1
  #transport: PlaneTransport = 'dmabuf'
  #isMappable = true
  #gets = 0

  constructor(shim: NativeShim) {
    this.#shim = shim
  }

  probe(transport: PlaneTransport): boolean {
    return transport === this.#transport
  }

  queryPlane(type: DrmPlaneType, transport: PlaneTransport): RawPlane {
    const syscall = 'VFIO_DEVICE_QUERY_GFX_PLANE'
    takeError(this.#queryErrors.get(type), syscall)
    if (transport !== this.#transport || this.#absent.has(type)) throw errno('EINVAL', syscall)
    const plane = this.#planes.get(type)
    if (!plane) return off
    const buffer = this.#buffers.get(plane.slot)
    if (!buffer) throw errno('EINVAL', syscall)
    if (plane.offset % PAGE !== 0) throw errno('EFAULT', syscall)
    const { fourcc: format, modifier, width, height, stride, size } = plane
    const id = transport === 'region' ? PLANE_REGION + type : this.#surface(plane, buffer).id
    return {
      format,
      modifier,
      width,
      height,
      stride,
      size,
      x: plane.x >>> 0,
      y: plane.y >>> 0,
      hotX: plane.hotX >>> 0,
      hotY: plane.hotY >>> 0,
      id,
    }
  }

  getDmabuf(id: number): Fd {
    takeError(this.#getError, 'VFIO_DEVICE_GET_GFX_DMABUF')
    const surface = this.#surfaces.find((known) => known.id === id)
    if (!surface) throw errno('EINVAL', 'VFIO_DEVICE_GET_GFX_DMABUF')
    this.#gets += 1
    return surface.buffer.fd.dup()
  }

  region(index: number): VfioRegion {
    const buffer = this.#regionBuffer(index, 'VFIO_DEVICE_GET_REGION_INFO')
    return { index, flags: REGION_FLAGS, size: buffer.mapping.size, offset: 0, capabilities: [] }
  }

  mapRegion(index: number, offset: number, length: number, writable: boolean): Mapping {
    return this.#shim.map(this.#regionBuffer(index, 'mmap').fd, offset, length, writable)
  }

  /** Maps a dma-buf as a viewer would; EACCES while that is switched off. */
  mapDmabuf(fd: Fd, length: number): Mapping {
    if (!this.#isMappable) throw errno('EACCES', 'mmap')
    return this.#shim.map(fd, 0, length, false)
  }

  /** A zero-filled buffer of whole pages; the one in that slot before is forgotten with its ids. */
  makeBuffer(slot: number, size: number): void {
    this.#dropBuffer(slot)
    const bytes = Math.ceil(size / PAGE) * PAGE
    using owned = new DisposableStack()
    const fd = owned.use(this.#shim.createMemfd(`scanout-demo-${slot}`, bytes))
    const mapping = owned.use(this.#shim.map(fd, 0, bytes, true))
    this.#buffers.set(slot, { fd, mapping, serial: this.#nextSerial++ })
    owned.move()
  }

  loadPixels(slot: number, offset: number, bytes: Uint8Array): void {
    const buffer = this.#buffers.get(slot)
    if (!buffer) throw new RangeError(`no buffer in slot ${slot}`)
    buffer.mapping.write(offset, bytes)
  }

  setPlane(kind: PlaneKind, plane: DemoPlane): void {
    this.#planes.set(drmPlaneType[kind], plane)
  }

  disable(kind: PlaneKind): void {
    this.#planes.delete(drmPlaneType[kind])
  }

  setAbsent(kind: PlaneKind, absent: boolean): void {
    if (absent) this.#absent.add(drmPlaneType[kind])
    else this.#absent.delete(drmPlaneType[kind])
  }

  injectQueryError(kind: PlaneKind, code: string, count: number): void {
    this.#queryErrors.set(drmPlaneType[kind], { code, left: count })
  }

  injectGetError(code: string, count: number): void {
    this.#getError = { code, left: count }
  }

  setMappable(mappable: boolean): void {
    this.#isMappable = mappable
  }

  setTransport(transport: PlaneTransport): void {
    this.#transport = transport
  }

  gets(): number {
    return this.#gets
  }

  /** As it was made: no buffers, planes off, no errors, dma-buf transport, mappable. */
  reset(): void {
    for (const slot of [...this.#buffers.keys()]) this.#dropBuffer(slot)
    this.#planes.clear()
    this.#absent.clear()
    this.#queryErrors.clear()
    this.#getError = undefined
    this.#transport = 'dmabuf'
    this.#isMappable = true
  }

  [Symbol.dispose](): void {
    this.reset()
  }

  #surface(plane: DemoPlane, buffer: Buffer): Surface {
    const { offset, size, modifier, fourcc, width, height } = plane
    const key = [buffer.serial, offset, size, modifier, fourcc, width, height].join(' ')
    const known = this.#surfaces.find((surface) => surface.key === key)
    if (known) return known
    const surface = { key, id: this.#nextId++, buffer }
    this.#surfaces.push(surface)
    return surface
  }

  #regionBuffer(index: number, syscall: string): Buffer {
    const plane = [...this.#planes].find(([type]) => PLANE_REGION + type === index)?.[1]
    const buffer = plane && this.#buffers.get(plane.slot)
    if (!buffer || this.#transport !== 'region') throw errno('EINVAL', syscall)
    return buffer
  }

  #dropBuffer(slot: number): void {
    const buffer = this.#buffers.get(slot)
    if (!buffer) return
    this.#buffers.delete(slot)
    this.#surfaces = this.#surfaces.filter((surface) => surface.buffer !== buffer)
    buffer.mapping[Symbol.dispose]()
    buffer.fd[Symbol.dispose]()
  }
}

function takeError(error: PendingError | undefined, syscall: string): void {
  if (!error || error.left === 0) return
  error.left -= 1
  throw errno(error.code, syscall)
}

/** What the addon throws when a call fails. */
export function errno(code: string, syscall: string): NativeError {
  return Object.assign(new Error(`${syscall}: ${code}`), { code, syscall })
}
