// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure, Verdict } from '../../core/failure.ts'
import type { Plane, PlaneKind } from '../../core/plane.ts'
import type { Fd, Mapping, NativeError } from '../../native-shim/api.ts'
import { isNativeError } from './native-failure.ts'
import type { PlaneMemory } from './source.ts'

/** How a driver says that the CPU may not map a buffer; anything else may pass. */
const NOT_MAPPABLE = new Set(['EACCES', 'EINVAL', 'ENODEV', 'ENXIO', 'EPERM', 'ENOTSUP', 'ENOSYS'])

/** A buffer of the device for as long as it is cached: its one descriptor and its one mapping. */
export class HeldBuffer implements Disposable {
  /** Transport and id: `dmabuf:7`, `region:16`. */
  readonly identity: string
  /** What the id meant when it was acquired. */
  readonly layout: string
  /** Real bytes of the dma-buf or the region. */
  readonly size: number
  /** Owned; undefined for regions, which have none. */
  readonly fd: Fd | undefined
  /** The newest plane that was read from it. */
  plane: Plane | undefined
  #mapping: Mapping | undefined
  #mapError: NativeError | undefined
  readonly #owned: DisposableStack

  constructor(
    parts: Pick<HeldBuffer, 'identity' | 'layout' | 'size' | 'fd'>,
    owned = new DisposableStack(),
  ) {
    this.identity = parts.identity
    this.layout = parts.layout
    this.size = parts.size
    this.fd = parts.fd
    this.#owned = owned
    if (parts.fd) owned.use(parts.fd)
  }

  /**
   * Maps it once; a driver that does not allow it is remembered and not asked again.
   *
   * @param map gives the mapping, and whether this buffer owns it
   * @returns the driver's refusal
   */
  map(map: () => { readonly mapping: Mapping; readonly owned: boolean }): NativeError | undefined {
    if (this.#mapping || this.#mapError) return this.#mapError
    try {
      const { mapping, owned } = map()
      if (owned) this.#owned.use(mapping)
      this.#mapping = mapping
    } catch (error) {
      if (!isNativeError(error) || !NOT_MAPPABLE.has(error.code)) throw error
      this.#mapError = error
    }
    return this.#mapError
  }

  memory(): PlaneMemory {
    return { mappings: this.#mapping ? [this.#mapping] : [], dmabufs: this.fd ? [this.fd] : [] }
  }

  [Symbol.dispose](): void {
    this.#mapping = undefined
    this.#owned[Symbol.dispose]()
  }
}

/** What a driver does that keeps the pixels of a buffer from the CPU. */
export function mapRefusal(error: NativeError): string {
  return `its driver does not let the CPU map the buffer (${error.syscall} failed with ${error.code})`
}

/**
 * Why a plane whose description is fine still cannot be shown here.
 *
 * @param failure of reading it with a GPU instead
 */
export function unmappable(kind: PlaneKind, error: NativeError, failure?: Failure): Verdict {
  const also = failure ? `, and no GPU read it (${failure.why})` : ', as drivers of GPU memory do'
  return {
    code: 'unmappable',
    what: `cannot show the ${kind} plane`,
    why: `${mapRefusal(error)}${also}`,
    remedy: failure
      ? `${failure.remedy}. Or show the VM through its D-Bus display`
      : 'Show the VM through its D-Bus display, or use a driver whose buffers can be mapped',
    field: 'memory[0].buffer',
    value: error.code,
  }
}
