// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { cursorPlaceOf, readDeviceTypes } from '../../../../../main/source/qemu/cursor-place.ts'

const named = new Map([
  ['video0', 'qxl-vga'],
  ['video1', 'virtio-vga'],
  ['qxl', 'virtio-gpu-pci'],
])

// biome-ignore format: one row per label
it.each([
  ['qxl-vga',         new Map(), 'hotspot'],
  ['qxl',             new Map(), 'hotspot'],
  ['qxl.1',           new Map(), 'hotspot'],
  ['VGA',             new Map(), 'corner'],
  ['virtio-gpu-pci',  new Map(), 'corner'],
  ['virtio-vga.0',    new Map(), 'corner'],
  ['my qxl',          new Map(), 'corner'],
  ['',                new Map(), 'corner'],
  ['video0',          named,     'hotspot'],
  ['video0.0',        named,     'hotspot'],
  ['video1',          named,     'corner'],
  ['qxl',             named,     'corner'],
])('a console called %j tells the place of its cursor', (label, types, place) => {
  expect(cursorPlaceOf(label, types)).toBe(place)
})

const telling = (answer: unknown) => readDeviceTypes({ execute: () => Promise.resolve(answer) })

it('reads the types of named devices, and leaves out what is none', async () => {
  const list = [
    { name: 'video0', type: 'child<qxl-vga>' },
    { name: 'type', type: 'string' },
    { name: 5, type: 'child<VGA>' },
    null,
    'child<VGA>',
  ]
  expect([...(await telling(list))]).toEqual([['video0', 'qxl-vga']])
  for (const odd of [undefined, null, {}, 'x', 7]) expect([...(await telling(odd))]).toEqual([])
})
