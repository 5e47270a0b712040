// SPDX-License-Identifier: GPL-2.0-or-later
import { test } from 'node:test'
import { shim } from '../../../native-shim/index.ts'
import { conformance } from '../../conformance/plane-device.ts'
import { Planelab } from './planelab.ts'

// The suite that the demo guest passes too, here against a real driver through the addon.

for (const { name, run } of conformance)
  test(`conformance: a display device ${name}`, () => {
    using lab = new Planelab()
    using device = shim.openVfioMdev(lab.uuid)
    run(device, lab)
  })
