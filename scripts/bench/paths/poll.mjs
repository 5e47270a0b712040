// SPDX-License-Identifier: GPL-2.0-or-later
// Asking a device for its planes when nothing changed. The device answers from memory, each answer behind
// one real system call, as that of a kernel driver is.
import { fourccValue } from '../../../core/fourcc.ts'
import { DemoDevice } from '../../../main/source/demo/device.ts'
import { DeviceSource } from '../../../main/source/device-source.ts'
import { syscalls } from './kernel-limits.mjs'
import { planesOf } from './pictures.mjs'

export const words = 'Source.refresh, nothing changed'
export const limit = 'as many system calls as planes'
export const why =
  'a reading is checked and described anew each time, which is a few µs; of more than 8 buffers that flip each is a new one, asked for and mapped'

class KernelDevice extends DemoDevice {
  #enter

  constructor(shim, enter) {
    super(shim)
    this.#enter = enter
  }

  queryPlane(type, transport) {
    this.#enter()
    return super.queryPlane(type, transport)
  }
}

/** What the guest scans out, as DemoDevice takes it. */
function scanout({ fourcc, modifier, width, height, x, y, memory }, slot) {
  const [{ stride, size }] = memory
  const off = 0xffff_ffff
  const place = { slot, offset: 0, x, y, hotX: off, hotY: off }
  return { fourcc: fourccValue(fourcc), modifier, width, height, stride, size, ...place }
}

function polled({ shim, owned }, size, { planes = 1, buffers = 1, windows = 1 }) {
  const guests = Array.from({ length: windows }, () => {
    const device = new KernelDevice(shim, syscalls(shim, owned, 1))
    const shown = planesOf(size).slice(0, planes)
    const slots = shown.map((_, at) =>
      Array.from({ length: buffers }, (_, buffer) => at * buffers + buffer),
    )
    for (const [at, { memory }] of shown.entries()) {
      for (const slot of slots[at]) device.makeBuffer(slot, memory[0].size)
    }
    const flips = Array.from({ length: buffers }, (_, buffer) =>
      shown.map((plane, at) => [plane.kind, scanout(plane, slots[at][buffer])]),
    )
    const map = device.mapDmabuf.bind(device)
    const now = () => performance.now()
    const source = new DeviceSource({ info: {}, device, transport: 'dmabuf', map, now })
    owned.use(source)
    return { device, source, flips }
  })
  let turn = 0
  return {
    work: () => {
      turn += 1
      for (const { device, source, flips } of guests) {
        if (buffers > 1 || turn === 1) {
          for (const [kind, plane] of flips[turn % buffers]) device.setPlane(kind, plane)
        }
        source.refresh()
      }
    },
    // Every kind is asked for, shown or not.
    limit: syscalls(shim, owned, 3 * windows),
  }
}

export function cases(bench) {
  const { sizes, size } = bench
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: each.name,
      amount: each.width * each.height,
      ...polled(bench, each, {}),
    })),
    ...[1, 2, 3].map((planes) => ({
      axis: 'planes',
      step: `${planes}`,
      amount: planes,
      ...polled(bench, size, { planes }),
    })),
    ...[1, 3, 16].map((buffers) => ({
      axis: 'buffers',
      step: `${buffers}${buffers > 1 ? ', flipped' : ''}`,
      amount: buffers,
      ...polled(bench, size, { buffers }),
    })),
    ...[1, 2, 4].map((windows) => ({
      axis: 'windows',
      step: `${windows}`,
      amount: windows,
      ...polled(bench, size, { windows }),
    })),
  ]
}
