// SPDX-License-Identifier: GPL-2.0-or-later

import { decodeRgba8 } from '../../core/decode.ts'
import { fourccRow, fourccs, fourccValue } from '../../core/fourcc.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import { LINEAR, modifierRow } from '../../core/modifier.ts'
import type { Plane } from '../../core/plane.ts'
import { layoutNeed, layoutOf, planeLayouts } from '../../core/plane-layout.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { canaryBytes } from '../../core/texture-canary.ts'
import { textureRoute } from '../../core/texture-route.ts'
import { byteOffset } from '../../core/tiling.ts'
import type { Fd, NativeShim } from '../../native-shim/api.ts'
import { isNativeError } from '../source/native-failure.ts'
import { makeGpuCanary } from '../transport/canary-image.ts'
import { planeImage } from './gpu-image.ts'
import type { GpuProcess } from './gpu-process.ts'

// Round trips of test patterns through one GPU: what the window relies on, tried where a crash does no harm.

/** One try and what came of it. */
export type GpuCase = {
  /** Whose memory the picture lay in. */
  readonly memory: 'udmabuf' | 'gbm'
  readonly fourcc: string
  readonly modifier: bigint
  readonly did: 'read' | 'convert'
  /** Undefined: it passed. `skipped`: it could not be tried here. */
  readonly why: string | undefined
  readonly skipped: boolean
  readonly ms: number
}

export type GpuTestShim = Pick<NativeShim, 'createMemfd' | 'map' | 'createUdmabuf'>
export type TestedGpu = Pick<GpuProcess, 'probe' | 'read' | 'convert' | 'fill'>

/** Pixels; whole tiles of every layout in the tables, and an edge that is none. */
const SIZE = { width: 320, height: 96 } as const
const PAGE = 4096

/** Every try that fits a device: linear pictures of each format that is imported or converted, and its tilings. */
export async function* testGpu(
  device: GpuDevice,
  gpu: TestedGpu,
  shim: GpuTestShim,
): AsyncGenerator<GpuCase> {
  for (const { code } of fourccs) {
    const kind = textureRoute(code)?.kind
    if (kind === 'import') yield await roundTrip(code, LINEAR, 'read', gpu, shim)
    if (kind === 'convert' && takes(device, code, LINEAR)) {
      yield await roundTrip(code, LINEAR, 'convert', gpu, shim)
    }
  }
  for (const modifier of tilingsOf(device)) {
    yield await roundTrip('XR24', modifier, 'read', gpu, shim)
  }
  if (device.node !== undefined) yield await ownMemory(gpu, shim)
}

/** Layouts of XR24 that the device samples and the tables know. */
function tilingsOf(device: GpuDevice): readonly bigint[] {
  const format = fourccRow('XR24')
  return device.formats
    .filter(({ fourcc, externalOnly }) => fourcc === fourccValue('XR24') && !externalOnly)
    .map(({ modifier }) => modifier)
    .filter((modifier) => {
      const row = modifierRow(modifier)
      return modifier !== LINEAR && format && row && planeLayouts(format, row, SIZE)
    })
}

function takes(device: GpuDevice, code: string, modifier: bigint): boolean {
  return device.formats.some(
    (one) => one.fourcc === fourccValue(code) && one.modifier === modifier && !one.externalOnly,
  )
}

async function roundTrip(
  fourcc: string,
  modifier: bigint,
  did: GpuCase['did'],
  gpu: TestedGpu,
  shim: GpuTestShim,
): Promise<GpuCase> {
  const started = performance.now()
  const named = { memory: 'udmabuf', fourcc, modifier, did } as const
  const done = (why: string | undefined, skipped = false): GpuCase => {
    return { ...named, why, skipped, ms: performance.now() - started }
  }
  const made = patternBuffer(fourcc, modifier, shim)
  if (!made.ok) return done(made.failure, true)
  using dmabuf = made.value.dmabuf
  const { plane, wanted } = made.value
  const image = planeImage(plane, [dmabuf])
  const probed = await gpu.probe(image)
  if (!probed.ok) return done(probed.failure.why)
  if (did === 'read') return done(await readObjection(image, wanted, gpu, shim))
  const converted = await gpu.convert(image)
  if (!converted.ok) return done(converted.failure.why)
  using owned = new DisposableStack()
  for (const { fd } of converted.value.memory) owned.use(fd)
  return done(await readObjection(converted.value, wanted, gpu, shim))
}

/** A picture in a buffer that the driver allocated. */
async function ownMemory(gpu: TestedGpu, shim: GpuTestShim): Promise<GpuCase> {
  const started = performance.now()
  const named = { memory: 'gbm', fourcc: 'AR24', modifier: LINEAR, did: 'read' } as const
  const done = (why: string | undefined): GpuCase => {
    return { ...named, why, skipped: false, ms: performance.now() - started }
  }
  const made = await makeGpuCanary(shim, gpu)
  if (!made.ok) return done(made.failure)
  const { plane, dmabuf } = made.value
  using _ = dmabuf
  const image = planeImage(plane, [dmabuf])
  const probed = await gpu.probe(image)
  if (!probed.ok) return done(probed.failure.why)
  return done(await readObjection(image, canaryBytes(), gpu, shim))
}

/** What is wrong with a picture as the GPU reads it; undefined when nothing is. */
async function readObjection(
  image: ReturnType<typeof planeImage>,
  wanted: Uint8Array,
  gpu: TestedGpu,
  shim: GpuTestShim,
): Promise<string | undefined> {
  const size = image.width * 4 * image.height
  using target = shim.createMemfd('scanout-gpu-test', size)
  const read = await gpu.read(image, target)
  if (!read.ok) return read.failure.why
  using mapping = shim.map(target, 0, size, false)
  const got = mapping.copyOut(0, size)
  let wrong = 0
  for (let at = 0; at < size; at += 4) {
    if ([0, 1, 2, 3].some((byte) => got[at + byte] !== wanted[at + byte])) wrong += 1
  }
  return wrong === 0 ? undefined : `${wrong} of ${size / 4} pixels arrived as others`
}

type Pattern = { readonly plane: Plane; readonly dmabuf: Fd; readonly wanted: Uint8Array }

/** A dma-buf with a picture in a format and a layout, and the AR24 bytes that it must read as. */
function patternBuffer(
  fourcc: string,
  modifier: bigint,
  shim: GpuTestShim,
): Result<Pattern, string> {
  const plane = patternPlane(fourcc, modifier)
  const bytes = patternBytes(plane)
  const length = Math.ceil(bytes.length / PAGE) * PAGE
  try {
    using memfd = shim.createMemfd('scanout-gpu-test', length)
    using mapping = shim.map(memfd, 0, length, true)
    mapping.write(0, bytes)
    return ok({
      plane,
      dmabuf: shim.createUdmabuf(memfd, 0, length),
      wanted: wantedBytes(plane, bytes),
    })
  } catch (error) {
    if (!isNativeError(error)) throw error
    return fail(`/dev/udmabuf cannot be used (${error.code})`)
  }
}

/** Bytes that rows are multiples of on every GPU. */
const ROW_UNIT = 256

function patternPlane(fourcc: string, modifier: bigint): Plane {
  const format = fourccRow(fourcc)
  const row = modifierRow(modifier)
  const [layout] = (format && row && planeLayouts(format, row, SIZE)) ?? []
  if (!layout) throw new Error(`${fourcc} does not go with ${modifier}`)
  const { minStride, strideUnit } = layoutNeed(layout, 1)
  const unit = Math.max(strideUnit, ROW_UNIT)
  const stride = Math.ceil(minStride / unit) * unit
  const { bytes } = layoutNeed(layout, stride)
  const memory = [{ buffer: 0, offset: 0, stride, size: bytes }]
  return { kind: 'primary', fourcc, modifier, ...SIZE, memory, x: 0, y: 0, bottomUp: false }
}

/** Bytes that tell every place of the picture from its neighbours, laid out as the modifier says. */
function patternBytes(plane: Plane): Uint8Array<ArrayBuffer> {
  const [memory] = layoutOf(plane).memory
  if (!memory) throw new Error('a pattern has one memory plane')
  const { tiling, stride, grid, size, width, bytes, height } = memory
  const pattern = new Uint8Array(size)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width * bytes; x += 1) {
      pattern[byteOffset(tiling, stride, grid, x, y)] = (x * 37) ^ (y * 101) ^ (x >> 8)
    }
  }
  return pattern
}

/** What the reference decoder sees in them, as AR24. */
function wantedBytes(plane: Plane, pattern: Uint8Array): Uint8Array {
  const rgba = decodeRgba8(plane, [pattern])
  for (let at = 0; at < rgba.length; at += 4) {
    const [red = 0, , blue = 0] = rgba.subarray(at)
    rgba[at] = blue
    rgba[at + 2] = red
  }
  return rgba
}
