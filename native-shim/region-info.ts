// SPDX-License-Identifier: GPL-2.0-or-later
import type { VfioRegion } from './api.ts'
import { nativeError } from './native-error.ts'

// linux/vfio.h: struct vfio_region_info { argsz, flags, index, cap_offset, u64 size, u64 offset } and
// struct vfio_info_cap_header { u16 id, u16 version, u32 next }, offsets from the start of the struct.

const headerBytes = 32
const capabilityBytes = 8
const hasCapabilities = 1 << 3
/** VFIO_REGION_INFO_CAP_TYPE: type and subtype follow its header. */
const typeCapability = 2
/** A chain can be no longer than the headers that fit; this bounds one that bites its tail. */
const maxCapabilities = 64

function exact(name: string, value: bigint): number {
  if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value)
  throw nativeError('EOVERFLOW', 'VFIO_DEVICE_GET_REGION_INFO', `${name} is ${value}`)
}

function capabilitiesOf(view: DataView): VfioRegion['capabilities'] {
  const found: VfioRegion['capabilities'][number][] = []
  let at = view.getUint32(12, true)
  while (at >= headerBytes && at + capabilityBytes <= view.byteLength) {
    if (found.length === maxCapabilities) break
    const id = view.getUint16(at, true)
    const version = view.getUint16(at + 2, true)
    const isType = id === typeCapability && at + 16 <= view.byteLength
    found.push(
      isType
        ? {
            id,
            version,
            type: view.getUint32(at + 8, true),
            subtype: view.getUint32(at + 12, true),
          }
        : { id, version },
    )
    at = view.getUint32(at + 4, true)
  }
  return found
}

/**
 * Reads what VFIO_DEVICE_GET_REGION_INFO wrote. A capability that points outside the answer ends
 * the chain; a size or offset beyond 2^53 is EOVERFLOW.
 */
export function parseRegionInfo(bytes: Uint8Array): VfioRegion {
  if (bytes.length < headerBytes) {
    throw nativeError('EPROTO', 'VFIO_DEVICE_GET_REGION_INFO', `${bytes.length} bytes of answer`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const flags = view.getUint32(4, true)
  return {
    index: view.getUint32(8, true),
    flags,
    size: exact('size', view.getBigUint64(16, true)),
    offset: exact('offset', view.getBigUint64(24, true)),
    capabilities: flags & hasCapabilities ? capabilitiesOf(view) : [],
  }
}
