// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Plane, PlaneKind } from '../../../core/plane.ts'
import { textureLayout } from '../../../core/texture-route.ts'
import { FrameWriter, type WrittenFrame } from '../../../main/source/frame-writer.ts'
import type { PlaneReading } from '../../../main/source/source.ts'
import { TexturePolicy } from '../../../main/source/texture-policy.ts'
import type { Fd, Mapping } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { validPlane } from '../../fakes/planes.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

/** Rows of 256 bytes, a page in all. */
const wide = { width: 64, height: 16 }

/** Buffers of a guest; memfds stand for dma-bufs. */
class Buffers implements Disposable {
  readonly #owned = new DisposableStack()
  readonly plane: Plane
  readonly fds: readonly Fd[]
  readonly mappings: readonly Mapping[]

  constructor(count: number, wish: Parameters<typeof validPlane>[0] = wide) {
    const { plane, length } = validPlane(wish)
    this.plane = plane
    const size = Math.ceil(length / 4096) * 4096
    this.fds = Array.from({ length: count }, () =>
      this.#owned.use(shim.createMemfd('buffer', size)),
    )
    this.mappings = this.fds.map((fd) => this.#owned.use(shim.map(fd, 0, size, true)))
  }

  /** How a source reads the buffer of that number. */
  reading(at: number, more: Partial<PlaneReading> = {}): PlaneReading {
    const [fd, mapping] = [this.fds[at], this.mappings[at]]
    if (!fd || !mapping) throw new Error('no such buffer')
    const { plane } = this
    const status = { kind: plane.kind, state: 'shown', plane, identity: `dmabuf ${at}` } as const
    const memory = { mappings: [mapping], dmabufs: [fd] }
    return { status, memory, mayHaveChanged: true, ...more }
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }
}

function writer(shareable: (fd: Fd) => boolean = () => true) {
  const made = new FrameWriter(shim, () => 0, new TexturePolicy(shim, shareable))
  made.reset('shared-texture', 'stream')
  return made
}

/** Writes a frame as the host does; closes what would go to the window. */
function write(into: FrameWriter, readings: readonly PlaneReading[]): WrittenFrame | undefined {
  into.note(readings)
  const { written } = into.write(readings)
  for (const { dmabufs } of written?.textures ?? []) {
    for (const fd of dmabufs) fd[Symbol.dispose]()
  }
  return written
}
const ways = (frame: WrittenFrame | undefined) => frame?.frame.surfaces.map((one) => one.sharing)

describe('planes in dma-bufs', () => {
  it('are handed over once each and named by every flip, without a byte', () => {
    using buffers = new Buffers(3)
    using frames = writer()
    let handed = 0
    for (let flip = 0; flip < 1000; flip += 1) {
      const written = write(frames, [buffers.reading(flip % 3)])
      handed += written?.textures.length ?? 0
      expect(written?.payload.length).toBe(0)
      expect(written?.frame.scene).toMatchObject([{ surface: 1 + (flip % 3) }])
    }
    expect(handed).toBe(3)
  })

  it('may differ at every look, which is no news', () => {
    using buffers = new Buffers(1)
    using frames = writer()
    expect(write(frames, [buffers.reading(0)])?.isNews).toBe(true)
    const again = write(frames, [buffers.reading(0)])
    expect(again).toMatchObject({ isNews: false, frame: { damage: [{ surface: 1, image: 0 }] } })
    expect(write(frames, [buffers.reading(0, { mayHaveChanged: false })])).toBeUndefined()
  })

  it('are damaged where their source says', () => {
    using buffers = new Buffers(1)
    using frames = writer()
    write(frames, [buffers.reading(0)])
    const changedRows = { first: 3, end: 7 }
    const written = write(frames, [buffers.reading(0, { changedRows })])
    expect(written?.frame.damage[0]?.rects).toEqual([{ x: 0, y: 3, width: 256, height: 4 }])
  })

  it('come again whole after a reset, by the same surface', () => {
    using buffers = new Buffers(1)
    using frames = writer()
    write(frames, [buffers.reading(0)])
    frames.reset()
    const written = write(frames, [buffers.reading(0)])
    expect(written?.frame).toMatchObject({
      reset: true,
      surfaces: [{ id: 1 }],
      damage: [{ surface: 1 }],
    })
    expect(written?.textures).toHaveLength(1)
  })

  it('become bytes when the window takes no textures any more', () => {
    using buffers = new Buffers(1)
    using frames = writer()
    write(frames, [buffers.reading(0)])
    frames.reset('stream')
    const written = write(frames, [buffers.reading(0)])
    expect(ways(written)).toEqual(['stream'])
    expect(written?.payload.length).toBe(4096)
  })

  it('of a layout that the window’s GPU refused become bytes, others do not', () => {
    using buffers = new Buffers(1)
    using others = new Buffers(1, { ...wide, height: 32 })
    using frames = writer()
    write(frames, [buffers.reading(0)])
    frames.refuseTexture(textureLayout(buffers.plane))
    expect(ways(write(frames, [buffers.reading(0)]))).toEqual(['stream'])
    expect(ways(write(frames, [others.reading(0)]))).toEqual(['shared-texture'])
    frames.refuseTexture(textureLayout(buffers.plane))
    expect(write(frames, [others.reading(0, { mayHaveChanged: false })])).toBeUndefined()
  })

  it.each([
    ['of a cursor that can be read', { ...wide, kind: 'cursor' as PlaneKind, fourcc: 'AR24' }],
    ['of YUV', { ...wide, fourcc: 'YUYV' }],
  ])('become bytes when they are %s', (_what, wish) => {
    using buffers = new Buffers(1, wish)
    using frames = writer()
    expect(ways(write(frames, [buffers.reading(0)]))).toEqual(['stream'])
  })

  it('of a cursor that cannot be read stay textures', () => {
    using buffers = new Buffers(1, { ...wide, kind: 'cursor', fourcc: 'AR24' })
    using frames = writer()
    const memory = { mappings: [], dmabufs: buffers.fds }
    expect(ways(write(frames, [buffers.reading(0, { memory })]))).toEqual(['shared-texture'])
  })

  it('that must not be held become bytes', () => {
    using buffers = new Buffers(1)
    using frames = writer(() => false)
    expect(ways(write(frames, [buffers.reading(0)]))).toEqual(['stream'])
  })

  it('that are only called so are found out', () => {
    using buffers = new Buffers(1)
    using frames = new FrameWriter(shim, () => 0)
    frames.reset('shared-texture', 'stream')
    expect(ways(write(frames, [buffers.reading(0)]))).toEqual(['stream'])
  })

  it('are told of again while their plane stalls', () => {
    using buffers = new Buffers(1)
    using frames = writer()
    write(frames, [buffers.reading(0)])
    frames.reset()
    const failure = { code: 'c', what: 'w', why: 'y', remedy: 'r' }
    const stalled = {
      status: { kind: 'primary', state: 'stalled', failure },
      mayHaveChanged: false,
    } as const
    expect(ways(write(frames, [stalled]))).toEqual(['shared-texture'])
    frames.reset('stream')
    expect(write(frames, [stalled])?.frame.scene).toEqual([])
  })
})

describe('files in memory that are sealed', () => {
  const present = existsSync('/dev/udmabuf')
  const memoryOf = (buffers: Buffers) => ({
    mappings: buffers.mappings,
    dmabufs: [],
    memfds: buffers.fds,
  })

  it(`become ${present ? 'dma-bufs' : 'bytes: there is no /dev/udmabuf'}`, () => {
    using buffers = new Buffers(1)
    using frames = new FrameWriter(shim, () => 0)
    frames.reset('shared-texture', 'stream')
    const written = write(frames, [buffers.reading(0, { memory: memoryOf(buffers) })])
    expect(ways(written)).toEqual([present ? 'shared-texture' : 'stream'])
  })

  const udmabufs = (made: number[]) =>
    new TexturePolicy({
      seals: (fd) => shim.seals(fd),
      createUdmabuf: (fd, _offset, size) => {
        made.push(size)
        return fd.dup()
      },
    })

  it('are wrapped once, whole', () => {
    using buffers = new Buffers(1)
    const made: number[] = []
    using frames = new FrameWriter(shim, () => 0, udmabufs(made))
    frames.reset('shared-texture', 'stream')
    for (let at = 0; at < 3; at += 1) {
      write(frames, [buffers.reading(0, { memory: memoryOf(buffers) })])
    }
    expect(made).toEqual([4096])
  })

  it.each([
    ['rows that no GPU takes', { width: 60, height: 16 }],
    ['tiles', { ...wide, modifier: 0x0100_0000_0000_0002n }],
  ])('stay bytes with %s', (_what, wish) => {
    using buffers = new Buffers(1, wish)
    const made: number[] = []
    using frames = new FrameWriter(shim, () => 0, udmabufs(made))
    frames.reset('shared-texture', 'stream')
    const written = write(frames, [buffers.reading(0, { memory: memoryOf(buffers) })])
    expect([ways(written), made]).toEqual([['stream'], []])
  })
})
