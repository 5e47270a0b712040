// SPDX-License-Identifier: GPL-2.0-or-later
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { type CanaryMessage, MEMORY_PREFIX, type MemoryMessage } from '../../core/channels.ts'
import type { FrameMessage, SurfaceId } from '../../core/protocol.ts'
import type { Fd, FdListener, FdSocket, NativeShim } from '../../native-shim/api.ts'
import { log } from '../log.ts'
import { PrivateFolder } from '../private-folder.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Shim = Pick<NativeShim, 'listen' | 'createMemfd' | 'map'>

/** A page of the CPU; the canary needs eight bytes of it. */
const CANARY_SIZE = 4096
/** Time that a page gets to map one image before it is no longer waited for, ms. */
const MAP_MS = 2000

type Shared = { readonly memfd: Fd; readonly size: number; readonly image: number }

/**
 * Hands memory images to the preload of one window as descriptors over a private unix socket, and
 * knows which of them the page can read. First goes a canary: a memfd with a random word, which the
 * preload must read back through its WebAssembly.Memory before anything relies on that road.
 */
export class MemoryChannel implements AsyncDisposable {
  readonly socketPath: string
  /** What the canary's first eight bytes read as, hex. */
  readonly canary = randomBytes(8).toString('hex')
  readonly #owned: AsyncDisposableStack
  readonly #shim: Shim
  readonly #listener: FdListener
  readonly #surfaces = new Map<SurfaceId, Map<number, Shared>>()
  readonly #unmapped = new Map<string, PromiseWithResolvers<void>>()
  #socket: FdSocket | undefined

  constructor(shim: Shim, env: Environment) {
    const owned = new AsyncDisposableStack()
    const folder = owned.use(new PrivateFolder(env))
    this.socketPath = path.join(folder.path, 'memory')
    this.#listener = owned.use(shim.listen(this.socketPath))
    this.#shim = shim
    this.#owned = owned
    owned.defer(() => this.#forgetAll())
    owned.defer(() => this.#socket?.[Symbol.dispose]())
    void this.#serve()
  }

  /** Owns `memfd` from now on. */
  share(surface: SurfaceId, image: number, memfd: Fd, size: number): void {
    const images = this.#surfaces.get(surface) ?? new Map<number, Shared>()
    this.#surfaces.set(surface, images)
    images.get(image)?.memfd[Symbol.dispose]()
    images.set(image, { memfd, size, image })
    this.#expect(surface, image)
    void this.#send({ surface, image, size }, memfd)
  }

  /** Resolves when the page can read every image of a frame's surfaces; false when it took too long. */
  async ready(frame: FrameMessage): Promise<boolean> {
    for (const surface of frame.gone) this.#forget(surface)
    if (frame.reset) {
      const kept = new Set(frame.surfaces.map(({ id }) => id))
      for (const surface of this.#surfaces.keys()) if (!kept.has(surface)) this.#forget(surface)
    }
    if (this.#unmapped.size === 0) return true
    const { promise, resolve } = Promise.withResolvers<false>()
    const late = setTimeout(() => resolve(false), MAP_MS)
    const all = Promise.all([...this.#unmapped.values()].map((waiting) => waiting.promise))
    const mapped = await Promise.race([all.then(() => true), promise])
    clearTimeout(late)
    if (!mapped) log.warn('the window did not map a picture in time')
    this.#unmapped.clear()
    return mapped
  }

  mapped(surface: SurfaceId, image: number): void {
    const key = `${surface}/${image}`
    this.#unmapped.get(key)?.resolve()
    this.#unmapped.delete(key)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }

  /** A window reloads: each preload in turn gets the canary, and then all that is alive. */
  async #serve(): Promise<void> {
    for (;;) {
      const socket = await this.#listener.accept()
      if (!socket) return
      this.#socket?.[Symbol.dispose]()
      this.#socket = socket
      if (socket.peer().uid !== process.getuid?.()) {
        socket[Symbol.dispose]()
        continue
      }
      await this.#sendCanary()
      for (const [surface, images] of this.#surfaces) {
        for (const { image, memfd, size } of images.values()) {
          this.#expect(surface, image)
          await this.#send({ surface, image, size }, memfd)
        }
      }
    }
  }

  async #sendCanary(): Promise<void> {
    using memfd = this.#shim.createMemfd('scanout-canary', CANARY_SIZE)
    using mapping = this.#shim.map(memfd, 0, CANARY_SIZE, true)
    mapping.write(0, Buffer.from(this.canary, 'hex'))
    await this.#send({ canary: this.canary }, memfd)
  }

  async #send(message: CanaryMessage | MemoryMessage, memfd: Fd): Promise<void> {
    const json = Buffer.from(JSON.stringify(message))
    const bytes = Buffer.alloc(MEMORY_PREFIX + json.length)
    bytes.writeUInt32LE(json.length)
    json.copy(bytes, MEMORY_PREFIX)
    try {
      await this.#socket?.send(bytes, [memfd])
    } catch (error) {
      log.info(`memory channel: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #expect(surface: SurfaceId, image: number): void {
    const key = `${surface}/${image}`
    // A frame may wait for this one already; a reloaded page answers the same question.
    if (!this.#unmapped.has(key)) this.#unmapped.set(key, Promise.withResolvers<void>())
  }

  #forget(surface: SurfaceId): void {
    for (const { memfd, image } of this.#surfaces.get(surface)?.values() ?? []) {
      memfd[Symbol.dispose]()
      this.mapped(surface, image)
    }
    this.#surfaces.delete(surface)
  }

  #forgetAll(): void {
    for (const surface of [...this.#surfaces.keys()]) this.#forget(surface)
  }
}
