// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { fourccValue } from '../../../core/fourcc.ts'
import { noCapabilities } from '../../../core/guest.ts'
import type { GpuImage } from '../../../main/gpu/gpu-image.ts'
import { GpuProcess } from '../../../main/gpu/gpu-process.ts'
import { testGpu } from '../../../main/gpu/gpu-test.ts'
import { DeviceSource } from '../../../main/source/device-source.ts'
import { PlanesServer } from '../../../main/source/planes/server.ts'
import { PlanesSource } from '../../../main/source/planes/source.ts'
import { ReadBacks } from '../../../main/source/read-backs.ts'
import type { Fd, VfioDevice } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { setMbochsMode } from './mbochs.ts'
import { Mdev } from './mdev.ts'
import { argbMemory, difference, opaqueNoise, type Pixels, readPng } from './picture.ts'
import { Planelab } from './planelab.ts'
import { type Outcome, scanout, until } from './scanout.ts'

// Dma-bufs that the CPU may not map, read by Mesa's software renderer in a process of its own.

const { LAB_MESA = '', LAB_PRODUCT = '', LAB_GPU_MODULES = '' } = process.env
// The product finds its own; what starts it with another Mesa is told where it is.
process.env['SCANOUT_GPU'] = path.join(LAB_PRODUCT, 'native/scanout-gpu')
/** The first picture costs a compiler run, under TCG. */
const patience = 60_000
const newer = LAB_MESA === '' ? 'Mesa of Debian 13 could not be fetched' : false
const own = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64'].some((folder) =>
  existsSync(path.join(folder, 'libEGL_mesa.so.0')),
)
  ? false
  : 'this host has no Mesa with EGL'

const start = () => GpuProcess.start({ program: LAB_MESA, patience })
const openFiles = () => readdirSync('/proc/self/fd').length

/** The pixels that a GPU reads of an image. */
async function readPixels(gpu: GpuProcess, image: GpuImage): Promise<Pixels> {
  const { width, height } = image
  using target = shim.createMemfd('pixels', width * height * 4)
  const read = await gpu.read(image, target)
  assert.equal(read.ok ? '' : read.failure.why, '')
  return pixelsOf(target, width, height, width * 4)
}

/** AR24 memory as RGBA. */
function pixelsOf(fd: Fd, width: number, height: number, stride: number): Pixels {
  using mapping = shim.map(fd, 0, stride * height, false)
  return bgrPixels(mapping.copyOut(0, stride * height), width, height, stride)
}

function bgrPixels(memory: Uint8Array, width: number, height: number, stride = width * 4): Pixels {
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0, at = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1, at += 4) {
      const [blue = 0, green = 0, red = 0, alpha = 0] = memory.subarray(y * stride + x * 4)
      rgba.set([red, green, blue, alpha], at)
    }
  return { width, height, rgba }
}

function assertSame(seen: Pixels, expected: Pixels): void {
  assert.equal(difference(seen, expected), undefined)
}

/** A linear XR24 image of a picture. */
function imageOf(fd: Fd, { width, height }: Pixels, stride: number): GpuImage {
  const memory = [{ fd, offset: 0, stride, size: stride * height }]
  return { width, height, fourcc: fourccValue('XR24') ?? 0, modifier: 0n, memory }
}

const picture = opaqueNoise(257, 63, 5)
const STRIDE = 1280

function udmabufOf(pixels: Pixels, stride: number): Fd {
  const bytes = argbMemory(pixels, stride, 'linear', false)
  const size = Math.ceil(bytes.length / 4096) * 4096
  using memfd = shim.createMemfd('picture', size)
  using mapping = shim.map(memfd, 0, size, true)
  mapping.write(0, bytes)
  return shim.createUdmabuf(memfd, 0, size)
}

/** A mode of mbochs with every pixel another colour, written as its guest would. */
function drawMbochs(device: VfioDevice, { width, height, rgba }: Pixels): void {
  setMbochsMode(device, width, height)
  const bytes = argbMemory({ width, height, rgba }, width * 4, 'linear', false)
  using bar = device.mapRegion(0, 0, Math.ceil(bytes.length / 4096) * 4096, true)
  bar.write(0, bytes)
}

/** A guest's picture as GVT-g has it, which never lets the CPU map. */
function showUnmappable(lab: Planelab): void {
  lab.makeBuffer(0, STRIDE * picture.height)
  lab.loadPixels(0, 0, argbMemory(picture, STRIDE, 'linear', false))
  lab.setMappable(false)
  lab.tell(`plane primary buf=0 fourcc=XR24 width=257 height=63 stride=${STRIDE}`)
}

const info = {
  ...{ address: 'vfio:lab', name: 'lab', access: 'dma-buf' },
  capabilities: noCapabilities,
}

const mbochsPicture = opaqueNoise(640, 480, 11)

/** The dma-buf of what it shows. The first query of a mode fails. */
function mbochsBuffer(device: VfioDevice): { readonly fd: Fd; readonly stride: number } {
  try {
    device.queryPlane(1, 'dmabuf')
  } catch {
    // ENOMEM
  }
  const { id, stride } = device.queryPlane(1, 'dmabuf')
  return { fd: device.getDmabuf(id), stride }
}

function assertSucceeded({ status, stderr }: Outcome): void {
  assert.equal(stderr, '')
  assert.equal(status, 0)
}

/** Numbers of the processes that this one started. */
function children(): string {
  const threads = readdirSync('/proc/self/task')
  return threads.map((id) => readFileSync(`/proc/self/task/${id}/children`, 'utf8')).join('')
}

describe('gpu', { concurrency: 1 }, () => {
  test('gpu: without a DRM device, a udmabuf is read in every pixel and converted', {
    skip: newer,
  }, async () => {
    using gpu = start()
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
    skip: newer,
  }, async () => {
    using mdev = new Mdev('mbochs-medium')
    using device = shim.openVfioMdev(mdev.uuid)
    drawMbochs(device, mbochsPicture)
    const { fd, stride } = mbochsBuffer(device)
    using buffer = fd
    using target = shim.createMemfd('pixels', mbochsPicture.width * mbochsPicture.height * 4)
    const files = openFiles()
    {
      using gpu = start()
      const read = await gpu.read(imageOf(buffer, mbochsPicture, stride), target)
      assert.match(read.ok ? 'it was read' : read.failure.why, /llvmpipe.*SIGSEGV.*mmap/)
      // The one that came in its place.
      using fine = udmabufOf(picture, STRIDE)
      assertSame(await readPixels(gpu, imageOf(fine, picture, STRIDE)), picture)
    }
    await until('every process and descriptor to go', () => openFiles() <= files && !children())
  })

  test('gpu: with a driver, stock mbochs is read in every pixel, and converted', {
    skip: newer,
  }, async () => {
    for (const module of LAB_GPU_MODULES.split(' ')) execFileSync('/sbin/insmod', [module])
    using mdev = new Mdev('mbochs-medium')
    using device = shim.openVfioMdev(mdev.uuid)
    drawMbochs(device, mbochsPicture)
    const { fd, stride } = mbochsBuffer(device)
    using buffer = fd
    using gpu = GpuProcess.start({ program: LAB_MESA, node: '/dev/dri/card0', patience })
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
    skip: newer,
  }, async () => {
    using gpu = GpuProcess.start({ program: LAB_MESA, node: '/dev/dri/card0', patience })
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

  test('gpu: over a broker, the viewer reads what neither may map', { skip: newer }, async () => {
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
    const program = { program: LAB_MESA, node: '/dev/dri/card0', patience }
    const own = new ReadBacks(shim, () => GpuProcess.start(program))
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

  test('gpu: what the CPU may not map: a screenshot and a dump', { skip: own }, async () => {
    using owned = new DisposableStack()
    const lab = owned.use(new Planelab())
    showUnmappable(lab)
    const mdev = owned.use(new Mdev('mbochs-medium'))
    const device = owned.use(shim.openVfioMdev(mdev.uuid))
    drawMbochs(device, mbochsPicture)
    const [shot, dumped] = await Promise.all([
      scanout(['screenshot', `vfio:${lab.uuid}`, '-o', '/tmp/unmappable.png']),
      scanout(['dump', 'vfio+fd:3', '-o', '/tmp/unmappable'], { inherit: device.fd.number }),
    ])
    for (const outcome of [shot, dumped]) assertSucceeded(outcome)
    assertSame(readPng('/tmp/unmappable.png'), picture)
    const { width, height } = mbochsPicture
    using file = shim.openFile(`/tmp/unmappable/${binary('/tmp/unmappable')}`, false)
    assertSame(pixelsOf(file, width, height, width * 4), mbochsPicture)
    assert.equal(lab.counter('gets.most'), 1, 'one GET for each id')
    assert.equal(lab.counter('dmabufs.live'), 0)
  })
})

/** The file of a dump's pixels. */
function binary(folder: string): string {
  const [name, ...others] = readdirSync(folder).filter((file) => !file.endsWith('.json'))
  assert.deepEqual(others, [])
  return name ?? ''
}
