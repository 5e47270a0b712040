// SPDX-License-Identifier: GPL-2.0-or-later
import { MEMORY_PREFIX } from '../core/channels.ts'
import type { Fd, FdSocket, NativeShim, SharedMemory } from '../native-shim/api.ts'

/** F_SEAL_SHRINK of linux/fcntl.h: without it a file can lose pages, and reading them kills the page. */
const SEAL_SHRINK = 0x2
/** Bytes of a page of WebAssembly memory. */
const WASM_PAGE = 65536
/** Larger images than a WebAssembly memory of 4 GiB, less a page, cannot be mapped. */
const MOST_PAGES = 65535
const LONGEST_MESSAGE = 4096

type Shim = Pick<NativeShim, 'connect' | 'mapOver' | 'seals'>
/** Gives the pages of one image to the page's world. */
export type HandOver = (
  surface: number,
  image: number,
  buffer: SharedArrayBuffer,
  size: number,
) => void

/** One image over the pages of a WebAssembly.Memory, mapped once and kept until it is forgotten. */
type Mapped = { readonly buffer: SharedArrayBuffer; readonly overlay: Disposable }

/** Maps what main sends over the memory socket. Only sealed files are mapped, and only for reading. */
export class SharedSurfaces implements Disposable {
  readonly #shim: Shim
  readonly #handOver: HandOver
  readonly #surfaces = new Map<number, Mapped[]>()
  #socket: FdSocket | undefined

  constructor(shim: Shim, handOver: HandOver) {
    this.#shim = shim
    this.#handOver = handOver
  }

  /**
   * Receives until main hangs up.
   *
   * @param tried hears once whether the canary could be read: an empty text, or why not
   * @throws NativeError when the socket cannot be reached or broke
   */
  async serve(socketPath: string, tried: (objection: string) => void): Promise<void> {
    this.#socket = await this.#shim.connect(socketPath)
    let rest: Uint8Array = new Uint8Array()
    const fds: Fd[] = []
    for (;;) {
      const received = await this.#socket.receive()
      if (!received) return
      fds.push(...received.fds)
      rest = joined(rest, received.bytes)
      for (let message = cut(rest); message; message = cut(rest)) {
        rest = message.rest
        const fd = fds.shift()
        if (!fd) throw new Error('a message came without its descriptor')
        using _ = fd
        this.#take(message.value, fd, tried)
      }
    }
  }

  /** The page reads this surface no more: its pages become anonymous again. */
  forget(surface: number): void {
    for (const { overlay } of this.#surfaces.get(surface) ?? []) overlay[Symbol.dispose]()
    this.#surfaces.delete(surface)
  }

  [Symbol.dispose](): void {
    this.#socket?.[Symbol.dispose]()
    for (const surface of [...this.#surfaces.keys()]) this.forget(surface)
  }

  #take(message: unknown, fd: Fd, tried: (objection: string) => void): void {
    const { canary, surface, image, size } = message as Record<string, unknown>
    if (typeof canary === 'string') {
      tried(this.#try(canary, fd))
      return
    }
    if (![surface, image, size].every((number) => Number.isSafeInteger(number))) {
      throw new Error('main sent memory without its name')
    }
    const mapped = this.#map(fd, Number(size))
    const images = this.#surfaces.get(Number(surface)) ?? []
    images.push(mapped)
    this.#surfaces.set(Number(surface), images)
    this.#handOver(Number(surface), Number(image), mapped.buffer, Number(size))
  }

  #try(canary: string, fd: Fd): string {
    if (!crossOriginIsolated) return 'the page is not cross-origin isolated'
    try {
      const { buffer, overlay } = this.#map(fd, canary.length / 2)
      using _ = overlay
      const word = Array.from(new Uint8Array(buffer, 0, canary.length / 2), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join('')
      return word === canary ? '' : 'mapped pages read as something else'
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }

  #map(fd: Fd, size: number): Mapped {
    if ((this.#shim.seals(fd) & SEAL_SHRINK) === 0) throw new Error('the memory could shrink')
    if (fd.size() < size) throw new Error(`the memory has ${fd.size()} bytes, not ${size}`)
    const pages = Math.ceil(size / WASM_PAGE)
    if (pages < 1 || pages > MOST_PAGES) throw new Error(`${size} bytes cannot be mapped`)
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    const shared = memory as unknown as SharedMemory
    const overlay = this.#shim.mapOver(shared, 0, fd, 0, size, false)
    return { buffer: shared.buffer, overlay }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

/** The first whole message, and what follows it. */
function cut(bytes: Uint8Array): { value: unknown; rest: Uint8Array } | undefined {
  if (bytes.length < MEMORY_PREFIX) return undefined
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)
  if (length > LONGEST_MESSAGE) throw new Error(`a message of ${length} bytes`)
  const end = MEMORY_PREFIX + length
  if (bytes.length < end) return undefined
  const text = new TextDecoder().decode(bytes.subarray(MEMORY_PREFIX, end))
  return { value: JSON.parse(text), rest: bytes.subarray(end) }
}
