// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { fourccValue } from '../../core/fourcc.ts'
import type { PlaneDevice } from '../../main/source/plane-device.ts'
import { drmPlaneType } from '../../main/source/plane-query.ts'
import type { ControlledPlane, DeviceControl } from './device-control.ts'

/** One thing that every display device does. `device` is fresh or was reset; `control` is its guest. */
export type ConformanceTest = {
  readonly name: string
  readonly run: (device: PlaneDevice, control: DeviceControl) => void
}

const { primary, cursor, overlay } = drmPlaneType
export const NO_HOTSPOT = 0xffff_ffff
const PAGE = 4096

/** 64 × 32 of XR24, in slot 0. */
export const picture: ControlledPlane = {
  slot: 0,
  offset: 0,
  fourcc: fourccValue('XR24') ?? 0,
  modifier: 0n,
  width: 64,
  height: 32,
  stride: 256,
  size: 8192,
  x: 0,
  y: 0,
  hotX: NO_HOTSPOT,
  hotY: NO_HOTSPOT,
}

const pointer: ControlledPlane = {
  ...picture,
  slot: 3,
  fourcc: fourccValue('AR24') ?? 0,
  width: 64,
  height: 64,
  size: 16384,
  x: 20,
  y: 10,
  hotX: 5,
  hotY: 7,
}

/** Bytes that tell where they are from. */
function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8) * 13 + seed) & 255)
}

function showPicture(control: DeviceControl, plane: ControlledPlane = picture): void {
  control.makeBuffer(plane.slot, plane.size)
  control.loadPixels(plane.slot, 0, pattern(plane.size, plane.slot))
  control.setPlane('primary', plane)
}

function throwsWith(codes: readonly string[], run: () => unknown): void {
  assert.throws(run, (error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    assert.ok(codes.includes(code), `${code} is none of ${codes.join(', ')}`)
    return true
  })
}

/** Bits of `flags:` in /proc/self/fdinfo, octal. */
function openFlags(fd: number): number {
  const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
  return Number.parseInt(flags ?? '0', 8)
}
const O_CLOEXEC = 0o2000000

export const conformance: readonly ConformanceTest[] = [
  {
    name: 'offers the transport that it has and no other',
    run: (device, control) => {
      assert.deepEqual([device.probe('dmabuf'), device.probe('region')], [true, false])
      control.setTransport('region')
      assert.deepEqual([device.probe('dmabuf'), device.probe('region')], [false, true])
    },
  },
  {
    name: 'answers for a plane that is off with zeroes and no error',
    run: (device) => {
      for (const type of [primary, cursor]) {
        const raw = device.queryPlane(type, 'dmabuf')
        const { format, width, height, stride, size } = raw
        assert.deepEqual([format, width, height, stride, size], [0, 0, 0, 0, 0])
      }
    },
  },
  {
    name: 'tells every field of the primary plane as the guest set it',
    run: (device, control) => {
      const modifier = 0x0100_0000_0000_0002n
      showPicture(control, { ...picture, modifier, width: 60, height: 30 })
      const raw = device.queryPlane(primary, 'dmabuf')
      assert.equal(raw.format, picture.fourcc)
      assert.equal(raw.modifier, modifier)
      assert.deepEqual([raw.width, raw.height, raw.stride, raw.size], [60, 30, 256, 8192])
      assert.deepEqual([raw.hotX, raw.hotY], [NO_HOTSPOT, NO_HOTSPOT])
    },
  },
  {
    name: 'tells a cursor with its position, negative ones too, and its hotspot',
    run: (device, control) => {
      control.makeBuffer(pointer.slot, pointer.size)
      control.setPlane('cursor', { ...pointer, x: -3, y: 4 })
      const raw = device.queryPlane(cursor, 'dmabuf')
      assert.deepEqual([raw.x | 0, raw.y | 0, raw.hotX, raw.hotY], [-3, 4, 5, 7])
      control.setPlane('cursor', { ...pointer, hotX: NO_HOTSPOT, hotY: NO_HOTSPOT })
      const bare = device.queryPlane(cursor, 'dmabuf')
      assert.deepEqual([bare.hotX, bare.hotY], [NO_HOTSPOT, NO_HOTSPOT])
    },
  },
  {
    name: 'moves a cursor without giving its buffer another id',
    run: (device, control) => {
      control.makeBuffer(pointer.slot, pointer.size)
      control.setPlane('cursor', pointer)
      const { id } = device.queryPlane(cursor, 'dmabuf')
      control.setPlane('cursor', { ...pointer, x: 300 })
      assert.deepEqual([device.queryPlane(cursor, 'dmabuf').id, id], [id, id])
      assert.equal(device.queryPlane(cursor, 'dmabuf').x, 300)
    },
  },
  {
    name: 'refuses a plane type that it does not have with EINVAL',
    run: (device, control) => {
      control.setAbsent('overlay', true)
      throwsWith(['EINVAL'], () => device.queryPlane(overlay, 'dmabuf'))
    },
  },
  {
    name: 'refuses the other transport with EINVAL',
    run: (device, control) => {
      showPicture(control)
      throwsWith(['EINVAL'], () => device.queryPlane(primary, 'region'))
      control.setTransport('region')
      throwsWith(['EINVAL'], () => device.queryPlane(primary, 'dmabuf'))
    },
  },
  {
    name: 'gives a dma-buf that is closed on exec, large enough, and holds the pixels',
    run: (device, control) => {
      showPicture(control)
      using fd = device.getDmabuf(device.queryPlane(primary, 'dmabuf').id)
      assert.notEqual(openFlags(fd.number) & O_CLOEXEC, 0)
      assert.ok(fd.size() >= picture.size)
      using mapping = control.mapDmabuf(fd, picture.size)
      assert.deepEqual(mapping.copyOut(0, picture.size), pattern(picture.size, picture.slot))
    },
  },
  {
    name: 'shows through a mapping what the guest draws later',
    run: (device, control) => {
      showPicture(control)
      using fd = device.getDmabuf(device.queryPlane(primary, 'dmabuf').id)
      using mapping = control.mapDmabuf(fd, picture.size)
      control.loadPixels(picture.slot, 100, Uint8Array.of(1, 2, 3, 4))
      assert.deepEqual(mapping.copyOut(100, 4), Uint8Array.of(1, 2, 3, 4))
    },
  },
  {
    name: 'refuses an id that nobody was told',
    run: (device, control) => {
      showPicture(control)
      device.queryPlane(primary, 'dmabuf')
      throwsWith(['EINVAL', 'ENOENT'], () => device.getDmabuf(0x7fff_0000))
    },
  },
  {
    name: 'keeps one id per buffer through page flips',
    run: (device, control) => {
      using held = new DisposableStack()
      const ids = [0, 1, 2].map((slot) => {
        showPicture(control, { ...picture, slot })
        const { id } = device.queryPlane(primary, 'dmabuf')
        held.use(device.getDmabuf(id))
        return id
      })
      assert.equal(new Set(ids).size, 3)
      for (const slot of [2, 0, 1, 0]) {
        control.setPlane('primary', { ...picture, slot })
        assert.equal(device.queryPlane(primary, 'dmabuf').id, ids[slot])
      }
      assert.equal(control.gets(), 3)
    },
  },
  {
    name: 'gives a new id with a new mode',
    run: (device, control) => {
      showPicture(control)
      const { id } = device.queryPlane(primary, 'dmabuf')
      using _held = device.getDmabuf(id)
      control.setPlane('primary', { ...picture, width: 32 })
      assert.notEqual(device.queryPlane(primary, 'dmabuf').id, id)
    },
  },
  {
    name: 'fails the first query with ENOMEM when told, and not the next',
    run: (device, control) => {
      showPicture(control)
      control.injectQueryError('primary', 'ENOMEM', 1)
      throwsWith(['ENOMEM'], () => device.queryPlane(primary, 'dmabuf'))
      assert.equal(device.queryPlane(primary, 'dmabuf').width, picture.width)
    },
  },
  {
    name: 'fails queries of one plane during a modeset and leaves the others alone',
    run: (device, control) => {
      showPicture(control)
      control.makeBuffer(pointer.slot, pointer.size)
      control.setPlane('cursor', pointer)
      control.injectQueryError('primary', 'EFAULT', 2)
      throwsWith(['EFAULT'], () => device.queryPlane(primary, 'dmabuf'))
      assert.equal(device.queryPlane(cursor, 'dmabuf').width, pointer.width)
      throwsWith(['EFAULT'], () => device.queryPlane(primary, 'dmabuf'))
      assert.equal(device.queryPlane(primary, 'dmabuf').width, picture.width)
    },
  },
  {
    name: 'fails a GET when told, and not the next',
    run: (device, control) => {
      showPicture(control)
      const { id } = device.queryPlane(primary, 'dmabuf')
      control.injectGetError('EINVAL', 1)
      throwsWith(['EINVAL'], () => device.getDmabuf(id))
      using fd = device.getDmabuf(device.queryPlane(primary, 'dmabuf').id)
      assert.ok(fd.size() >= picture.size)
    },
  },
  {
    name: 'answers a base address off the page with EFAULT',
    run: (device, control) => {
      control.makeBuffer(0, 2 * PAGE + picture.size)
      control.setPlane('primary', { ...picture, offset: 64 })
      throwsWith(['EFAULT'], () => device.queryPlane(primary, 'dmabuf'))
    },
  },
  {
    name: 'lets nobody map a buffer that is for the GPU alone',
    run: (device, control) => {
      showPicture(control)
      control.setMappable(false)
      using fd = device.getDmabuf(device.queryPlane(primary, 'dmabuf').id)
      throwsWith(['EACCES', 'EINVAL', 'ENODEV', 'EPERM'], () => control.mapDmabuf(fd, picture.size))
    },
  },
  {
    name: 'keeps a buffer readable after its plane was switched off',
    run: (device, control) => {
      showPicture(control)
      using fd = device.getDmabuf(device.queryPlane(primary, 'dmabuf').id)
      using mapping = control.mapDmabuf(fd, picture.size)
      control.disable('primary')
      assert.equal(device.queryPlane(primary, 'dmabuf').format, 0)
      assert.deepEqual(mapping.copyOut(0, 64), pattern(picture.size, 0).subarray(0, 64))
    },
  },
  {
    name: 'holds the pixels in a region when that is its transport',
    run: (device, control) => {
      control.setTransport('region')
      showPicture(control)
      const raw = device.queryPlane(primary, 'region')
      const region = device.region(raw.id)
      assert.ok(region.size >= picture.size)
      using mapping = device.mapRegion(raw.id, 0, picture.size, false)
      assert.deepEqual(mapping.copyOut(0, picture.size), pattern(picture.size, 0))
      control.loadPixels(0, 8, Uint8Array.of(9))
      assert.deepEqual(mapping.copyOut(8, 1), Uint8Array.of(9))
    },
  },
  {
    name: 'leaves no descriptor behind',
    run: (device, control) => {
      showPicture(control)
      const { id } = device.queryPlane(primary, 'dmabuf')
      using held = device.getDmabuf(id)
      const count = () => readdirSync('/proc/self/fd').length
      const before = count()
      for (let flip = 0; flip < 100; flip += 1) {
        using copy = held.dup()
        using mapping = control.mapDmabuf(copy, picture.size)
        device.queryPlane(primary, 'dmabuf')
        assert.equal(mapping.size, picture.size)
      }
      assert.equal(count(), before)
    },
  },
]
