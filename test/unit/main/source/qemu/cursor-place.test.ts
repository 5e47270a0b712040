// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { cursorPlaceOf } from '../../../../../main/source/qemu/cursor-place.ts'

// biome-ignore format: one row per label
it.each([
  ['qxl-vga',         'hotspot'],
  ['qxl',             'hotspot'],
  ['qxl.1',           'hotspot'],
  ['VGA',             'corner'],
  ['virtio-gpu-pci',  'corner'],
  ['virtio-vga.0',    'corner'],
  ['my qxl',          'corner'],
  ['',                'corner'],
])('a console called %j tells the %s of its cursor', (label, place) => {
  expect(cursorPlaceOf(label)).toBe(place)
})
