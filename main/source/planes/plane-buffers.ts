// SPDX-License-Identifier: GPL-2.0-or-later
import { fstatSync, readSync, statfsSync } from 'node:fs'
import type { Plane, PlaneClaim } from '../../../core/plane.ts'
import type { Fd, Mapping, NativeShim } from '../../../native-shim/api.ts'
import { bufferExtent } from '../plane-extent.ts'
import type { PlaneMemory } from '../source.ts'

/** F_SEAL_SHRINK of linux/fcntl.h */
const SEAL_SHRINK = 2
/** TMPFS_MAGIC and HUGETLBFS_MAGIC of linux/magic.h: files that cannot block a reader. */
const MEMORY_FILES = new Set([0x0102_1994, 0x9584_58f6])
const CHUNK = 1 << 20

/** How a producer's descriptor may be read. */
export type BufferAccess = 'dma-buf' | 'sealed' | 'copied' | 'refused'

/**
 * Whether memory may be mapped: dma-bufs and memfds sealed against shrinking cannot lose pages under a
 * reader; other files in memory are copied with read(2); anything else could block for ever.
 */
export function bufferAccess(shim: NativeShim, fd: Fd): BufferAccess {
  const link = fd.link()
  if (link.startsWith('/dmabuf:') || link === 'anon_inode:dmabuf') return 'dma-buf'
  if ((shim.seals(fd) & SEAL_SHRINK) !== 0) return 'sealed'
  if (!fstatSync(fd.number).isFile()) return 'refused'
  return MEMORY_FILES.has(statfsSync(`/proc/self/fd/${fd.number}`).type) ? 'copied' : 'refused'
}

type OneBuffer = { readonly fd: Fd; readonly access: BufferAccess; mapping: Mapping | undefined }

/** The buffers that a producer introduced under one id. Owns their descriptors and mappings. */
export class PlaneBuffers implements Disposable {
  readonly id: number
  /** The newest description; checked anew whenever it is shown. */
  claim: PlaneClaim
  readonly #shim: NativeShim
  readonly #buffers: readonly OneBuffer[]
  readonly #owned: DisposableStack

  /**
   * Takes the descriptors over.
   *
   * @throws SyntaxError when one is of a kind that nobody may read
   */
  constructor(shim: NativeShim, id: number, claim: PlaneClaim, fds: readonly Fd[]) {
    using owned = new DisposableStack()
    for (const fd of fds) owned.use(fd)
    this.id = id
    this.claim = claim
    this.#shim = shim
    this.#buffers = fds.map((fd) => ({ fd, access: bufferAccess(shim, fd), mapping: undefined }))
    const refused = this.#buffers.find(({ access }) => access === 'refused')
    if (refused) {
      throw new SyntaxError(`${refused.fd.link()} is neither a dma-buf nor a file in memory`)
    }
    this.#owned = owned.move()
  }

  /** All of them, when all are dma-bufs. */
  get dmabufs(): readonly Fd[] | undefined {
    const isAll = this.#buffers.every(({ access }) => access === 'dma-buf')
    return isAll ? this.#buffers.map(({ fd }) => fd) : undefined
  }

  /** Real lengths, asked anew: an unsealed file may have changed its own. */
  sizes(): readonly { readonly size: number }[] {
    return this.#buffers.map(({ fd }) => ({ size: fd.size() }))
  }

  /**
   * The memory of a plane that was checked against {@link sizes}.
   *
   * @param isFresh whether copies must be made anew
   * @throws NativeError when a buffer cannot be mapped (EACCES …) or has lost its pages (EFAULT)
   */
  read(plane: Plane, isFresh: boolean): PlaneMemory {
    const mappings = this.#buffers.map((buffer, at) =>
      this.#mapped(buffer, Math.max(1, bufferExtent(plane, at)), isFresh),
    )
    const dmabufs = this.#buffers.flatMap(({ fd, access }) => (access === 'dma-buf' ? [fd] : []))
    const isSealed = this.#buffers.every(({ access }) => access === 'sealed')
    const memfds = isSealed ? this.#buffers.map(({ fd }) => fd) : []
    return { mappings, dmabufs, memfds }
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }

  #mapped(buffer: OneBuffer, length: number, isFresh: boolean): Mapping {
    const isCopy = buffer.access === 'copied'
    let { mapping } = buffer
    const isNew = !mapping || mapping.size < length
    if (!mapping || isNew) {
      mapping?.[Symbol.dispose]()
      mapping = this.#owned.use(isCopy ? this.#ownMemory(length) : this.#map(buffer.fd, length))
      buffer.mapping = mapping
    }
    if (isCopy && (isNew || isFresh)) copyFile(buffer.fd, mapping, length)
    return mapping
  }

  #map(fd: Fd, length: number): Mapping {
    return this.#shim.map(fd, 0, length, false)
  }

  #ownMemory(length: number): Mapping {
    using memfd = this.#shim.createMemfd('scanout-copy', length)
    return this.#shim.map(memfd, 0, length, true)
  }
}

/** read(2) gives what is there and never faults. */
function copyFile(fd: Fd, target: Mapping, length: number): void {
  const chunk = Buffer.alloc(Math.min(CHUNK, length))
  for (let at = 0; at < length; ) {
    const read = readSync(fd.number, chunk, 0, Math.min(chunk.length, length - at), at)
    if (read === 0) {
      const error = new Error(`the file ends at byte ${at} of ${length}`)
      throw Object.assign(error, { code: 'EFAULT', syscall: 'read' })
    }
    target.write(at, chunk.subarray(0, read))
    at += read
  }
}
