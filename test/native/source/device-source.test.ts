// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { fourccValue } from '../../../core/fourcc.ts'
import { errno } from '../../../main/source/demo/device.ts'
import { DeviceSource, probeTransport } from '../../../main/source/device-source.ts'
import type { PlaneDevice } from '../../../main/source/plane-device.ts'
import type { DrmPlaneType, Fd, RawPlane } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { NO_HOTSPOT } from '../../conformance/plane-device.ts'
import { expectNoLeaks } from '../no-leaks.ts'
import { info } from './demo-host.ts'

expectNoLeaks()

const raw: RawPlane = {
  ...{ format: fourccValue('XR24') ?? 0, modifier: 0n, width: 16, height: 16, stride: 64 },
  ...{ size: 1024, x: 0, y: 0, hotX: NO_HOTSPOT, hotY: NO_HOTSPOT, id: 1 },
}

/** A driver whose answers a test writes down, and which dies of a second descriptor of one id, as mbochs does. */
class ScriptedDevice implements PlaneDevice {
  answers = new Map<DrmPlaneType, RawPlane | string>()
  readonly gets: number[] = []
  readonly maps: number[] = []
  #live = new Map<number, Fd>()
  regionSize = 4096

  probe(): boolean {
    return true
  }

  queryPlane(type: DrmPlaneType): RawPlane {
    const answer = this.answers.get(type) ?? 'EINVAL'
    if (typeof answer === 'string') throw errno(answer, 'VFIO_DEVICE_QUERY_GFX_PLANE')
    return answer
  }

  getDmabuf(id: number): Fd {
    const held = this.#live.get(id)
    if (held && isOpen(held)) throw new Error(`kernel BUG: second descriptor of id ${id}`)
    this.gets.push(id)
    const fd = shim.createMemfd('scripted', 4096)
    this.#live.set(id, fd)
    return fd
  }

  region(index: number) {
    return { index, flags: 7, size: this.regionSize, offset: 0, capabilities: [] }
  }

  mapRegion(index: number, offset: number, length: number) {
    this.maps.push(index)
    using fd = shim.createMemfd('scripted', this.regionSize)
    return shim.map(fd, offset, length, false)
  }

  [Symbol.dispose](): void {}
}

function isOpen(fd: Fd): boolean {
  try {
    return fd.number >= 0
  } catch {
    return false
  }
}

function source(device: ScriptedDevice, transport: 'dmabuf' | 'region' = 'dmabuf', now = () => 0) {
  const map = (fd: Fd, length: number) => shim.map(fd, 0, length, false)
  return new DeviceSource({ info, device, transport, map, now })
}

const states = (from: DeviceSource) => from.refresh().map(({ status }) => status.state)

describe('a source over a driver', () => {
  it('prefers dma-bufs to regions', () => {
    expect(probeTransport(new ScriptedDevice())).toBe('dmabuf')
  })

  it('takes a primary plane that answers for every type, as mdpy does, for one plane', () => {
    const device = new ScriptedDevice()
    for (const type of [0, 1, 2] as const) device.answers.set(type, { ...raw, id: 16 })
    using from = source(device, 'region')
    expect(states(from)).toEqual(['shown', 'absent', 'absent'])
    expect(states(from)).toEqual(['shown', 'absent', 'absent'])
    expect(device.maps).toEqual([16])
  })

  it('maps a region again only when it grew', () => {
    const device = new ScriptedDevice()
    device.answers.set(1, { ...raw, id: 16 })
    using from = source(device, 'region')
    states(from)
    device.answers.set(1, { ...raw, id: 16, width: 8 })
    states(from)
    expect(device.maps).toEqual([16])
    device.regionSize = 65536
    device.answers.set(1, { ...raw, id: 16, height: 512, size: 32768 })
    expect(states(from)[0]).toBe('shown')
    expect(device.maps).toEqual([16, 16])
  })

  it('never holds two descriptors of one id, whatever the id comes to mean', () => {
    const device = new ScriptedDevice()
    using from = source(device)
    for (let round = 0; round < 40; round += 1) {
      device.answers.set(1, { ...raw, id: 1 + (round % 3), stride: 64 + 64 * (round % 2) })
      device.answers.set(2, { ...raw, id: 1 + ((round + 1) % 3) })
      expect(states(from)[0]).toBe('shown')
    }
  })

  it('shares one descriptor between planes of one id', () => {
    const device = new ScriptedDevice()
    device.answers.set(1, raw)
    device.answers.set(0, raw)
    using from = source(device)
    expect(states(from)).toEqual(
      ['shown', 'shown', 'absent'].map((s, i) => (i === 2 ? 'stalled' : s)),
    )
    expect(device.gets).toEqual([1])
  })

  it('asks once more after ENOMEM, and only once', () => {
    const device = new ScriptedDevice()
    device.answers.set(1, 'ENOMEM')
    let calls = 0
    const query = device.queryPlane.bind(device)
    device.queryPlane = (type) => {
      if (type === 1) calls += 1
      return query(type)
    }
    using from = source(device)
    expect(states(from)[0]).toBe('stalled')
    expect(calls).toBe(2)
  })

  it.each(['ENODEV', 'ENXIO', 'EIO'])('takes %s for the end of the device', (code) => {
    const device = new ScriptedDevice()
    device.answers.set(1, code)
    using from = source(device)
    from.refresh()
    expect(from.gone?.code).toBe('vm-gone')
    expect(from.refresh()).toEqual([])
  })

  it.each(['EFAULT', 'EINVAL', 'ENOENT', 'EAGAIN', 'EINTR'])('waits when it meets %s', (code) => {
    const device = new ScriptedDevice()
    device.answers.set(1, raw)
    let now = 0
    using from = source(device, 'dmabuf', () => now)
    expect(states(from)[0]).toBe('shown')
    device.answers.set(1, code)
    now = 999
    expect(from.refresh()[0]).toMatchObject({ status: { state: 'shown' }, isStale: true })
    now = 1999
    expect(states(from)[0]).toBe('stalled')
    device.answers.set(1, raw)
    expect(states(from)[0]).toBe('shown')
    expect(device.gets).toEqual([1])
  })

  it('lets bugs through instead of calling them trouble', () => {
    const device = new ScriptedDevice()
    device.queryPlane = () => {
      throw new TypeError('a bug')
    }
    using from = source(device)
    expect(() => from.refresh()).toThrow(TypeError)
  })

  it('may be disposed twice and not be used after', () => {
    const from = source(new ScriptedDevice())
    from[Symbol.dispose]()
    from[Symbol.dispose]()
    expect(() => from.refresh()).toThrow(/disposed/)
  })
})
