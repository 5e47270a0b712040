// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeRgba8 } from '../../../core/decode.ts'
import type { Failure } from '../../../core/failure.ts'
import { fourccText, fourccValue } from '../../../core/fourcc.ts'
import type { GpuDevice } from '../../../core/gpu.ts'
import { LINEAR } from '../../../core/modifier.ts'
import type { Plane } from '../../../core/plane.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { type GpuTestParts, inspectGpu } from '../../../main/commands/inspect-gpu.ts'
import type { GpuImage } from '../../../main/gpu/gpu-image.ts'
import { GpuProcess } from '../../../main/gpu/gpu-process.ts'
import { gpuProgram } from '../../../main/gpu/gpu-program.ts'
import { type GpuCase, testGpu } from '../../../main/gpu/gpu-test.ts'
import type { GpuReport } from '../../../main/gpu-report.ts'
import { ZeroCopyMarks } from '../../../main/zero-copy-marks.ts'
import type { Fd, NativeShim } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { FakeIo } from '../../fakes/fake-io.ts'
import { gpuDevice, gpuRefusal, llvmpipe } from '../../fakes/gpus.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

/** Memfds stand for the dma-bufs that /dev/udmabuf makes of them. */
const memfds: NativeShim = { ...shim, createUdmabuf: (memfd) => memfd.dup() }
const X_TILED = 0x0100_0000_0000_0001n
const CCS = 0x0100_0000_0000_0004n
const xr24 = fourccValue('XR24') ?? 0
const intel = gpuDevice({
  formats: [
    ...['AR24', 'XR24', 'AB24', 'XB24', 'AR12'].map((code) => {
      return { fourcc: fourccValue(code) ?? 0, modifier: LINEAR, externalOnly: false }
    }),
    { fourcc: xr24, modifier: X_TILED, externalOnly: false },
    { fourcc: xr24, modifier: CCS, externalOnly: false },
    { fourcc: fourccValue('NV12') ?? 0, modifier: LINEAR, externalOnly: true },
  ],
})

/** A GPU that reads as the reference decoder does, but for what a test breaks. */
class DecodingGpu implements Disposable {
  device: GpuDevice = intel
  refused: string | undefined
  /** Pixels that it gets wrong. */
  wrong = 0

  async devices(): Promise<Result<readonly GpuDevice[], Failure>> {
    return ok([this.device])
  }

  async probe({ fourcc }: GpuImage): Promise<Result<void, Failure>> {
    return fourccText(fourcc) === this.refused ? fail(gpuRefusal) : ok(undefined)
  }

  async read(image: GpuImage, target: GpuImage['memory'][number]['fd']) {
    const [memory] = image.memory
    if (!memory) throw new Error('no memory')
    using from = shim.map(memory.fd, 0, memory.fd.size(), false)
    using into = shim.map(target, 0, image.width * image.height * 4, true)
    const rgba = decodeRgba8(planeOf(image), [from.copyOut(0, from.size)])
    for (let at = 0; at < rgba.length; at += 4) {
      const [red = 0, , blue = 0] = rgba.subarray(at)
      rgba[at] = blue
      rgba[at + 2] = red
    }
    for (let pixel = 0; pixel < this.wrong; pixel += 1) rgba[pixel * 4] = (rgba[pixel * 4] ?? 0) ^ 1
    into.write(0, rgba)
    return ok(this.device)
  }

  async convert(image: GpuImage): Promise<Result<GpuImage, Failure>> {
    using empty = shim.createMemfd('gbm', image.width * image.height * 4)
    const made = await this.fill(image.width, image.height, empty)
    const [memory] = made.ok ? made.value.memory : []
    const { wrong } = this
    this.wrong = 0
    if (memory) await this.read(image, memory.fd)
    this.wrong = wrong
    return made
  }

  async fill(width: number, height: number, pixels: Fd): Promise<Result<GpuImage, Failure>> {
    const size = width * height * 4
    const memory = [{ fd: pixels.dup(), offset: 0, stride: width * 4, size }]
    return ok({ width, height, fourcc: fourccValue('AR24') ?? 0, modifier: LINEAR, memory })
  }

  [Symbol.dispose](): void {}
}

function planeOf({ width, height, fourcc, modifier, memory }: GpuImage): Plane {
  return {
    kind: 'primary',
    fourcc: fourccText(fourcc),
    modifier,
    width,
    height,
    memory: memory.map(({ offset, stride, size }) => ({ buffer: 0, offset, stride, size })),
    x: 0,
    y: 0,
    bottomUp: false,
  }
}

async function casesOf(gpu: DecodingGpu, native: NativeShim = memfds): Promise<GpuCase[]> {
  const cases: GpuCase[] = []
  for await (const one of testGpu(gpu.device, gpu, native)) cases.push(one)
  return cases
}
const words = ({ memory, fourcc, modifier, did, why }: GpuCase) =>
  `${memory} ${fourcc} ${modifier} ${did}: ${why ?? 'passed'}`

describe('the test of a GPU', () => {
  it('tries what is imported, what is converted, and every layout that can be decoded', async () => {
    const cases = await casesOf(new DecodingGpu())
    expect(cases.map(words)).toEqual([
      ...['XR24', 'XB24', 'AR24', 'AB24'].map((code) => `udmabuf ${code} 0 read: passed`),
      'udmabuf AR12 0 convert: passed',
      `udmabuf XR24 ${X_TILED} read: passed`,
      'gbm AR24 0 read: passed',
    ])
  })

  it('finds a single wrong pixel', async () => {
    const gpu = new DecodingGpu()
    gpu.wrong = 1
    const cases = await casesOf(gpu)
    expect(cases[0]?.why).toBe('1 of 30720 pixels arrived as others')
    expect(cases.every(({ why }) => why !== undefined)).toBe(true)
  })

  it('says what the driver refused', async () => {
    const gpu = new DecodingGpu()
    gpu.refused = 'AB24'
    const failed = (await casesOf(gpu)).filter(({ why }) => why)
    expect(failed.map(words)).toEqual(['udmabuf AB24 0 read: the driver says no'])
  })

  it('leaves out what has no memory here', async () => {
    const without: NativeShim = {
      ...shim,
      createUdmabuf: () => {
        throw Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open' })
      },
    }
    const cases = await casesOf(new DecodingGpu(), without)
    expect(cases.filter(({ skipped }) => !skipped).map(words)).toEqual(['gbm AR24 0 read: passed'])
    expect(cases[0]?.why).toBe('/dev/udmabuf cannot be used (EACCES)')
  })

  const mesa = fileURLToPath(new URL('../../../.cache/mesa-trixie', import.meta.url))
  const here = existsSync(`${mesa}/complete`)
  it.skipIf(!here)(
    `passes on Mesa's software${here ? '' : ' (skipped: no newer Mesa in .cache, npm run test:kernel gets it)'}`,
    async () => {
      process.env['SCANOUT_GPU'] = gpuProgram()
      const program = `${mesa}/scanout-gpu`
      using gpu = GpuProcess.start({ program, patience: 20_000, shim: memfds })
      const devices = await gpu.devices()
      const [device] = devices.ok ? devices.value : []
      if (!device) throw new Error('no software device')
      const failed: string[] = []
      let passed = 0
      for await (const one of testGpu(device, gpu, memfds)) {
        if (one.why === undefined) passed += 1
        else failed.push(words(one))
      }
      expect(failed).toEqual([])
      expect(passed).toBeGreaterThanOrEqual(5)
    },
    180_000,
  )
})

describe('scanout inspect --gpu', () => {
  const state = () => ({
    XDG_STATE_HOME: temporaryFolder(),
    ELECTRON_OVERRIDE_DIST_PATH: '/nowhere',
  })
  async function run(gpu: DecodingGpu, wish = { json: false, forget: false }, env = state()) {
    using fake = new FakeIo()
    const parts: GpuTestParts = {
      start: () => gpu,
      shim: memfds,
      pciIds: async () => ({ vendor: 0x8086, device: 0x3e92 }),
    }
    const result = await inspectGpu(wish, { ...fake.io, env }, parts)
    return { result, text: fake.text, env }
  }

  it('prints a report that can be pasted, and passes', async () => {
    const { result, text } = await run(new DecodingGpu())
    expect(result.ok).toBe(true)
    expect(text).toContain('/dev/dri/renderD128 (8086:3e92)')
    expect(text).toContain('renderer Mesa Intel(R) UHD Graphics 630')
    expect(text).toMatch(/^ {11}XR24 {2}LINEAR, X_TILED, Y_TILED_CCS$/m)
    expect(text).toMatch(/^ {11}NV12 {2}LINEAR\*$/m)
    expect(text).toMatch(/^ {2}tests {4}passed {2}udmabuf XR24 DRM_FORMAT_MOD_LINEAR: [\d.]+ ms$/m)
    expect(text).toContain('AR12 DRM_FORMAT_MOD_LINEAR, converted: ')
    expect(text).toContain('Every test passed.\nTo report this, paste all of the above.\n')
  })

  it('says the same as JSON', async () => {
    const { text } = await run(new DecodingGpu(), { json: true, forget: false })
    const report = JSON.parse(text) as GpuReport
    expect(report).toMatchObject({
      scanoutInspectGpu: 1,
      electron: null,
      udmabuf: null,
      trouble: null,
      passed: true,
      transport: { sharing: 'stream' },
      devices: [{ node: '/dev/dri/renderD128', pci: '8086:3e92', mark: null }],
    })
    expect(report.devices[0]?.cases.map(({ outcome }) => outcome)).toEqual(Array(7).fill('passed'))
  })

  it('fails with the reason when a picture comes back wrong', async () => {
    const gpu = new DecodingGpu()
    gpu.wrong = 3
    const { result, text } = await run(gpu)
    expect(result).toMatchObject({ failure: { code: 'gpu-test', why: '7 tries failed' } })
    expect(text).toContain('failed  udmabuf XR24 DRM_FORMAT_MOD_LINEAR: 3 of 30720 pixels')
    expect(text).toContain('Not every test passed.')
  })

  it('fails in clear words without a GPU', async () => {
    const software = new DecodingGpu()
    software.device = llvmpipe
    const { result, text } = await run(software)
    expect(result).toMatchObject({ failure: { code: 'no-gpu' } })
    expect(text).toContain('There is no GPU to test.')
    const none = new DecodingGpu()
    none.devices = async () => fail(gpuRefusal)
    const nothing = await run(none)
    expect(nothing.text).toContain('No GPU was found: the driver says no')
    expect(nothing.result.ok).toBe(false)
  })

  it('shows that textures failed with a GPU, until that is forgotten', async () => {
    const env = state()
    await new ZeroCopyMarks(env).set(intel, 'the GPU was reset')
    const before = await run(new DecodingGpu(), { json: false, forget: false }, env)
    expect(before.text).toContain('textures failed with it: the GPU was reset')
    const after = await run(new DecodingGpu(), { json: false, forget: true }, env)
    expect(after.text).not.toContain('the GPU was reset')
  })
})
