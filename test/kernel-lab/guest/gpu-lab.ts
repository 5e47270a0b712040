// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fourccValue } from '../../../core/fourcc.ts'
import type { GpuImage } from '../../../main/gpu/gpu-image.ts'
import type { GpuOptions, GpuProcess } from '../../../main/gpu/gpu-process.ts'
import type { Fd, VfioDevice } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { setMbochsMode } from './mbochs.ts'
import { argbMemory, difference, opaqueNoise, type Pixels } from './picture.ts'
import type { Planelab } from './planelab.ts'
import { until } from './scanout.ts'

// What the parts that read with a GPU have in common: pictures, buffers, Mesa and a driver.

const { LAB_MESA = '', LAB_PRODUCT = '', LAB_GPU_MODULES = '' } = process.env
// The product finds its own; what starts it with another Mesa is told where it is.
process.env['SCANOUT_GPU'] = path.join(LAB_PRODUCT, 'native/scanout-gpu')

const CARD = '/dev/dri/card0'

/** Why Mesa of Debian 13 cannot be used; false when it can. */
export const noNewMesa = LAB_MESA === '' ? 'Mesa of Debian 13 could not be fetched' : false
/** The same of the host's own, which the product uses. */
export const noOwnMesa = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64'].some((folder) =>
  existsSync(path.join(folder, 'libEGL_mesa.so.0')),
)
  ? false
  : 'this host has no Mesa with EGL'

/** Mesa of Debian 13. The first picture costs a compiler run, under TCG. */
export const newMesa: GpuOptions = { program: LAB_MESA, patience: 60_000 }
/** The same with {@link insertDriver}'s device. */
export const newMesaWithDriver: GpuOptions = { ...newMesa, node: CARD }

/** Inserts labgpu; another part may do the same at this moment. */
export async function insertDriver(): Promise<void> {
  for (const module of LAB_GPU_MODULES.split(' ')) {
    const { status, stderr } = spawnSync('insmod', [module], { encoding: 'utf8' })
    assert.ok(status === 0 || /File exists/.test(stderr), stderr)
  }
  await until('the device of labgpu', () => existsSync(CARD))
}

/** The pixels that a GPU reads of an image. */
export async function readPixels(gpu: GpuProcess, image: GpuImage): Promise<Pixels> {
  const { width, height } = image
  using target = shim.createMemfd('pixels', width * height * 4)
  const read = await gpu.read(image, target)
  assert.equal(read.ok ? '' : read.failure.why, '')
  return pixelsOf(target, width, height, width * 4)
}

/** AR24 memory as RGBA. */
export function pixelsOf(fd: Fd, width: number, height: number, stride: number): Pixels {
  using mapping = shim.map(fd, 0, stride * height, false)
  return bgrPixels(mapping.copyOut(0, stride * height), width, height, stride)
}

/** The same of bytes. */
export function bgrPixels(
  memory: Uint8Array,
  width: number,
  height: number,
  stride = width * 4,
): Pixels {
  const rgba = new Uint8Array(width * height * 4)
  for (let y = 0, at = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1, at += 4) {
      const [blue = 0, green = 0, red = 0, alpha = 0] = memory.subarray(y * stride + x * 4)
      rgba.set([red, green, blue, alpha], at)
    }
  return { width, height, rgba }
}

/** Every pixel. */
export function assertSame(seen: Pixels, expected: Pixels): void {
  assert.equal(difference(seen, expected), undefined)
}

/** A linear XR24 image of a picture. */
export function imageOf(fd: Fd, { width, height }: Pixels, stride: number): GpuImage {
  const memory = [{ fd, offset: 0, stride, size: stride * height }]
  return { width, height, fourcc: fourccValue('XR24') ?? 0, modifier: 0n, memory }
}

/** Its rows are not whole cache lines. */
export const picture = opaqueNoise(257, 63, 5)
/** Of {@link picture}, bytes. */
export const STRIDE = 1280

/** A picture as a udmabuf, XR24. */
export function udmabufOf(pixels: Pixels, stride: number): Fd {
  const bytes = argbMemory(pixels, stride, 'linear', false)
  const size = Math.ceil(bytes.length / 4096) * 4096
  using memfd = shim.createMemfd('picture', size)
  using mapping = shim.map(memfd, 0, size, true)
  mapping.write(0, bytes)
  return shim.createUdmabuf(memfd, 0, size)
}

/** A mode of mbochs with every pixel another colour, written as its guest would. */
export function drawMbochs(device: VfioDevice, { width, height, rgba }: Pixels): void {
  setMbochsMode(device, width, height)
  const bytes = argbMemory({ width, height, rgba }, width * 4, 'linear', false)
  using bar = device.mapRegion(0, 0, Math.ceil(bytes.length / 4096) * 4096, true)
  bar.write(0, bytes)
}

/** A guest's picture as GVT-g has it, which never lets the CPU map. */
export function showUnmappable(lab: Planelab): void {
  lab.makeBuffer(0, STRIDE * picture.height)
  lab.loadPixels(0, 0, argbMemory(picture, STRIDE, 'linear', false))
  lab.setMappable(false)
  lab.tell(`plane primary buf=0 fourcc=XR24 width=257 height=63 stride=${STRIDE}`)
}

/** A mode that mbochs has. */
export const mbochsPicture = opaqueNoise(640, 480, 11)

/** The dma-buf of what it shows. The first query of a mode fails. */
export function mbochsBuffer(device: VfioDevice): { readonly fd: Fd; readonly stride: number } {
  try {
    device.queryPlane(1, 'dmabuf')
  } catch {
    // ENOMEM
  }
  const { id, stride } = device.queryPlane(1, 'dmabuf')
  return { fd: device.getDmabuf(id), stride }
}
