// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Failure } from '../../../../core/failure.ts'
import type { Plane } from '../../../../core/plane.ts'
import type { FrameMessage, SurfaceDescription, SurfaceId } from '../../../../core/protocol.ts'
import { fail, ok, type Result } from '../../../../core/result.ts'
import { textureLayout } from '../../../../core/texture-route.ts'
import type { GpuImage } from '../../../../main/gpu/gpu-image.ts'
import { TextureChannel, type TextureImporter } from '../../../../main/transport/texture-channel.ts'
import type { Fd } from '../../../../native-shim/api.ts'
import { FakeFd, type FakeFile } from '../../../fakes/fake-fd.ts'
import { FakeSharedTexture } from '../../../fakes/fake-shared-texture.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'
import { validPlane } from '../../../fakes/planes.ts'
import { emptyFrame } from '../../../fakes/source-handle.ts'

/** Hosts may be slow. */
const patient = { timeout: 30_000 }
vi.setConfig({ testTimeout: 60_000 })

const { plane, length } = validPlane()
const deep = validPlane({ fourcc: 'RX24' })
const noGpu: Failure = { code: 'c', what: 'w', why: 'the driver says no', remedy: 'r' }

let electron: FakeSharedTexture
let clock: ManualClock
let told: string[]
let channel: TextureChannel
let probes: GpuImage[]
let conversions: { readonly into: GpuImage | undefined }[]
let verdict: Result<void, Failure>
let converts: boolean
let files: FakeFile[]

beforeEach(() => {
  electron = new FakeSharedTexture()
  electron.setSharedTextureReceiver(async () => {})
  clock = new ManualClock()
  told = []
  probes = []
  conversions = []
  files = []
  verdict = ok(undefined)
  converts = true
  const importer: TextureImporter = {
    import(info) {
      const { pixelFormat, codedSize, modifier, planes } = info
      const nativePixmap = { modifier, planes }
      const imported = electron.importSharedTexture({
        textureInfo: { pixelFormat, codedSize, handle: { nativePixmap } },
      })
      return {
        send: (surface) => electron.sendSharedTexture({ importedSharedTexture: imported }, surface),
        release: () => imported.release(),
      }
    },
    forget: (surface) => told.push(`forget ${surface}`),
    stop: () => told.push('stop'),
  }
  const gpu = {
    probe: async (image: GpuImage) => {
      probes.push(image)
      return verdict
    },
    convert: async (image: GpuImage, into?: GpuImage): Promise<Result<GpuImage, Failure>> => {
      conversions.push({ into })
      if (!converts) return fail(noGpu)
      if (into) return ok(into)
      const { width, height } = image
      const size = width * height * 4
      const memory = [{ fd: dmabuf(size), offset: 0, stride: width * 4, size }]
      return ok({ width, height, fourcc: 0x34325241, modifier: 0n, memory })
    },
  }
  channel = new TextureChannel(importer, gpu, clock, {
    refused: (of, why) => told.push(`refused ${textureLayout(of)}: ${why}`),
    broken: (why) => told.push(`broken: ${why}`),
  })
})

function dmabuf(size = length): Fd {
  const fd = FakeFd.dmabuf(size)
  files.push(fd.file)
  return fd
}
const openDescriptors = () => files.reduce((sum, { open }) => sum + open, 0)

function described(id: SurfaceId, of: Plane = plane): SurfaceDescription {
  return { id, identity: `dmabuf ${id}`, plane: of, images: [], sharing: 'shared-texture' }
}

let seq = 0
/** A frame as a source makes it: its new surfaces are shared just before. */
function frame(fields: Partial<FrameMessage> = {}): Promise<boolean> {
  for (const { id, plane: of } of fields.surfaces ?? []) {
    channel.share(id, of, [dmabuf(of === deep.plane ? deep.length : length)])
  }
  return channel.ready(emptyFrame(++seq, fields))
}
const damage = (surface: SurfaceId) => [
  { surface, image: 0, rects: [{ x: 0, y: 0, width: 64, height: 8 }] },
]

describe('textures of a window', () => {
  it('are imported once, sent once and named after that', async () => {
    const known = new Set<SurfaceId>()
    for (let flip = 0; flip < 1000; flip += 1) {
      const id = 1 + (flip % 3)
      const surfaces = known.has(id) ? [] : [described(id)]
      known.add(id)
      const reset = flip === 0
      expect(await frame({ reset, surfaces, damage: damage(id) })).toBe(true)
    }
    expect(electron.imports).toHaveLength(3)
    expect(electron.sends).toEqual([1, 2, 3])
    expect(probes).toHaveLength(3)
    expect(channel.held).toBe(3)
    expect(openDescriptors()).toBe(0)
    channel[Symbol.dispose]()
    expect(electron.imports.every(({ released }) => released)).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it('tell Electron what it needs and nothing by chance', async () => {
    const tiled = validPlane({ fourcc: 'XB24', modifier: 0x0100_0000_0000_0002n, offset: 8192 })
    channel.share(1, tiled.plane, [dmabuf(tiled.length)])
    await frame({ reset: true })
    await channel.arrives(1)
    const [memory] = tiled.plane.memory
    expect(electron.imports[0]?.info).toMatchObject({
      pixelFormat: 'rgba',
      codedSize: { width: 16, height: 8 },
      handle: {
        nativePixmap: {
          modifier: '72057594037927938',
          planes: [{ offset: 8192, stride: memory?.stride, size: tiled.length }],
        },
      },
    })
  })

  it.each([
    ['is missing', (): Fd[] => [], 'is missing'],
    [
      'is a plain file',
      () => [new FakeFd({ link: '/memfd:x', size: length, open: 0 })],
      'no dma-buf',
    ],
    ['is too short', () => [dmabuf(length - 1)], 'bytes of'],
  ])('are refused when the dma-buf %s', async (_what, fds, why) => {
    channel.share(1, plane, fds())
    expect(await channel.ready(emptyFrame(1, { reset: true, surfaces: [described(1)] }))).toBe(
      false,
    )
    expect(electron.imports).toEqual([])
    expect(told[0]).toContain(`refused ${textureLayout(plane)}: `)
    expect(told[0]).toContain(why)
    expect(openDescriptors()).toBe(0)
  })

  it('are not imported when the GPU refuses them elsewhere, until all is told anew', async () => {
    verdict = fail(noGpu)
    expect(await frame({ reset: true, surfaces: [described(1)] })).toBe(false)
    expect(await frame({ damage: damage(1) })).toBe(false)
    expect(electron.imports).toEqual([])
    expect(told).toEqual([`refused ${textureLayout(plane)}: the driver says no`])
    expect(channel.held).toBe(0)
    const copied = { ...described(2), sharing: 'stream' as const }
    expect(await channel.ready(emptyFrame(9, { reset: true, surfaces: [copied] }))).toBe(true)
  })

  it('go two at a time', async () => {
    electron.isGated = true
    const ids = [1, 2, 3, 4, 5]
    const ready = frame({ reset: true, surfaces: ids.map((id) => described(id)) })
    for (let sent = 0; sent < ids.length; sent += 1) {
      await expect.poll(() => electron.gates.length, patient).toBeGreaterThan(0)
      electron.gates.shift()?.()
    }
    expect(await ready).toBe(true)
    expect(electron.mostUnderWay).toBe(2)
    expect([...electron.sends].sort()).toEqual(ids)
  })

  it('are let go of a second after they left, and stay when they come back before', async () => {
    await frame({ reset: true, surfaces: [described(1), described(2)] })
    await frame({ gone: [1] })
    clock.advance(999)
    expect(told).toEqual([])
    await frame({ surfaces: [described(1)] })
    clock.advance(5000)
    expect(told).toEqual([])
    expect(electron.imports).toHaveLength(2)
    await frame({ gone: [1] })
    clock.advance(1000)
    expect(told).toEqual(['forget 1'])
    expect(electron.imports.map(({ released }) => released)).toEqual([true, false])
  })

  it('that a reset does not name leave; those it names are neither imported nor sent again', async () => {
    await frame({ reset: true, surfaces: [described(1), described(2)] })
    await frame({ reset: true, surfaces: [described(2)] })
    clock.advance(1000)
    expect(told).toEqual(['forget 1'])
    expect(electron.imports).toHaveLength(2)
    expect(electron.sends).toEqual([1, 2])
  })

  it('go with their source; the numbers of the next one mean other buffers', async () => {
    await frame({ reset: true, surfaces: [described(1)] })
    channel.forgetAll()
    expect(told).toEqual(['forget 1'])
    expect(await frame({ damage: damage(1) })).toBe(false)
    expect(await frame({ reset: true, surfaces: [described(1)] })).toBe(true)
    expect(electron.imports.map(({ released }) => released)).toEqual([true, false])
    expect(electron.sends).toEqual([1, 1])
    expect(clock.pending).toBe(0)
  })

  it('are sent again to a page that was reloaded, by the same import', async () => {
    await frame({ reset: true, surfaces: [described(1)] })
    channel.pageLeft()
    expect(await frame({ reset: true, surfaces: [described(1)] })).toBe(true)
    expect(electron.imports).toHaveLength(1)
    expect(electron.sends).toEqual([1, 1])
  })

  it('under way to a page that was reloaded are nobody’s failure', async () => {
    electron.isGated = true
    electron.fate = 'rejects'
    const ready = frame({ reset: true, surfaces: [described(1)] })
    await expect.poll(() => electron.gates.length, patient).toBe(1)
    channel.pageLeft()
    electron.gates.shift()?.()
    expect(await ready).toBe(false)
    expect(told).toEqual([])
    electron.isGated = false
    electron.fate = 'arrives'
    expect(await frame({ reset: true, surfaces: [described(1)] })).toBe(true)
  })

  it.each([
    ['rejects', 'transfer failed'],
    ['comes late', 'transfer timed out'],
  ] as const)('end all when a send %s', async (fate, why) => {
    await frame({ reset: true, surfaces: [described(1)] })
    electron.fate = fate
    expect(await frame({ surfaces: [described(2)] })).toBe(false)
    expect(told).toEqual(['stop', `broken: the window took no texture (${why})`])
    expect(electron.imports.every(({ released }) => released)).toBe(true)
    expect(await frame({ reset: true, surfaces: [described(3)] })).toBe(false)
    expect([electron.imports.length, channel.held, openDescriptors()]).toEqual([2, 0, 0])
  })

  it('end all when a send never ends', async () => {
    electron.fate = 'hangs'
    const ready = frame({ reset: true, surfaces: [described(1)] })
    await expect.poll(() => electron.underWay, patient).toBe(1)
    clock.advance(2000)
    expect(await ready).toBe(false)
    expect(told.at(-1)).toBe('broken: the window took no texture (no answer in time)')
  })

  it('end all when Electron throws over an import', async () => {
    electron.refusal = new Error('GPU is not available')
    expect(await frame({ reset: true, surfaces: [described(1)] })).toBe(false)
    expect(told.at(-1)).toContain('GPU is not available')
    expect([channel.held, openDescriptors()]).toEqual([0, 0])
  })

  it('break once, whoever says so', async () => {
    await frame({ reset: true, surfaces: [described(1)] })
    channel.break('one')
    channel.break('two')
    channel[Symbol.dispose]()
    expect(told).toEqual(['stop', 'broken: one'])
  })

  it('that left while they were probed are not imported', async () => {
    const probed = Promise.withResolvers<void>()
    verdict = ok(undefined)
    const ready = frame({ reset: true, surfaces: [described(1)] })
    channel[Symbol.dispose]()
    probed.resolve()
    expect(await ready).toBe(false)
    expect(electron.imports).toEqual([])
    await expect.poll(openDescriptors, patient).toBe(0)
  })
})

describe('formats that sharedTexture does not know', () => {
  it('are drawn into one buffer, which is imported once', async () => {
    const surfaces = [described(1, deep.plane)]
    expect(await frame({ reset: true, surfaces, damage: damage(1) })).toBe(true)
    for (let at = 0; at < 10; at += 1) expect(await frame({ damage: damage(1) })).toBe(true)
    expect(electron.imports).toHaveLength(1)
    expect(electron.imports[0]?.info.pixelFormat).toBe('bgra')
    expect(conversions).toHaveLength(11)
    expect(new Set(conversions.slice(1).map(({ into }) => into)).size).toBe(1)
    // The guest's buffer is read for as long as the surface lives.
    expect(openDescriptors()).toBe(2)
    await frame({ gone: [1] })
    clock.advance(1000)
    expect(openDescriptors()).toBe(0)
  })

  it('are copied when no GPU converts them', async () => {
    converts = false
    expect(await frame({ reset: true, surfaces: [described(1, deep.plane)] })).toBe(false)
    expect(told).toEqual([`refused ${textureLayout(deep.plane)}: the driver says no`])
    expect(openDescriptors()).toBe(0)
  })

  it('end all when the conversion fails later', async () => {
    await frame({ reset: true, surfaces: [described(1, deep.plane)] })
    converts = false
    expect(await frame({ damage: damage(1) })).toBe(false)
    expect(told.at(-1)).toContain('broken: a picture could not be converted')
    expect(openDescriptors()).toBe(0)
  })
})
