// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import type { Plane } from '../../core/plane.ts'
import type { FrameMessage, SurfaceId } from '../../core/protocol.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { CANARY_SURFACE } from '../../core/texture-canary.ts'
import { textureLayout } from '../../core/texture-route.ts'
import type { Fd } from '../../native-shim/api.ts'
import type { GpuImage } from '../gpu/gpu-image.ts'
import { log } from '../log.ts'
import type { Clock } from '../source/poller.ts'
import type { ZeroCopyMarks } from '../zero-copy-marks.ts'
import { type CanaryGpu, type CanaryShim, makeCanary } from './canary-image.ts'
import type { TextureGpu } from './converted-texture.ts'
import { TextureChannel, type TextureImporter } from './texture-channel.ts'
import { deviceObjection, type PciIds, type WindowGpu, windowDevice } from './texture-gate.ts'

/** What a shell lends: its window's GPU, and the way into its page. */
export type TextureHost = {
  readonly importer: TextureImporter
  /** What the window draws with, or why nobody tells. */
  windowGpu(): Promise<Result<WindowGpu, string>>
  /** The page is to say how the test picture arrived; see {@link TextureTransport.tried}. */
  tryCanary(): void
  /** Returns its undo. */
  onGpuGone(listener: (why: string) => void): () => void
}

/** GPUs of the host, each in a process of its own. */
export type GpuAccess = TextureGpu &
  CanaryGpu &
  Disposable & { devices(): Promise<Result<readonly GpuDevice[], Failure>> }

export type TextureParts = {
  /** @param node one device alone */
  startGpu(node?: string): GpuAccess
  pciIds(node: string): Promise<PciIds | undefined>
  readonly shim: CanaryShim
  readonly marks: Pick<ZeroCopyMarks, 'find' | 'begin' | 'set' | 'clear'>
  readonly clock: Clock
}

/** Until then the GPU must have said what it is, and the page what arrived, ms. */
const GATE_MS = 2000
const CANARY_MS = 1500
/** How long frames wait for a GPU that is asked about a layout, ms. */
const ANSWER_MS = 1000

/** What a send to another page than the one of now comes to. */
const RELOADED = 'the page was loaded again during the test'

/** A process for the GPU that nobody asks is ended, ms. */
const IDLE_GPU_MS = 10_000

/**
 * Dma-bufs in the GPU of one window: whether they may go there, and their way. Chromium does not tell when an
 * import fails but loses its GPU over it; so everything is tried elsewhere first, a test picture goes ahead, and
 * whatever goes wrong ends this transport for the rest of the run.
 */
export class TextureTransport implements AsyncDisposable {
  readonly #host: TextureHost
  readonly #parts: TextureParts
  readonly #owned = new DisposableStack()
  readonly #gate: Promise<Result<GpuDevice, string>>
  readonly #channel: TextureChannel
  /** Why it is of no use; undefined while it is. */
  #objection: string | undefined = 'it was not tried yet'
  #isJudged = false
  #isOver = false
  #device: GpuDevice | undefined
  /** Layouts that the GPU imported in another process. */
  readonly #taken = new Set<string>()
  #gpu: GpuAccess | undefined
  /** Looks at all GPUs, until one is chosen. */
  #search: Disposable | undefined
  #endGpu: (() => void) | undefined
  #tried: PromiseWithResolvers<string> | undefined
  #marked: Promise<unknown> = Promise.resolve()
  onBroken: (why: string) => void = () => {}
  onRefused: (layout: string, why: string) => void = () => {}

  /** Begins to look at the GPU. */
  constructor(host: TextureHost, parts: TextureParts) {
    this.#host = host
    this.#parts = parts
    const gpu: TextureGpu = {
      probe: (image) => this.#probe(image),
      convert: (image: GpuImage, into?: GpuImage) =>
        this.#soon(this.#access().convert(image, into)),
    }
    this.#channel = this.#owned.use(
      new TextureChannel(host.importer, gpu, parts.clock, {
        refused: (plane, why) => this.#refused(plane, why),
        broken: (why) => this.#broken(why),
      }),
    )
    this.#owned.defer(host.onGpuGone((why) => this.break(why)))
    this.#gate = this.#pass()
  }

  /**
   * Tries everything, the test picture last; to be called once, when the page is there.
   *
   * @returns why dma-bufs must not be imported; undefined when they may
   */
  async judge(): Promise<string | undefined> {
    const gate = await this.#inTime(this.#gate, GATE_MS, fail('the GPU did not answer in time'))
    if (!gate.ok) return this.#settle(gate.failure)
    this.#device = gate.value
    const canary = await makeCanary(this.#parts.shim, this.#access())
    if (!canary.ok) return this.#settle(canary.failure)
    if (this.#isOver) {
      canary.value.dmabuf[Symbol.dispose]()
      return this.#settle('the window was closed')
    }
    // Whoever does not come back from this has left word for the next run.
    await this.#parts.marks.begin(gate.value)
    this.#tried = Promise.withResolvers<string>()
    this.#channel.share(CANARY_SURFACE, canary.value.plane, [canary.value.dmabuf])
    if (await this.#channel.arrives(CANARY_SURFACE)) this.#host.tryCanary()
    else this.tried(RELOADED)
    const late = 'the test picture did not come back in time'
    const objection = await this.#inTime(this.#tried.promise, CANARY_MS, late)
    this.#channel.forget(CANARY_SURFACE)
    const isInnocent = objection === '' || objection === RELOADED || this.#isOver
    if (isInnocent) await this.#parts.marks.clear(gate.value)
    else await this.#parts.marks.set(gate.value, objection)
    return this.#settle(objection === '' ? undefined : objection)
  }

  /** How the test picture arrived, by the page's own word. */
  tried(objection: string): void {
    this.#tried?.resolve(objection)
  }

  /** Textures of a surface; closes the descriptors. */
  share(surface: SurfaceId, plane: Plane, dmabufs: readonly Fd[]): void {
    this.#channel.share(surface, plane, dmabufs)
  }

  /** Resolves when the page holds every texture of a frame; false when the frame is of no use to it. */
  ready(frame: FrameMessage): Promise<boolean> {
    return this.#channel.ready(frame)
  }

  /** The source is closed: its buffers are let go of. */
  forgetAll(): void {
    this.#channel.forgetAll()
  }

  /** Another page is in the window. */
  pageLeft(): void {
    this.#channel.pageLeft()
  }

  /** Something went wrong that may be textures' fault: no more of them. */
  break(why: string): void {
    this.#channel.break(why)
  }

  /** The window is about to go: whatever fails now is nobody's fault. */
  close(): void {
    this.#isOver = true
    this.#tried?.resolve('the window was closed')
    this.#owned.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    this.#endGpu?.()
    this.#gpu?.[Symbol.dispose]()
    this.#search?.[Symbol.dispose]()
    await this.#gate
    await this.#marked
  }

  async #pass(): Promise<Result<GpuDevice, string>> {
    const told = await this.#host.windowGpu()
    if (!told.ok) return told
    const window = told.value
    if (this.#isOver) return fail('the window was closed')
    using gpu = this.#parts.startGpu()
    this.#search = gpu
    const found = window.compositing === 'enabled' ? await gpu.devices() : ok([])
    const devices = found.ok ? found : fail(`${found.failure.what}: ${found.failure.why}`)
    const nodes = devices.ok ? devices.value.flatMap(({ node }) => node ?? []) : []
    const ids = new Map<string, PciIds | undefined>()
    for (const node of nodes) ids.set(node, await this.#parts.pciIds(node))
    const device = windowDevice({ window, devices, idsOf: (node) => ids.get(node) })
    if (!device.ok) return device
    const mark = await this.#parts.marks.find(device.value)
    const objection = deviceObjection(device.value, mark)
    return objection === undefined ? device : fail(objection)
  }

  #settle(objection: string | undefined): string | undefined {
    this.#isJudged = true
    this.#objection = objection
    if (objection !== undefined) this.#channel[Symbol.dispose]()
    return objection
  }

  #refused(plane: Plane, why: string): void {
    if (!this.#isJudged) {
      this.tried(why)
      return
    }
    const { fourcc, width, height } = plane
    const words = `${fourcc} of ${width} × ${height} is copied, because ${why}`
    this.onRefused(textureLayout(plane), words)
  }

  #broken(why: string): void {
    if (!this.#isJudged) {
      this.tried(why)
      return
    }
    if (this.#objection !== undefined) return
    this.#objection = why
    log.warn(`no dma-bufs go into the window's GPU any more: ${why}`)
    if (this.#device) this.#marked = this.#parts.marks.set(this.#device, why)
    this.onBroken(why)
  }

  /** The process that tries things on the window's GPU. */
  #access(): GpuAccess {
    this.#endGpu?.()
    this.#gpu ??= this.#parts.startGpu(this.#device?.node)
    this.#endGpu = this.#parts.clock.after(IDLE_GPU_MS, () => {
      this.#gpu?.[Symbol.dispose]()
      this.#gpu = undefined
    })
    return this.#gpu
  }

  /** What the GPU says of a layout; what it took once it takes again. */
  async #probe(image: GpuImage): Promise<Result<void, Failure>> {
    const key = imageLayout(image)
    if (this.#taken.has(key)) return ok(undefined)
    const probed = await this.#soon(this.#access().probe(image))
    if (probed.ok) this.#taken.add(key)
    return probed
  }

  /** Frames wait for it. */
  #soon<T>(answer: Promise<Result<T, Failure>>): Promise<Result<T, Failure>> {
    return this.#inTime<Result<T, Failure>>(answer, ANSWER_MS, fail(tooSlow))
  }

  async #inTime<T>(answer: Promise<T>, ms: number, late: T): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>()
    const cancel = this.#parts.clock.after(ms, () => resolve(late))
    try {
      return await Promise.race([answer, promise])
    } finally {
      cancel()
    }
  }
}

function imageLayout({ fourcc, modifier, width, height, memory }: GpuImage): string {
  const places = memory.map(({ offset, stride }) => `${offset}+${stride}`)
  return [fourcc, modifier, width, height, ...places].join(' ')
}

const tooSlow: Failure = {
  code: 'late',
  what: 'cannot try a picture on a GPU',
  why: 'the GPU did not answer in time',
  remedy: 'Use a transport that copies',
}
