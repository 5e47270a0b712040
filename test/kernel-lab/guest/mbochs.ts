// SPDX-License-Identifier: GPL-2.0-or-later
import { writeSync } from 'node:fs'
import type { VfioDevice } from '../../../native-shim/api.ts'

/** Bochs dispi registers, 16 bits each, at BAR2 + 0x500 (samples/vfio-mdev/mbochs.c). */
const DISPI = 0x500
const registers = { width: 1, height: 2, bitsPerPixel: 3, enable: 4 } as const

/** Sets mbochs' mode as a guest driver would: 32 bits a pixel, display on. */
export function setMbochsMode(device: VfioDevice, width: number, height: number): void {
  const bar = device.region(2)
  const set = (register: number, value: number) => {
    const bytes = Buffer.alloc(2)
    bytes.writeUInt16LE(value)
    writeSync(device.fd.number, bytes, 0, 2, bar.offset + DISPI + register * 2)
  }
  set(registers.width, width)
  set(registers.height, height)
  set(registers.bitsPerPixel, 32)
  set(registers.enable, 1)
}
