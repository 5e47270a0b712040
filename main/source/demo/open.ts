// SPDX-License-Identifier: GPL-2.0-or-later
import { noCapabilities } from '../../../core/guest.ts'
import { ok } from '../../../core/result.ts'
import type { DrmPlaneType, PlaneTransport, RawPlane } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { DeviceSource } from '../device-source.ts'
import { drmPlaneType } from '../plane-query.ts'
import type { OpenSource } from '../source.ts'
import { DemoDevice } from './device.ts'
import { DemoGuest } from './guest.ts'
import { parseDemoOptions } from './options.ts'

/** The demo device with its guest: whoever looks finds the frame of that moment. */
class LivingDevice extends DemoDevice {
  #guest: DemoGuest | undefined

  inhabit(guest: DemoGuest): void {
    this.#guest = guest
  }

  override queryPlane(type: DrmPlaneType, transport: PlaneTransport): RawPlane {
    if (type === drmPlaneType.primary) this.#guest?.advance(performance.now())
    return super.queryPlane(type, transport)
  }
}

/** `demo:`: the built-in guest. */
export const openDemo: OpenSource = async (address) => {
  const options = parseDemoOptions(address)
  if (!options.ok) return options
  const { transport, goneSeconds } = options.value
  using owned = new DisposableStack()
  const device = owned.use(new LivingDevice(shim))
  device.inhabit(new DemoGuest(device, options.value, performance.now()))
  const info = {
    address: address.text,
    name: 'Built-in guest',
    access: transport === 'region' ? 'region' : 'dma-buf',
    capabilities: noCapabilities,
  }
  const map = device.mapDmabuf.bind(device)
  const source = new DemoSource({ info, device, transport, map, now: () => performance.now() })
  if (goneSeconds > 0) source.endAfter(goneSeconds)
  owned.move()
  return ok(source)
}

class DemoSource extends DeviceSource {
  #timer: NodeJS.Timeout | undefined

  /** Plays the end of a VM. */
  endAfter(seconds: number): void {
    this.#timer = setTimeout(() => {
      this.end({
        code: 'vm-gone',
        what: 'the VM has ended',
        why: `the built-in guest was asked to stop after ${seconds} s`,
        remedy: 'Open it again',
      })
    }, seconds * 1000)
  }

  override [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    super[Symbol.dispose]()
  }
}
