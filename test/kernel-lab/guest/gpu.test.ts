// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { GpuProcess } from '../../../main/gpu/gpu-process.ts'
import { shim } from '../../../native-shim/index.ts'
import {
  assertSame,
  drawMbochs,
  imageOf,
  mbochsBuffer,
  mbochsPicture,
  newMesa,
  noNewMesa,
  picture,
  pixelsOf,
  readPixels,
  STRIDE,
  udmabufOf,
} from './gpu-lab.ts'
import { Mdev } from './mdev.ts'
import { until } from './scanout.ts'

// Dma-bufs read by Mesa's software renderer without any device, which maps them as we would.

const openFiles = () => readdirSync('/proc/self/fd').length

/** Numbers of the processes that this one started. */
function children(): string {
  const threads = readdirSync('/proc/self/task')
  return threads.map((id) => readFileSync(`/proc/self/task/${id}/children`, 'utf8')).join('')
}

describe('gpu', { concurrency: 1 }, () => {
  test('gpu: without a DRM device, a udmabuf is read in every pixel and converted', {
    skip: noNewMesa,
  }, async () => {
    using gpu = GpuProcess.start(newMesa)
    using fd = udmabufOf(picture, STRIDE)
    const image = imageOf(fd, picture, STRIDE)
    assertSame(await readPixels(gpu, image), picture)
    const probed = await gpu.probe(image)
    assert.equal(probed.ok ? '' : probed.failure.why, '')
    const converted = await gpu.convert(image)
    assert.ok(converted.ok, converted.ok ? '' : converted.failure.why)
    const [memory] = converted.value.memory
    assert.ok(memory)
    using made = memory.fd
    assert.match(made.link(), /dmabuf/)
    assertSame(pixelsOf(made, picture.width, picture.height, memory.stride), picture)
  })

  test('gpu: a crash of Mesa over a buffer of stock mbochs is a failure in words', {
    skip: noNewMesa,
  }, async () => {
    using mdev = new Mdev('mbochs-medium')
    using device = shim.openVfioMdev(mdev.uuid)
    drawMbochs(device, mbochsPicture)
    const { fd, stride } = mbochsBuffer(device)
    using buffer = fd
    using target = shim.createMemfd('pixels', mbochsPicture.width * mbochsPicture.height * 4)
    const files = openFiles()
    {
      using gpu = GpuProcess.start(newMesa)
      const read = await gpu.read(imageOf(buffer, mbochsPicture, stride), target)
      assert.match(read.ok ? 'it was read' : read.failure.why, /llvmpipe.*SIGSEGV.*mmap/)
      // The one that came in its place.
      using fine = udmabufOf(picture, STRIDE)
      assertSame(await readPixels(gpu, imageOf(fine, picture, STRIDE)), picture)
    }
    await until('every process and descriptor to go', () => openFiles() <= files && !children())
  })
})
