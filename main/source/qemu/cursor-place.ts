// SPDX-License-Identifier: GPL-2.0-or-later

/** What MouseSet tells as the cursor's place: the image's top left corner, or the pixel it points at. */
export type CursorPlace = 'corner' | 'hotspot'

/**
 * QEMU's devices differ, and D-Bus tells of a device no more than the label of its console: its type, or
 * the name that it was given. Of Linux's virtio-gpu the corner comes, of Linux's qxl the hotspot.
 */
export function cursorPlaceOf(label: string): CursorPlace {
  return /^qxl(-vga)?(\.\d+)?$/.test(label) ? 'hotspot' : 'corner'
}
