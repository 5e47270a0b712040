// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fourccValue } from '../../../core/fourcc.ts'
import { textureLayout } from '../../../core/texture-route.ts'
import type { DemoDevice } from '../../../main/source/demo/device.ts'
import { FrameWriter } from '../../../main/source/frame-writer.ts'
import { ConsolePlanes, LATCH_MS } from '../../../main/source/qemu/listener.ts'
import { ReadBacks } from '../../../main/source/read-backs.ts'
import { TexturePolicy } from '../../../main/source/texture-policy.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { picture } from '../../conformance/plane-device.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { SlowGpu, settled } from '../../fakes/slow-gpu.ts'
import { expectNoLeaks } from '../no-leaks.ts'
import { DemoHost, pointer, show } from './demo-host.ts'

// A device whose buffers the CPU may not map, and a GPU that reads them when a test lets it.

expectNoLeaks()

function setUp(dress: (device: DemoDevice) => void = (device) => show(device, picture, 1)) {
  const gpu = new SlowGpu()
  const demo = new DemoHost(
    (device) => {
      dress(device)
      device.setMappable(false)
    },
    'dmabuf',
    new ReadBacks(shim, () => gpu),
  )
  const watch = () => demo.host.handle({ kind: 'watch', sharing: 'stream' })
  return { gpu, demo, watch, [Symbol.dispose]: () => demo[Symbol.dispose]() }
}

const openFiles = () => readdirSync('/proc/self/fd').length

/** What a capture gives: the first byte of every plane by its kind, or its state. */
async function captured({ gpu, demo }: ReturnType<typeof setUp>, finish: readonly boolean[]) {
  demo.host.handle({ kind: 'capture', call: 1, only: undefined })
  await settled()
  for (const isGood of finish) await gpu.finish(isGood)
  await settled()
  demo.clock.advance(2000)
  const [report] = demo.take('captured')
  if (!report?.result.ok) throw new Error('no capture')
  const { planes, statuses } = report.result.value
  return { bytes: planes.map(({ buffers }) => buffers[0]?.[0]), planes, statuses }
}

describe('a buffer that the CPU may not map', () => {
  it('is shown as it is described, and nothing is read until somebody looks', () => {
    using set = setUp()
    const status = set.demo.state('primary')
    expect(status).toMatchObject({ state: 'shown', plane: { fourcc: 'XR24', width: 64 } })
    set.demo.frames(5000)
    expect(set.gpu.reads).toBe(0)
  })

  it('becomes a frame once it was read, and its status says by whom and why', async () => {
    using set = setUp()
    set.watch()
    expect(set.demo.frames()).toMatchObject([{ frame: { scene: [] } }])
    await set.gpu.finish()
    const [first] = set.demo.frames()
    expect(first?.frame.surfaces).toMatchObject([{ plane: { fourcc: 'XR24' } }])
    expect(first?.payload.length).toBe(64 * 32 * 4)
    expect(first?.payload.every((byte) => byte === 1)).toBe(true)
    expect(set.demo.state('primary')).toMatchObject({
      readBack: { device: 'Slow GPU', why: expect.stringContaining('EACCES') },
    })
  })

  it('is read one at a time, whatever the pace of looking', () => {
    using set = setUp()
    set.watch()
    for (let look = 0; look < 50; look += 1) set.demo.frames()
    expect(set.gpu.pending).toBe(1)
    expect(set.gpu.reads).toBe(1)
  })

  it('is read again only at the next look: what was read does not call for more', async () => {
    using set = setUp()
    set.watch()
    set.demo.frames()
    await set.gpu.finish()
    set.demo.frames(4)
    expect(set.gpu.reads).toBe(1)
    set.demo.frames(40)
    expect(set.gpu.reads).toBe(2)
    await set.gpu.finish()
    set.demo.device.loadPixels(0, 0, Uint8Array.of(77))
    set.demo.frames(100)
    await set.gpu.finish()
    const [changed] = set.demo.frames()
    expect(changed?.frame.surfaces).toEqual([])
    expect(changed?.frame.damage).toHaveLength(1)
    expect(changed?.payload[0]).toBe(77)
  })

  it('that moves is read again as soon as that is known, and no more once it rests', async () => {
    using set = setUp()
    set.watch()
    set.demo.frames()
    await set.gpu.finish()
    set.demo.frames(40)
    for (let step = 2; step < 10; step += 1) {
      set.demo.device.loadPixels(0, 0, Uint8Array.of(step))
      await set.gpu.finish()
      expect(set.demo.frames(4)[0]?.payload[0]).toBe(step)
      expect(set.gpu.reads).toBe(step + 1)
    }
    await set.gpu.finish()
    expect(set.demo.frames(4)).toEqual([])
    expect(set.gpu.pending).toBe(0)
  })

  it('that was flipped meanwhile is read next, and those between are not', async () => {
    using set = setUp((device) => {
      for (const slot of [1, 2, 3]) show(device, { ...picture, slot }, slot)
    })
    set.watch()
    set.demo.frames()
    for (const slot of [1, 2, 3, 2]) {
      set.demo.device.setPlane('primary', { ...picture, slot })
      set.demo.frames()
    }
    expect(set.gpu.reads).toBe(1)
    await set.gpu.finish()
    expect(set.demo.frames()[0]?.payload[0]).toBe(3)
    await set.gpu.finish()
    expect(set.demo.frames()[0]?.payload[0]).toBe(2)
  })

  it('leaves no descriptor behind, however often it flips', async () => {
    using set = setUp((device) => {
      for (const slot of [1, 2]) show(device, { ...picture, slot }, slot)
    })
    set.watch()
    set.demo.frames()
    const round = async (slot: number) => {
      set.demo.device.setPlane('primary', { ...picture, slot })
      set.demo.frames()
      while (set.gpu.pending > 0) await set.gpu.finish()
      set.demo.frames()
    }
    for (let flip = 0; flip < 6; flip += 1) await round(1 + (flip % 2))
    while (set.gpu.pending > 0) await set.gpu.finish()
    const [counts, files] = [shim.counts(), openFiles()]
    for (let flip = 0; flip < 100; flip += 1) await round(1 + (flip % 2))
    while (set.gpu.pending > 0) await set.gpu.finish()
    expect(shim.counts()).toEqual(counts)
    expect(openFiles()).toBe(files)
  })

  it('of a cursor follows the pointer without being read again for it', async () => {
    using set = setUp((device) => {
      show(device, picture, 1)
      show(device, pointer, 9)
    })
    set.watch()
    set.demo.frames()
    await set.gpu.finish()
    await set.gpu.finish()
    set.demo.device.setPlane('cursor', { ...pointer, x: 30, y: 20 })
    const [moved] = set.demo.frames()
    expect(moved?.frame.scene).toMatchObject([
      { kind: 'primary' },
      { kind: 'cursor', x: 30, y: 20 },
    ])
    expect(moved?.frame.surfaces.map(({ plane }) => plane.fourcc)).toEqual(['XR24', 'AR24'])
  })

  it('that no GPU reads is refused with both reasons, and comes back when one does', async () => {
    using set = setUp()
    set.watch()
    set.demo.frames()
    await set.gpu.finish(false)
    set.demo.frames()
    const refused = set.demo.state('primary')
    expect(refused?.state === 'refused' && refused.verdict).toMatchObject({
      code: 'unmappable',
      why: expect.stringMatching(/EACCES.*it has no wish to/),
      remedy: expect.stringContaining('Wait for a better one'),
    })
    await set.gpu.finish(false)
    set.demo.frames(200)
    expect(set.demo.take('planes')).toEqual([])
    await set.gpu.finish()
    expect(set.demo.frames(200)[0]?.payload[0]).toBe(1)
    expect(set.demo.state('primary')?.state).toBe('shown')
  })

  it('is not read while the window’s own GPU shows it, and is when that gives up', async () => {
    using set = setUp()
    using frames = new FrameWriter(shim, () => 0, new TexturePolicy(shim, () => true))
    frames.reset('shared-texture', 'stream')
    const ways = () => {
      const { written } = frames.write(set.demo.source.refresh())
      for (const fd of written?.textures.flatMap(({ dmabufs }) => dmabufs) ?? []) {
        fd[Symbol.dispose]()
      }
      return written?.frame.surfaces.map(({ sharing }) => sharing)
    }
    expect(ways()).toEqual(['shared-texture'])
    ways()
    expect(set.gpu.reads).toBe(0)
    const status = set.demo.state('primary')
    if (status?.state !== 'shown') throw new Error('not shown')
    frames.refuseTexture(textureLayout(status.plane))
    expect(ways()).toEqual([])
    expect(set.gpu.reads).toBe(1)
    await set.gpu.finish()
    expect(ways()).toEqual(['stream'])
  })

  it('is captured as it is now, not as it was read last', async () => {
    using set = setUp()
    const first = await captured(set, [true])
    expect(first.bytes).toEqual([1])
    expect(first.planes[0]?.plane).toMatchObject({ fourcc: 'XR24', modifier: 0n, width: 64 })
    expect(first.statuses[0]).toMatchObject({ state: 'shown', readBack: { device: 'Slow GPU' } })
    set.demo.device.loadPixels(0, 0, Uint8Array.of(55))
    expect((await captured(set, [true])).bytes).toEqual([55])
    const failed = await captured(set, [false])
    expect(failed.bytes).toEqual([])
    expect(failed.statuses[0]).toMatchObject({ state: 'refused' })
  })

  it('is read before it is described for the first time', async () => {
    using set = setUp()
    set.demo.host.handle({ kind: 'describe', call: 2 })
    await settled()
    expect(set.demo.take('described')).toEqual([])
    await set.gpu.finish()
    const [described] = set.demo.take('described')
    expect(described?.description.statuses[0]).toMatchObject({ readBack: { device: 'Slow GPU' } })
    set.demo.host.handle({ kind: 'describe', call: 3 })
    await settled()
    expect(set.demo.take('described')).toHaveLength(1)
    expect(set.gpu.reads).toBe(1)
  })

  it('whose id comes to mean another layout is not asked for while the GPU has it', async () => {
    const low = { ...picture, height: 16 }
    using set = setUp((device) => show(device, low, 1))
    set.watch()
    set.demo.frames()
    // Stride is no part of what a driver tells buffers apart by.
    set.demo.device.setPlane('primary', { ...low, stride: 512 })
    set.demo.frames(500)
    expect(set.demo.device.gets()).toBe(1)
    await set.gpu.finish()
    set.demo.frames()
    expect(set.demo.device.gets()).toBe(2)
    await set.gpu.finish()
    set.demo.frames()
    expect(set.demo.state('primary')).toMatchObject({ plane: { memory: [{ stride: 512 }] } })
  })

  it('is a failure in words while descriptors ran out, and comes back', async () => {
    const gpu = new SlowGpu()
    let isPoor = true
    const createMemfd = (name: string, size: number) => {
      if (isPoor && name === 'scanout-read-back') {
        throw Object.assign(new Error('no more'), { code: 'EMFILE', syscall: 'memfd_create' })
      }
      return shim.createMemfd(name, size)
    }
    const dress = (device: DemoDevice) => {
      show(device, picture, 1)
      device.setMappable(false)
    }
    const readBacks = new ReadBacks({ ...shim, createMemfd }, () => gpu)
    using demo = new DemoHost(dress, 'dmabuf', readBacks)
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    await settled()
    demo.frames()
    const refused = demo.state('primary')
    expect(refused?.state === 'refused' && refused.verdict.why).toContain('EMFILE')
    isPoor = false
    await settled()
    demo.frames(200)
    await gpu.finish()
    expect(demo.frames(200)[0]?.payload[0]).toBe(1)
  })

  it('is let go while it is being read, and so is the GPU', async () => {
    const set = setUp()
    set.watch()
    set.demo.frames()
    expect(set.gpu.pending).toBe(1)
    set[Symbol.dispose]()
    await settled()
    expect(set.gpu.isDisposed).toBe(true)
  })
})

/** A memfd that says it is a dma-buf. */
class PretendDmabuf implements Fd {
  readonly #fd: Fd

  constructor(fd: Fd) {
    this.#fd = fd
  }

  get number() {
    return this.#fd.number
  }

  dup = () => this.#fd.dup()
  release = () => this.#fd.release()
  size = () => this.#fd.size()
  link = () => '/dmabuf:pretended'
  identity = () => this.#fd.identity();

  [Symbol.dispose](): void {
    this.#fd[Symbol.dispose]()
  }
}

describe('a GPU’s buffer of a QEMU', () => {
  function showGpuBuffer() {
    const gpu = new SlowGpu()
    const clock = new ManualClock()
    const refusal = Object.assign(new Error('no'), { code: 'ENODEV', syscall: 'mmap' })
    const map = (fd: Fd, offset: number, length: number, isWritable: boolean) => {
      if (fd instanceof PretendDmabuf) throw refusal
      return shim.map(fd, offset, length, isWritable)
    }
    let wakes = 0
    const planes = new ConsolePlanes(
      { ...shim, map },
      clock,
      () => {
        wakes += 1
      },
      () => {},
      'corner',
      new ReadBacks(shim, () => gpu),
    )
    const scanout = { offsets: [0], strides: [256], planes: 1, modifier: 0n, bottomUp: false }
    const crop = [0, 0, 64, 32] as const
    planes.scanoutDmabuf({
      ...scanout,
      fds: [new PretendDmabuf(shim.createMemfd('gpu', 8192))],
      crop,
      fourcc: fourccValue('XR24') ?? 0,
    })
    const woken = () => wakes
    return { gpu, clock, planes, woken, [Symbol.dispose]: () => planes[Symbol.dispose]() }
  }

  it('is read when QEMU drew into it, which waits for that', async () => {
    using set = showGpuBuffer()
    let answers = 0
    const draw = () => {
      set.planes.updateDmabuf(() => {
        answers += 1
      })
    }
    draw()
    const look = () => set.planes.readings()[0]?.readBack?.ask()
    expect(look()?.status.state).toBe('stalled')
    await settled()
    expect([set.gpu.reads, answers]).toEqual([1, 0])
    const before = set.woken()
    await set.gpu.finish()
    expect([answers, set.woken()]).toEqual([1, before + 1])
    expect(look()).toMatchObject({ status: { state: 'shown' }, mayHaveChanged: true })
    // Nothing was drawn since: nothing is read.
    expect(look()).toMatchObject({ mayHaveChanged: false })
    expect(set.gpu.reads).toBe(1)
    draw()
    look()
    expect(set.gpu.reads).toBe(2)
  })

  it('does not keep QEMU waiting for a slow GPU', () => {
    using set = showGpuBuffer()
    let answers = 0
    set.planes.updateDmabuf(() => {
      answers += 1
    })
    set.planes.readings()[0]?.readBack?.ask()
    set.clock.advance(LATCH_MS)
    expect([set.gpu.pending, answers]).toEqual([1, 1])
  })
})
