// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneKind } from '../../core/plane.ts'
import type { NativeShim } from '../../native-shim/api.ts'
import { GpuProcess } from '../gpu/gpu-process.ts'
import { type GpuReader, ReadBack, type UnmappablePlane } from './read-back.ts'
import type { PlaneReading } from './source.ts'

/**
 * Reads planes that the CPU may not map with a GPU, for one source, which owns it. The GPU's process is
 * started when a pixel of such a plane is wanted first.
 */
export class ReadBacks implements Disposable {
  readonly #shim: NativeShim
  readonly #start: () => GpuReader
  readonly #roads = new Map<PlaneKind, ReadBack>()
  #gpu: GpuReader | undefined
  /** Called when there is something new to be had. */
  onRead: () => void = () => {}

  constructor(shim: NativeShim, start: () => GpuReader = () => GpuProcess.start({ shim })) {
    this.#shim = shim
    this.#start = start
  }

  /** What a plane of that kind reads as. */
  reading(found: UnmappablePlane): PlaneReading {
    const { kind } = found.plane
    let road = this.#roads.get(kind)
    if (!road) {
      road = new ReadBack(
        this.#shim,
        kind,
        () => this.#reader(),
        () => this.onRead(),
      )
      this.#roads.set(kind, road)
    }
    return road.reading(found)
  }

  /** A buffer of that kind is with the GPU at this moment. */
  isReading(kind: PlaneKind): boolean {
    return this.#roads.get(kind)?.isBusy ?? false
  }

  [Symbol.dispose](): void {
    this.onRead = () => {}
    this.#gpu?.[Symbol.dispose]()
    for (const road of this.#roads.values()) road[Symbol.dispose]()
    this.#roads.clear()
  }

  #reader(): GpuReader {
    this.#gpu ??= this.#start()
    return this.#gpu
  }
}
