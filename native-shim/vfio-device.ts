// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readlinkSync, realpathSync } from 'node:fs'
import path from 'node:path'
import type {
  DrmPlaneType,
  EdidInfo,
  Fd,
  Mapping,
  PlaneTransport,
  RawPlane,
  VfioDevice,
  VfioRegion,
} from './api.ts'
import {
  bytesOf,
  inside,
  oneOf,
  outOfRange,
  plainText,
  truth,
  whole,
  wrongType,
} from './argument.ts'
import { type FdHandle, native } from './bindings.ts'
import { type RegionAccess, readEdid, writeEdid } from './edid-region.ts'
import { NativeFd } from './fd.ts'
import { NativeMapping } from './mapping.ts'
import { errorCode, nativeError } from './native-error.ts'
import { checkedPid } from './process-watch.ts'
import { parseRegionInfo } from './region-info.ts'
import { pageSize } from './shared-memory.ts'

const u32 = 0xffff_ffff
const planeTypes: readonly DrmPlaneType[] = [0, 1, 2]
const transports: readonly PlaneTransport[] = ['dmabuf', 'region']
/** VFIO_REGION_TYPE_GFX and VFIO_REGION_SUBTYPE_GFX_EDID. */
const graphicsType = 1
const edidSubtype = 1
/** No driver has nearly as many; a device that says so is not asked for each. */
const maxRegions = 256

function transportNumber(transport: PlaneTransport): number {
  return transports.indexOf(oneOf('transport', transport, transports))
}

class NativeVfioDevice implements VfioDevice {
  readonly fd: Fd
  #writingEdid = false

  constructor(handle: FdHandle) {
    this.fd = new NativeFd(handle)
  }

  get #handle(): FdHandle {
    return NativeFd.handleOf('device', this.fd)
  }

  info(): { readonly flags: number; readonly regions: number; readonly irqs: number } {
    return native().vfioInfo(this.#handle)
  }

  region(index: number): VfioRegion {
    return parseRegionInfo(native().vfioRegion(this.#handle, whole('index', index, 0, u32)))
  }

  probe(transport: PlaneTransport): boolean {
    return native().vfioProbe(this.#handle, transportNumber(transport))
  }

  queryPlane(type: DrmPlaneType, transport: PlaneTransport): RawPlane {
    const number = oneOf('type', type, planeTypes)
    return native().vfioQuery(this.#handle, number, transportNumber(transport))
  }

  getDmabuf(id: number): Fd {
    return new NativeFd(native().vfioGetDmabuf(this.#handle, whole('id', id, 0, u32)))
  }

  mapRegion(index: number, offset: number, length: number, writable: boolean): Mapping {
    whole('length', length, 1)
    truth('writable', writable)
    if (whole('offset', offset) % pageSize !== 0) throw outOfRange('offset', 'page aligned', offset)
    const region = this.region(index)
    // Beyond its end lies the next region, and some drivers let that be mapped.
    if (offset > region.size || length > region.size - offset) {
      throw nativeError('EINVAL', 'mmap', `region ${index} has ${region.size} bytes`)
    }
    const at = region.offset + offset
    const mapping = native().vfioMap(this.#handle, at, length, writable)
    return new NativeMapping(mapping, length, writable)
  }

  edid(): EdidInfo | undefined {
    const region = this.#edidRegion()
    return region && readEdid(region)
  }

  async writeEdid(blob: Uint8Array, signal?: AbortSignal): Promise<void> {
    bytesOf('blob', blob)
    if (signal !== undefined && !(signal instanceof AbortSignal)) {
      throw wrongType('signal', 'an AbortSignal', signal)
    }
    const region = this.#edidRegion()
    if (!region) throw nativeError('ENOTSUP', 'writeEdid', 'the device has no EDID region')
    if (this.#writingEdid) throw new Error('another writeEdid is under way')
    this.#writingEdid = true
    try {
      await writeEdid(region, blob.slice(), signal)
    } finally {
      this.#writingEdid = false
    }
  }

  reset(): void {
    native().vfioReset(this.#handle)
  }

  [Symbol.dispose](): void {
    this.fd[Symbol.dispose]()
  }

  #edidRegion(): RegionAccess | undefined {
    const count = Math.min(this.info().regions, maxRegions)
    for (let index = 0; index < count; index++) {
      const region = this.#regionIfAny(index)
      const isEdid = region?.capabilities.some(
        ({ type, subtype }) => type === graphicsType && subtype === edidSubtype,
      )
      if (region && isEdid) return this.#access(region)
    }
    return undefined
  }

  /** Indexes below the count may be unused: EINVAL. */
  #regionIfAny(index: number): VfioRegion | undefined {
    try {
      return this.region(index)
    } catch (error) {
      if (errorCode(error) === 'EINVAL') return undefined
      throw error
    }
  }

  #access(region: VfioRegion): RegionAccess {
    const at = (offset: number, length: number) => {
      inside('EDID region', offset, length, region.size)
      return region.offset + offset
    }
    return {
      read: (offset, length) => native().vfioRead(this.#handle, at(offset, length), length),
      write: (offset, bytes) => native().vfioWrite(this.#handle, at(offset, bytes.length), bytes),
    }
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** See NativeShim.openVfioMdev. The group and its container stay busy until the device is disposed. */
export function openVfioMdev(uuidOrPath: string): VfioDevice {
  const text = plainText('uuidOrPath', uuidOrPath)
  if (!uuid.test(text) && !path.isAbsolute(text)) {
    throw outOfRange('uuidOrPath', 'a UUID or an absolute sysfs path', text)
  }
  const device = uuid.test(text) ? `/sys/bus/mdev/devices/${text.toLowerCase()}` : text
  const group = path.basename(readlinkSync(path.join(device, 'iommu_group')))
  const name = path.basename(realpathSync(device))
  return new NativeVfioDevice(native().vfioOpen(`/dev/vfio/${group}`, name))
}

/** By a group, or by the device's own node of newer kernels. */
const vfioDeviceLink = /^(anon_inode:\[vfio-device\]|\/dev\/vfio\/devices\/vfio\d+)$/

/** See NativeShim.adoptVfioDevice. The given Fd is given away when this succeeds and untouched when it throws. */
export function adoptVfioDevice(fd: Fd): VfioDevice {
  const handle = NativeFd.handleOf('fd', fd)
  if (!vfioDeviceLink.test(fd.link())) {
    throw nativeError('ENOTTY', 'VFIO_DEVICE_GET_INFO', `${fd.link()} is no vfio device`)
  }
  native().vfioInfo(handle)
  return new NativeVfioDevice(NativeFd.take(fd))
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file)
  } catch (error) {
    // Closed meanwhile.
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

function findVfioDevice(pid: number): number {
  const folder = `/proc/${pid}/fd`
  const numbers = readdirSync(folder)
    .map(Number)
    .sort((a, b) => a - b)
  const found = numbers.find((number) => vfioDeviceLink.test(linkOf(`${folder}/${number}`) ?? ''))
  if (found === undefined) {
    throw nativeError('ENOENT', 'readlink', `process ${pid} holds no vfio device`)
  }
  return found
}

/** See NativeShim.takeVfioDevice. ENOTTY when the descriptor is something else. */
export function takeVfioDevice(pid: number, fd?: number): Fd {
  checkedPid(pid)
  if (fd !== undefined) whole('fd', fd, 0, 0x7fff_ffff)
  // Opened first: from here on the number cannot come to mean another process.
  using process = new NativeFd(native().pidfdOpen(pid))
  const number = fd ?? findVfioDevice(pid)
  const handle = native().pidfdGetfd(NativeFd.handleOf('pidfd', process), number)
  const taken = new NativeFd(handle)
  const link = taken.link()
  if (vfioDeviceLink.test(link)) return taken
  taken[Symbol.dispose]()
  throw nativeError('ENOTTY', 'pidfd_getfd', `${link} of process ${pid} is no vfio device`)
}
