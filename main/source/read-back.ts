// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { fourccRow } from '../../core/fourcc.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import { LINEAR } from '../../core/modifier.ts'
import type { Plane, PlaneClaim, PlaneKind } from '../../core/plane.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Fd, Mapping, NativeError, NativeShim } from '../../native-shim/api.ts'
import { planeImage } from '../gpu/gpu-image.ts'
import type { GpuProcess } from '../gpu/gpu-process.ts'
import { mapRefusal, unmappable } from './held-buffer.ts'
import { nativeFailure } from './native-failure.ts'
import { layoutKey } from './plane-query.ts'
import type { PlaneReadBack, PlaneReading } from './source.ts'

/** Who reads. */
export type GpuReader = Pick<GpuProcess, 'read'> & Disposable

/** A checked plane whose buffer the CPU may not map. Its dma-bufs are lent until the next refresh. */
export type UnmappablePlane = {
  readonly plane: Plane
  readonly claim: PlaneClaim
  readonly identity: string
  readonly dmabufs: readonly Fd[]
  readonly refusal: NativeError
  /** `unknown`: nobody says when it is drawn into, so that every look may find news. */
  readonly hasChanged: boolean | 'unknown'
}

type Wish = {
  readonly plane: Plane
  readonly identity: string
  /** Our own duplicates. */
  readonly buffers: readonly Fd[]
  readonly told: (() => void)[]
}

/** Memory that a GPU's pixels are put into. */
type Staging = { readonly memfd: Fd; readonly mapping: Mapping }

const BYTES = 4

/** The road of one kind of plane from the GPU's memory to ours. */
export class ReadBack implements PlaneReadBack, Disposable {
  readonly #shim: NativeShim
  readonly #kind: PlaneKind
  readonly #gpu: () => GpuReader
  readonly #wake: () => void
  #current: UnmappablePlane | undefined
  /** What the last reading that was begun is of. */
  #begun = ''
  #hasChanged = false
  #isBusy = false
  #isFresh = false
  #next: Wish | undefined
  #done: { readonly plane: Plane; readonly identity: string; readonly staging: Staging } | undefined
  #spare: Staging | undefined
  #device: GpuDevice | undefined
  #failure: Failure | undefined
  #isDisposed = false

  /** @param wake is called when something was read, or turned out to be impossible */
  constructor(shim: NativeShim, kind: PlaneKind, gpu: () => GpuReader, wake: () => void) {
    this.#shim = shim
    this.#kind = kind
    this.#gpu = gpu
    this.#wake = wake
  }

  /** It is being read now. */
  get isBusy(): boolean {
    return this.#isBusy
  }

  /** The plane as it is described now. */
  reading(current: UnmappablePlane): PlaneReading {
    const { plane, identity, dmabufs, refusal, hasChanged } = current
    this.#current = current
    this.#hasChanged ||= hasChanged === true
    const memory = { mappings: [], dmabufs }
    const device = this.#device?.renderer
    const readBack = device === undefined ? {} : { readBack: { device, why: mapRefusal(refusal) } }
    const shown = { kind: this.#kind, state: 'shown', plane, identity, ...readBack } as const
    const status = this.#failure ? this.#refused(current, this.#failure) : shown
    return { status, memory, mayHaveChanged: hasChanged !== false, readBack: this }
  }

  ask(): PlaneReading {
    const current = this.#current
    if (!current) throw new Error('nothing was described')
    const isFresh = this.#isFresh
    this.#isFresh = false
    // A look that finds news was asked for by it: the next one is for the next look.
    const isDue = current.hasChanged === 'unknown' ? !isFresh && !this.#isBusy : this.#hasChanged
    if (isDue || this.#begun !== wishKey(current)) this.#begin(current)
    return { ...this.latest(), mayHaveChanged: isFresh, readBack: this }
  }

  follow(): void {
    const current = this.#current
    if (current?.hasChanged === 'unknown' && !this.#isBusy) this.#begin(current)
  }

  latest(): PlaneReading {
    const current = this.#current
    if (!current) throw new Error('nothing was described')
    const kind = this.#kind
    const nothing = { mayHaveChanged: false }
    if (this.#failure) return { status: this.#refused(current, this.#failure), ...nothing }
    if (!this.#done) return { status: { kind, state: 'stalled', failure: soon(kind) }, ...nothing }
    const { plane: read, identity, staging } = this.#done
    const { x, y, hotspot } = current.plane
    const plane = { ...stagedPlane(read), x, y, ...(hotspot && { hotspot }) }
    const status = { kind, state: 'shown', plane, identity: `read-back:${kind}` } as const
    const memory = { mappings: [staging.mapping], dmabufs: [] }
    return { status, memory, ...nothing, isStale: identity !== current.identity }
  }

  async renew(): Promise<void> {
    if (!this.#current || this.#isDisposed) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#begin(this.#current, resolve)
    await promise
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true
    this.#drop(this.#takeNext())
    for (const staging of [this.#done?.staging, this.#spare]) release(staging)
    this.#done = undefined
    this.#spare = undefined
  }

  #begin(current: UnmappablePlane, told?: () => void): void {
    const { plane, identity, dmabufs } = current
    this.#begun = wishKey(current)
    this.#hasChanged = false
    try {
      this.#queue({ plane, identity, buffers: duplicates(dmabufs), told: told ? [told] : [] })
    } catch (error) {
      this.#failed(noMeans(error))
      told?.()
    }
  }

  #queue(wish: Wish): void {
    if (!this.#isBusy) {
      void this.#work(wish)
      return
    }
    // The newest wins, and whoever waited for another is content with it.
    const former = this.#next
    this.#next = { ...wish, told: [...wish.told, ...(former?.told.splice(0) ?? [])] }
    this.#drop(former)
  }

  async #work(first: Wish): Promise<void> {
    this.#isBusy = true
    for (let wish: Wish | undefined = first; wish; wish = this.#takeNext()) {
      try {
        await this.#read(wish)
      } finally {
        this.#drop(wish)
      }
    }
    this.#isBusy = false
  }

  #takeNext(): Wish | undefined {
    const next = this.#next
    this.#next = undefined
    return next
  }

  async #read({ plane, identity, buffers }: Wish): Promise<void> {
    const staging = this.#staging(plane.width * BYTES * plane.height)
    if (!staging.ok) {
      this.#failed(staging.failure)
      return
    }
    const read = await this.#gpu().read(planeImage(plane, buffers), staging.value.memfd)
    if (this.#isDisposed) {
      release(staging.value)
    } else if (read.ok) {
      this.#spare = this.#done?.staging
      this.#done = { plane, identity, staging: staging.value }
      this.#device = read.value
      this.#failure = undefined
      this.#isFresh = true
      this.#wake()
    } else {
      this.#spare = staging.value
      this.#failed(read.failure)
    }
  }

  /** The same failure again is no news. */
  #failed(failure: Failure): void {
    const isNews = this.#failure?.why !== failure.why
    this.#failure = failure
    if (isNews) this.#wake()
  }

  /** The memory that is not shown now, if it is of that size. */
  #staging(size: number): Result<Staging, Failure> {
    const spare = this.#spare
    this.#spare = undefined
    if (spare?.mapping.size === size) return ok(spare)
    release(spare)
    try {
      using owned = new DisposableStack()
      const memfd = owned.use(this.#shim.createMemfd('scanout-read-back', size))
      const mapping = this.#shim.map(memfd, 0, size, false)
      owned.move()
      return ok({ memfd, mapping })
    } catch (error) {
      return fail(noMeans(error))
    }
  }

  #drop(wish: Wish | undefined): void {
    for (const fd of wish?.buffers ?? []) fd[Symbol.dispose]()
    for (const tell of wish?.told ?? []) tell()
  }

  #refused({ claim, refusal }: UnmappablePlane, failure: Failure) {
    const kind = this.#kind
    const verdict = unmappable(kind, refusal, failure)
    return { kind, state: 'refused', verdict, claim } as const
  }
}

/** All of them or none. */
function duplicates(fds: readonly Fd[]): readonly Fd[] {
  using owned = new DisposableStack()
  const made = fds.map((fd) => owned.use(fd.dup()))
  owned.move()
  return made
}

/** Descriptors or memory ran out. */
function noMeans(error: unknown): Failure {
  const what = 'cannot read the picture back from a GPU'
  return nativeFailure(error, what, 'no-gpu', 'Close what has many files open')
}

function release(staging: Staging | undefined): void {
  staging?.mapping[Symbol.dispose]()
  staging?.memfd[Symbol.dispose]()
}

function wishKey({ identity, claim }: UnmappablePlane): string {
  return `${identity} ${layoutKey(claim)}`
}

/** What GpuProcess.read makes of a plane. */
function stagedPlane(plane: Plane): Plane {
  const { kind, width, height, x, y, bottomUp } = plane
  const stride = width * BYTES
  const memory = [{ buffer: 0, offset: 0, stride, size: stride * height }]
  const fourcc = fourccRow(plane.fourcc)?.alpha ? 'AR24' : 'XR24'
  return { kind, fourcc, modifier: LINEAR, width, height, memory, x, y, bottomUp }
}

function soon(kind: PlaneKind): Failure {
  return {
    code: 'read-back',
    what: `the ${kind} plane is not there yet`,
    why: 'a GPU is reading it for the first time',
    remedy: 'Wait',
  }
}
