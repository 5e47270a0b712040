// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { LINEAR } from '../../core/modifier.ts'
import type { Plane } from '../../core/plane.ts'
import { planeRoute, textureLayout } from '../../core/texture-route.ts'
import type { Fd, NativeShim } from '../../native-shim/api.ts'
import { isNativeError } from './native-failure.ts'
import type { PlaneMemory } from './source.ts'

/**
 * Exporters whose buffers must not be held longer than their source holds them: a second descriptor of one id
 * breaks the kernel (samples/vfio-mdev/mbochs.c).
 */
const fragile: ReadonlySet<string> = new Set(['mbochs'])

/** F_SEAL_* of linux/fcntl.h: /dev/udmabuf wants the first and refuses the others. */
const SEAL_SHRINK = 0x2
const SEAL_WRITES = 0x8 | 0x10
const PAGE = 4096
/** Bytes that rows are multiples of on every GPU that samples linear pictures of others. */
const ROW_UNIT = 256

/**
 * Which planes go as textures, and as which dma-bufs. Files in memory become dma-bufs by /dev/udmabuf when their
 * producer sealed them and says itself when it drew: then nobody here reads them at all. Our own shadows do not:
 * they exist to be compared, and a changed part is uploaded sooner than the whole is sampled.
 */
export class TexturePolicy {
  readonly #shim: Pick<NativeShim, 'seals' | 'createUdmabuf'>
  readonly #isShareable: (fd: Fd) => boolean
  /** Layouts that are copied. */
  readonly #refused = new Set<string>()
  /** /dev/udmabuf is not there, or not for this user. */
  #hasNoUdmabuf = false

  /** @param shareable whether a descriptor is a dma-buf that may be held longer than its source holds it */
  constructor(
    shim: Pick<NativeShim, 'seals' | 'createUdmabuf'>,
    shareable: (fd: Fd) => boolean = rememberShareable(),
  ) {
    this.#shim = shim
    this.#isShareable = shareable
  }

  /** The window's GPU does not take such planes. False when that was known. */
  refuse(layout: string): boolean {
    if (this.#refused.has(layout)) return false
    this.#refused.add(layout)
    return true
  }

  /** Whether a plane goes as a texture, as far as can be told without touching its memory. */
  admits(plane: Plane, memory: PlaneMemory | undefined): memory is PlaneMemory {
    if (!memory) return false
    const route = planeRoute(plane, memory.mappings.length > 0)
    if (route.kind === 'copy' || this.#refused.has(textureLayout(plane))) return false
    return this.#isShared(plane, memory) || this.#isWrappable(plane, memory)
  }

  /** The dma-bufs of an admitted plane, for the taker to close; undefined where they cannot be had after all. */
  open(plane: Plane, memory: PlaneMemory): readonly Fd[] | undefined {
    if (this.#isShared(plane, memory)) return memory.dmabufs.map((fd) => fd.dup())
    using owned = new DisposableStack()
    try {
      const made = (memory.memfds ?? []).map((fd) =>
        owned.use(this.#shim.createUdmabuf(fd, 0, fd.size())),
      )
      owned.move()
      return made
    } catch (error) {
      if (!isNativeError(error)) throw error
      if (error.syscall === 'open') this.#hasNoUdmabuf = true
      else this.refuse(textureLayout(plane))
      return undefined
    }
  }

  #isShared(plane: Plane, { mappings, dmabufs }: PlaneMemory): boolean {
    if (dmabufs.length < buffersOf(plane)) return false
    if (mappings.length > 0 && mappings.length !== dmabufs.length) return false
    return dmabufs.every((fd) => this.#isShareable(fd))
  }

  #isWrappable(plane: Plane, { memfds = [] }: PlaneMemory): boolean {
    if (this.#hasNoUdmabuf || memfds.length < buffersOf(plane)) return false
    if (plane.modifier !== LINEAR) return false
    return (
      plane.memory.every(({ stride }) => stride % ROW_UNIT === 0) &&
      memfds.every((fd) => {
        const seals = this.#shim.seals(fd)
        const isSealed = (seals & SEAL_SHRINK) !== 0 && (seals & SEAL_WRITES) === 0
        return isSealed && fd.size() % PAGE === 0
      })
    )
  }
}

function buffersOf(plane: Plane): number {
  return 1 + Math.max(...plane.memory.map(({ buffer }) => buffer))
}

/** {@link isShareable}, asked once for each descriptor. */
function rememberShareable(): (fd: Fd) => boolean {
  const known = new WeakMap<Fd, boolean>()
  return (fd) => {
    const answer = known.get(fd) ?? isShareable(fd)
    known.set(fd, answer)
    return answer
  }
}

function isShareable(fd: Fd): boolean {
  const link = fd.link()
  if (!link.startsWith('/dmabuf:') && link !== 'anon_inode:dmabuf') return false
  const text = readFileSync(`/proc/self/fdinfo/${fd.number}`, 'utf8')
  const exporter = /^exp_name:\s*(\S+)$/m.exec(text)?.[1]
  return exporter === undefined || !fragile.has(exporter)
}
