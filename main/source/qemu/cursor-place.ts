// SPDX-License-Identifier: GPL-2.0-or-later
import type { Monitor } from './direct-line.ts'
import { QmpError } from './qmp.ts'

/** What MouseSet tells as the cursor's place: the image's top left corner, or the pixel it points at. */
export type CursorPlace = 'corner' | 'hotspot'

/** QEMU's type of each device that was given a name. */
export type DeviceTypes = ReadonlyMap<string, string>

/**
 * QEMU's devices differ: of Linux's virtio-gpu the corner comes, of Linux's qxl the hotspot.
 *
 * @param label of the console: the name of its device, and without one its type
 */
export function cursorPlaceOf(label: string, types: DeviceTypes): CursorPlace {
  const device = label.replace(/\.\d+$/, '')
  return /^qxl(-vga)?$/.test(types.get(device) ?? device) ? 'hotspot' : 'corner'
}

/**
 * Asks for the types of named devices: libvirt names them all. None are told when QEMU refuses.
 *
 * @throws whatever the monitor throws beside QmpError
 */
export async function readDeviceTypes(monitor: Monitor): Promise<DeviceTypes> {
  const listed = await monitor
    .execute('qom-list', { path: '/machine/peripheral' })
    .catch((error: unknown) => {
      if (!(error instanceof QmpError)) throw error
    })
  const entries: readonly unknown[] = Array.isArray(listed) ? listed : []
  return new Map(
    entries.flatMap((entry) => {
      if (typeof entry !== 'object' || entry === null) return []
      const { name, type } = entry as { readonly name?: unknown; readonly type?: unknown }
      const [, device] = /^child<(.*)>$/.exec(typeof type === 'string' ? type : '') ?? []
      return typeof name === 'string' && device !== undefined ? [[name, device] as const] : []
    }),
  )
}
