// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fourccValue } from '../../../core/fourcc.ts'
import type { Fd, NativeError, VfioDevice } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { setMbochsMode } from './mbochs.ts'
import { Mdev } from './mdev.ts'
import { Planelab } from './planelab.ts'

// The addon against drivers of a real kernel.

const XR24 = fourccValue('XR24') ?? 0
const [PRIMARY, CURSOR] = [1, 2] as const

/** Matches a NativeError by its code. */
const errno = (code: string) => (error: unknown) => (error as NativeError).code === code

/** Runs with a planelab that shows 64 × 64 pixels of buffer 0, and sees that nothing stays open. */
async function withPlanelab(
  body: (lab: Planelab, device: VfioDevice) => Promise<void> | void,
): Promise<void> {
  const before = shim.counts()
  const files = readdirSync('/proc/self/fd').length
  {
    using lab = new Planelab()
    lab.tell('buffer 0 size=65536\nbuffer 1 size=65536')
    lab.tell('plane primary buf=0 fourcc=XR24 width=64 height=64 stride=256')
    using device = shim.openVfioMdev(lab.uuid)
    await body(lab, device)
  }
  assert.deepEqual(shim.counts(), before)
  assert.equal(readdirSync('/proc/self/fd').length, files)
}

test('addon: a device opens by uuid and by its sysfs path, and tells what it is', () =>
  withPlanelab((lab, device) => {
    assert.deepEqual(device.info(), { flags: 3, regions: 10, irqs: 5 })
    assert.equal(device.fd.link(), 'anon_inode:[vfio-device]')
    device[Symbol.dispose]()
    using again = shim.openVfioMdev(lab.sysfs)
    assert.equal(again.info().regions, 10)
  }))

test('addon: opening a busy device, and one that is not there, throws the errno', () =>
  withPlanelab((lab) => {
    assert.throws(() => shim.openVfioMdev(lab.uuid), errno('EBUSY'))
    const nobody = '00000000-0000-4000-8000-000000000000'
    assert.throws(() => shim.openVfioMdev(nobody), /ENOENT|ENODEV/)
  }))

test('addon: a plane is read field by field', () =>
  withPlanelab((lab, device) => {
    lab.tell(
      'plane cursor buf=1 fourcc=AR24 modifier=0x0100000000000001 width=63 height=31 ' +
        'stride=512 x=-5 y=6 hotx=7 hoty=8',
    )
    const { id, ...plane } = device.queryPlane(CURSOR, 'dmabuf')
    assert.ok(id > 0)
    assert.deepEqual(plane, {
      format: fourccValue('AR24'),
      modifier: 0x0100_0000_0000_0001n,
      width: 63,
      height: 31,
      stride: 512,
      size: 512 * 32,
      x: 0xffff_fffb,
      y: 6,
      hotX: 7,
      hotY: 8,
    })
  }))

test('addon: the struct is zeroed before each query', () =>
  withPlanelab((lab, device) => {
    assert.equal(device.queryPlane(PRIMARY, 'dmabuf').format, XR24)
    lab.disable('primary')
    const off = device.queryPlane(PRIMARY, 'dmabuf')
    assert.deepEqual(
      { ...off, modifier: 0 },
      {
        ...{ format: 0, modifier: 0, width: 0, height: 0, stride: 0, size: 0 },
        ...{ x: 0, y: 0, hotX: 0, hotY: 0, id: 0 },
      },
    )
  }))

test('addon: a probe is an answer, and other errors are thrown with their errno', () =>
  withPlanelab((lab, device) => {
    assert.equal(device.probe('dmabuf'), true)
    assert.equal(device.probe('region'), false)
    lab.injectQueryError('primary', 'ENOMEM', 1)
    assert.throws(() => device.queryPlane(PRIMARY, 'dmabuf'), errno('ENOMEM'))
    assert.throws(() => device.queryPlane(0, 'dmabuf'), errno('EINVAL'))
    assert.throws(() => device.getDmabuf(9999), errno('EINVAL'))
  }))

test('addon: a dma-buf has pixels, a size and CPU access', () =>
  withPlanelab((lab, device) => {
    const pixels = Uint8Array.from({ length: 16384 }, (_, i) => (i * 7 + (i >> 8)) & 255)
    lab.loadPixels(0, 0, pixels)
    using dmabuf = device.getDmabuf(device.queryPlane(PRIMARY, 'dmabuf').id)
    assert.equal(dmabuf.size(), 16384)
    using mapping = shim.map(dmabuf, 0, 16384, false)
    shim.syncDmabuf(dmabuf, 'start')
    assert.deepEqual(mapping.copyOut(0, 16384), pixels)
    shim.syncDmabuf(dmabuf, 'end')
    assert.equal(lab.counter('sync.begins'), 1)
    assert.equal(lab.counter('sync.ends'), 1)
    lab.loadPixels(0, 100, Uint8Array.of(1, 2, 3))
    assert.deepEqual([...mapping.copyOut(100, 3)], [1, 2, 3])
  }))

test('addon: a dma-buf that the driver does not map is ENODEV', () =>
  withPlanelab((lab, device) => {
    lab.setMappable(false)
    using dmabuf = device.getDmabuf(device.queryPlane(PRIMARY, 'dmabuf').id)
    assert.throws(() => shim.map(dmabuf, 0, 4096, false), errno('ENODEV'))
  }))

test('addon: regions come with their capabilities', () =>
  withPlanelab((lab, device) => {
    const edid = device.region(9)
    assert.deepEqual(edid.capabilities, [{ id: 2, version: 1, type: 1, subtype: 1 }])
    assert.equal(edid.size, 4096)
    assert.equal(device.region(7).size, 256)
    assert.throws(() => device.region(17), errno('EINVAL'))
    lab.setTransport('region')
    const plane = device.queryPlane(PRIMARY, 'region')
    assert.equal(plane.id, 17)
    lab.loadPixels(0, 0, Uint8Array.of(9, 8, 7, 6))
    using mapping = device.mapRegion(17, 0, 16384, false)
    assert.deepEqual([...mapping.copyOut(0, 4)], [9, 8, 7, 6])
    assert.throws(() => device.mapRegion(17, 0, 20480, false))
  }))

test('addon: an EDID is written with the link down for 100 ms', () =>
  withPlanelab(async (lab, device) => {
    assert.deepEqual(device.edid(), {
      ...{ offset: 2048, maxSize: 1024, size: 0, maxWidth: 3840, maxHeight: 2160, linkUp: true },
    })
    let ticks = 0
    const timer = setInterval(() => ticks++, 10)
    await device.writeEdid(Uint8Array.from({ length: 256 }, (_, i) => i))
    clearInterval(timer)
    assert.equal(device.edid()?.size, 256)
    assert.equal(device.edid()?.linkUp, true)
    assert.equal(lab.counter('edid.downs'), 1)
    assert.ok(lab.counter('edid.down-ms') >= 99, `${lab.counter('edid.down-ms')} ms`)
    assert.ok(ticks > 0, 'the event loop ran meanwhile')
    await assert.rejects(device.writeEdid(new Uint8Array(1025)))
  }))

test('addon: a reset switches the display off', () =>
  withPlanelab((lab, device) => {
    device.reset()
    assert.equal(device.queryPlane(PRIMARY, 'dmabuf').format, 0)
    assert.equal(lab.counter('resets'), 1)
  }))

test('addon: a device fd goes through a unix socket and still answers', () =>
  withPlanelab(async (_lab, device) => {
    const [here, there] = shim.socketPair()
    using _here = here
    using _there = there
    await here.send(Uint8Array.of(1), [device.fd])
    const message = await there.receive()
    assert.equal(message?.fds.length, 1)
    using received = shim.adoptVfioDevice(message?.fds[0] as Fd)
    assert.equal(received.queryPlane(PRIMARY, 'dmabuf').format, XR24)
  }))

test('addon: a device fd is taken from a process by its pid', () =>
  withPlanelab((_lab, device) => {
    using taken = shim.adoptVfioDevice(shim.takeVfioDevice(process.pid))
    assert.equal(taken.queryPlane(PRIMARY, 'dmabuf').format, XR24)
    assert.notEqual(taken.fd.number, device.fd.number)
    assert.throws(() => shim.takeVfioDevice(1), errno('ENOENT'))
  }))

test('addon: what is no vfio device is not adopted', () => {
  const before = shim.counts()
  {
    using file = shim.openFile('/dev/null', false)
    assert.throws(() => shim.adoptVfioDevice(file), errno('ENOTTY'))
    assert.equal(file.link(), '/dev/null', 'it stays with its owner')
  }
  assert.deepEqual(shim.counts(), before)
})

test('addon: a memfd becomes a udmabuf of the same pages', () => {
  using memfd = shim.createMemfd('lab', 65536)
  using udmabuf = shim.createUdmabuf(memfd, 4096, 8192)
  assert.equal(udmabuf.size(), 8192)
  using source = shim.map(memfd, 0, 65536, true)
  source.write(4096, Uint8Array.of(5, 6, 7))
  using seen = shim.map(udmabuf, 0, 8192, false)
  shim.syncDmabuf(udmabuf, 'start')
  assert.deepEqual([...seen.copyOut(0, 3)], [5, 6, 7])
  shim.syncDmabuf(udmabuf, 'end')
  assert.throws(() => shim.createUdmabuf(memfd, 0, 128 * 1024), errno('EINVAL'))
})

test('addon: mdpy’s display region lies beyond num_regions and is mapped', () => {
  using mdev = new Mdev('mdpy-xga')
  using device = shim.openVfioMdev(mdev.uuid)
  assert.equal(device.probe('dmabuf'), false)
  assert.equal(device.probe('region'), true)
  const plane = device.queryPlane(PRIMARY, 'region')
  assert.deepEqual([plane.id, plane.width, plane.height, plane.size], [16, 1024, 768, 4194304])
  assert.equal(device.info().regions, 9)
  assert.equal(device.edid(), undefined)
  using mapping = device.mapRegion(16, 0, 4096 * 768, false)
  for (const row of [0, 1, 53, 384, 767])
    assert.equal(mapping.copyOut(row * 4096 + 4092, 1)[0], Math.floor((row * 255) / 768))
})

test('addon: stock mbochs fails once, exports, refuses to be mapped, and nothing dies', () => {
  using mdev = new Mdev('mbochs-medium')
  using device = shim.openVfioMdev(mdev.uuid)
  assert.equal(device.queryPlane(PRIMARY, 'dmabuf').format, 0)
  setMbochsMode(device, 800, 600)
  assert.throws(() => device.queryPlane(PRIMARY, 'dmabuf'), errno('ENOMEM'))
  const plane = device.queryPlane(PRIMARY, 'dmabuf')
  assert.equal(plane.stride, 3200)
  using dmabuf = device.getDmabuf(plane.id)
  assert.equal(dmabuf.size(), 1920000)
  assert.throws(() => shim.map(dmabuf, 0, 1920000, false), errno('EINVAL'))
  assert.throws(() => device.getDmabuf(77), errno('ENOENT'))
  const edid = device.edid()
  assert.deepEqual(edid && [edid.offset, edid.maxSize, edid.maxWidth], [2048, 1024, 1920])
})

test('addon: the descriptor of a dma-buf is CLOEXEC even when the driver forgets it', () => {
  using mdev = new Mdev('mbochs-small')
  using device = shim.openVfioMdev(mdev.uuid)
  setMbochsMode(device, 640, 480)
  assert.throws(() => device.queryPlane(PRIMARY, 'dmabuf'), errno('ENOMEM'))
  using dmabuf = device.getDmabuf(device.queryPlane(PRIMARY, 'dmabuf').id)
  assert.ok(isCloexec(dmabuf.number))
})

function isCloexec(fd: number): boolean {
  const flags = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
  return (Number.parseInt(flags ?? '0', 8) & 0o2000000) !== 0
}
