// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { noCapabilities } from '../../../core/guest.ts'
import { GpuProcess } from '../../../main/gpu/gpu-process.ts'
import { testGpu } from '../../../main/gpu/gpu-test.ts'
import { DeviceSource } from '../../../main/source/device-source.ts'
import { PlanesServer } from '../../../main/source/planes/server.ts'
import { PlanesSource } from '../../../main/source/planes/source.ts'
import { ReadBacks } from '../../../main/source/read-backs.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import {
  assertSame,
  bgrPixels,
  drawMbochs,
  imageOf,
  insertDriver,
  mbochsBuffer,
  mbochsPicture,
  newMesaWithDriver,
  noNewMesa,
  picture,
  readPixels,
  showUnmappable,
} from './gpu-lab.ts'
import { Mdev } from './mdev.ts'
import { Planelab } from './planelab.ts'

// Dma-bufs that the CPU may not map, read by Mesa's software renderer through a driver, as by a GPU.

const info = {
  ...{ address: 'vfio:lab', name: 'lab', access: 'dma-buf' },
  capabilities: noCapabilities,
}

describe('gpu', { concurrency: 1 }, () => {
  test('gpu: with a driver, stock mbochs is read in every pixel, and converted', {
    skip: noNewMesa,
  }, async () => {
    await insertDriver()
    using mdev = new Mdev('mbochs-medium')
    using device = shim.openVfioMdev(mdev.uuid)
    drawMbochs(device, mbochsPicture)
    const { fd, stride } = mbochsBuffer(device)
    using buffer = fd
    using gpu = GpuProcess.start(newMesaWithDriver)
    const image = imageOf(buffer, mbochsPicture, stride)
    assertSame(await readPixels(gpu, image), mbochsPicture)
    const converted = await gpu.convert(image)
    assert.ok(converted.ok, converted.ok ? '' : converted.failure.why)
    const [memory] = converted.value.memory
    assert.ok(memory)
    using made = memory.fd
    assertSame(await readPixels(gpu, converted.value), mbochsPicture)
    assert.match(made.link(), /dmabuf/)
  })

  test('gpu: inspect --gpu passes, in udmabufs and in the memory of the driver', {
    skip: noNewMesa,
  }, async () => {
    await insertDriver()
    using gpu = GpuProcess.start(newMesaWithDriver)
    const devices = await gpu.devices()
    const [device] = devices.ok ? devices.value : []
    assert.ok(device)
    const outcomes: string[] = []
    for await (const { memory, fourcc, did, why } of testGpu(device, gpu, shim)) {
      outcomes.push(`${memory} ${fourcc} ${did}: ${why ?? 'passed'}`)
    }
    assert.deepEqual(
      outcomes.filter((outcome) => !outcome.endsWith(': passed')),
      [],
    )
    assert.ok(outcomes.includes('udmabuf XR24 read: passed'))
    assert.ok(outcomes.includes('gbm AR24 read: passed'))
  })

  test('gpu: over a broker, the viewer reads what neither may map', {
    skip: noNewMesa,
  }, async () => {
    await insertDriver()
    using owned = new DisposableStack()
    const lab = owned.use(new Planelab())
    showUnmappable(lab)
    const parts = { info, transport: 'dmabuf', now: () => performance.now() } as const
    const map = (fd: Fd, length: number) => shim.map(fd, 0, length, false)
    const device = shim.openVfioMdev(lab.uuid)
    const unwanted = () => assert.fail('a broker reads nothing')
    const readBacks = new ReadBacks(shim, unwanted)
    const served = owned.use(new DeviceSource({ ...parts, device, map, readBacks }))
    const server = owned.use(new PlanesServer(shim, served))
    const [theirs, ours] = shim.socketPair()
    void server.serve(theirs)
    const own = new ReadBacks(shim, () => GpuProcess.start(newMesaWithDriver))
    const viewer = owned.use(new PlanesSource(shim, ours, info, parts.now, own))
    await viewer.greeted()
    await viewer.fetch()
    const [primary] = viewer.refresh()
    await primary?.readBack?.renew()
    const read = primary?.readBack?.latest()
    assert.equal(read?.status.state, 'shown')
    const bytes = read?.memory?.mappings[0]?.copyOut(0, picture.width * picture.height * 4)
    assertSame(bgrPixels(bytes ?? new Uint8Array(), picture.width, picture.height), picture)
  })
})
