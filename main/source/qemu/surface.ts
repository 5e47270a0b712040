// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import type { CheckPolicy } from '../../../core/check-plane.ts'
import type { Plane, PlaneClaim } from '../../../core/plane.ts'
import type { Fd, Mapping, NativeShim, RowCopy } from '../../../native-shim/api.ts'
import { bufferExtent } from '../plane-extent.ts'
import { bufferAccess } from '../planes/plane-buffers.ts'
import type { PlaneMemory } from '../source.ts'

/** Where the pixels of a plane are, and what QEMU last said of them. */
export interface Surface extends Disposable {
  readonly identity: string
  claim: PlaneClaim
  readonly policy: CheckPolicy
  /** Real lengths, asked anew. */
  sizes(): readonly { readonly size: number }[]
  /**
   * The memory of a plane that was checked against {@link sizes}.
   *
   * @throws NativeError when it cannot be mapped
   */
  memory(plane: Plane): PlaneMemory
  /** All its buffers, when those are dma-bufs. */
  readonly dmabufs?: readonly Fd[] | undefined
}

/** Memory of our own, for pixels that come inside of messages. */
export class OwnSurface implements Surface {
  readonly identity: string
  claim: PlaneClaim
  readonly policy = {}
  readonly #mapping: Mapping

  constructor(shim: NativeShim, identity: string, claim: PlaneClaim, size: number) {
    using memfd = shim.createMemfd('scanout-qemu', size)
    this.#mapping = shim.map(memfd, 0, size, true)
    this.identity = identity
    this.claim = claim
  }

  get size(): number {
    return this.#mapping.size
  }

  write(offset: number, bytes: Uint8Array, rows?: RowCopy): void {
    this.#mapping.write(offset, bytes, rows)
  }

  sizes(): readonly { readonly size: number }[] {
    return [this.#mapping]
  }

  memory(): PlaneMemory {
    return { mappings: [this.#mapping], dmabufs: [] }
  }

  [Symbol.dispose](): void {
    this.#mapping[Symbol.dispose]()
  }
}

/**
 * Memory of QEMU or the guest, as descriptors: memfds and dma-bufs. Reading them is guarded, so that a
 * file that shrinks costs an EFAULT.
 */
export class SharedSurface implements Surface {
  readonly identity: string
  claim: PlaneClaim
  readonly policy: CheckPolicy
  readonly #shim: NativeShim
  readonly #fds: readonly Fd[]
  readonly #dmabufs: readonly Fd[]
  readonly #mappings = new Map<Fd, Mapping>()

  /**
   * Takes the descriptors over.
   *
   * @throws SyntaxError when one is neither a dma-buf nor a file in memory
   */
  constructor(shim: NativeShim, claim: PlaneClaim, fds: readonly Fd[]) {
    using owned = new DisposableStack()
    for (const fd of fds) owned.use(fd)
    const accesses = fds.map((fd) => bufferAccess(shim, fd))
    if (accesses.includes('refused')) {
      throw new SyntaxError('a descriptor is neither a dma-buf nor a file in memory')
    }
    this.identity = surfaceIdentity(fds)
    this.claim = claim
    this.#shim = shim
    this.#fds = fds
    this.#dmabufs = fds.filter((_, at) => accesses[at] === 'dma-buf')
    this.policy = this.#dmabufs.every(isUdmabuf) ? { implicitModifier: 'linear' } : {}
    owned.move()
  }

  get dmabufs(): readonly Fd[] | undefined {
    return this.#dmabufs.length === this.#fds.length ? this.#fds : undefined
  }

  sizes(): readonly { readonly size: number }[] {
    return this.#fds.map((fd) => ({ size: fd.size() }))
  }

  /** Maps no more than the plane needs: a file may claim to be larger than any memory. */
  memory(plane: Plane): PlaneMemory {
    const mappings = this.#fds.map((fd, at) => this.#mapped(fd, bufferExtent(plane, at)))
    const memfds = this.#dmabufs.length === 0 ? this.#fds : []
    return { mappings, dmabufs: this.#dmabufs, memfds }
  }

  [Symbol.dispose](): void {
    for (const mapping of this.#mappings.values()) mapping[Symbol.dispose]()
    for (const fd of this.#fds) fd[Symbol.dispose]()
  }

  #mapped(fd: Fd, length: number): Mapping {
    const known = this.#mappings.get(fd)
    if (known && known.size >= length) return known
    const mapping = this.#shim.map(fd, 0, Math.max(1, length), false)
    this.#mappings.set(fd, mapping)
    known?.[Symbol.dispose]()
    return mapping
  }
}

/** Of files, whatever descriptors they came by: (device, inode) of each. */
export function surfaceIdentity(fds: readonly Fd[]): string {
  return `file:${fds.map((fd) => fd.identity()).join(',')}`
}

/**
 * Whether a dma-buf is guest memory that was wrapped for QEMU's virtio-gpu. Those come without a
 * modifier and are linear by nature; a GPU's buffer without one may lie in any way.
 */
function isUdmabuf(fd: Fd): boolean {
  return /^exp_name:\s*udmabuf$/m.test(readFileSync(`/proc/self/fdinfo/${fd.number}`, 'utf8'))
}
