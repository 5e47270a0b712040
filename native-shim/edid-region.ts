// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as delay } from 'node:timers/promises'
import type { EdidInfo } from './api.ts'
import { outOfRange } from './argument.ts'
import { nativeError } from './native-error.ts'

// linux/vfio.h: struct vfio_region_gfx_edid { edid_offset, edid_max_size, edid_size, max_xres,
// max_yres, link_state }, all u32. Drivers count only aligned accesses of four bytes and check
// nothing, so every write is read back.

const registerBytes = 24
const sizeRegister = 8
const linkRegister = 20
const linkUp = 1
const linkDown = 2
/** How long the guest must see no monitor in order to notice a new one. */
const unpluggedMs = 100
/** E-EDID 1.4: blocks of 128 bytes. */
const blockBytes = 128

/** Reads and writes at offsets of the EDID region. */
export type RegionAccess = {
  read(offset: number, length: number): Uint8Array
  write(offset: number, bytes: Uint8Array): void
}

export function readEdid(region: RegionAccess): EdidInfo {
  const registers = new Uint32Array(registerBytes / 4)
  for (let i = 0; i < registers.length; i++) registers[i] = readRegister(region, i * 4)
  const [offset = 0, maxSize = 0, size = 0, maxWidth = 0, maxHeight = 0, link = 0] = registers
  return { offset, maxSize, size, maxWidth, maxHeight, linkUp: link === linkUp }
}

function readRegister(region: RegionAccess, offset: number): number {
  const bytes = region.read(offset, 4)
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
}

function writeRegister(region: RegionAccess, offset: number, value: number): void {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  region.write(offset, bytes)
  const kept = readRegister(region, offset)
  if (kept !== value) {
    throw nativeError('EIO', 'pwrite', `EDID register ${offset} holds ${kept} instead of ${value}`)
  }
}

function writeBlob(region: RegionAccess, offset: number, blob: Uint8Array): void {
  region.write(offset, blob)
  const kept = region.read(offset, blob.length)
  const differs = blob.findIndex((byte, i) => kept[i] !== byte)
  if (differs >= 0) {
    throw nativeError('EIO', 'pwrite', `EDID byte ${differs} holds ${kept[differs]}`)
  }
}

/**
 * Shows the guest another monitor: link down, size, blob, 100 ms, link up. Whoever aborts may close the
 * device right after: the link is up again when `abort` returns.
 *
 * @throws RangeError if the blob is not 1 or more blocks of 128 bytes, or larger than the region takes
 */
export async function writeEdid(
  region: RegionAccess,
  blob: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  const { offset, maxSize } = readEdid(region)
  if (blob.length === 0 || blob.length % blockBytes !== 0 || blob.length > maxSize) {
    throw outOfRange('blob.length', `a multiple of 128 up to ${maxSize}`, blob.length)
  }
  const raised = raising(region)
  signal?.addEventListener('abort', raised.raise, { once: true })
  writeRegister(region, linkRegister, linkDown)
  try {
    writeRegister(region, sizeRegister, blob.length)
    writeBlob(region, offset, blob)
    await delay(unpluggedMs, undefined, signal ? { signal } : {})
  } finally {
    signal?.removeEventListener('abort', raised.raise)
    // Also when that failed or was aborted: a guest without any monitor helps nobody.
    raised.raise()
  }
  if (raised.trouble) throw raised.trouble
}

/** Puts the link up, once. A listener must not throw, so what went wrong is kept. */
function raising(region: RegionAccess): { readonly raise: () => void; trouble?: unknown } {
  let isUp = false
  const raised: { readonly raise: () => void; trouble?: unknown } = {
    raise: () => {
      if (isUp) return
      isUp = true
      try {
        writeRegister(region, linkRegister, linkUp)
      } catch (error) {
        raised.trouble = error
      }
    },
  }
  return raised
}
