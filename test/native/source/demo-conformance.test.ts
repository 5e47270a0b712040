// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { DemoDevice } from '../../../main/source/demo/device.ts'
import { shim } from '../../../native-shim/index.ts'
import type { DeviceControl } from '../../conformance/device-control.ts'
import { conformance } from '../../conformance/plane-device.ts'

// The same suite runs against planelab in the kernel lab.
it.each(conformance)('demo device $name', ({ run }) => {
  const before = shim.counts()
  {
    using device = new DemoDevice(shim)
    const control: DeviceControl = device
    run(device, control)
  }
  expect(shim.counts()).toEqual(before)
})
