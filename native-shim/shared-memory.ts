// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd, SharedMemory } from './api.ts'
import { inside, outOfRange, truth, whole, wrongType } from './argument.ts'
import { native, type OverlayHandle } from './bindings.ts'
import { NativeFd } from './fd.ts'

/** x86-64's and the smallest that an arm64 kernel uses; the addon checks against the real one. */
export const pageSize = 4096

/** The JavaScript engine's own getter: what it accepts is a WebAssembly.Memory and nothing else. */
function bufferOf(memory: unknown): ArrayBufferLike {
  const wasm = Reflect.get(globalThis, 'WebAssembly') as { Memory: { prototype: object } }
  const getter = Object.getOwnPropertyDescriptor(wasm.Memory.prototype, 'buffer')?.get
  try {
    return getter?.call(memory)
  } catch {
    throw wrongType('memory', 'a WebAssembly.Memory', memory)
  }
}

class Overlay implements Disposable {
  #handle: OverlayHandle | undefined

  constructor(handle: OverlayHandle) {
    this.#handle = handle
  }

  [Symbol.dispose](): void {
    if (!this.#handle) return
    native().unmapOver(this.#handle)
    this.#handle = undefined
  }
}

/**
 * See NativeShim.mapOver. Pages that are mapped over already are EEXIST.
 * Writing to a read-only overlay from JavaScript ends the process; reading pages that the file lost
 * does, too: map sealed memory only.
 */
export function mapOver(
  memory: SharedMemory,
  memoryOffset: number,
  fd: Fd,
  offset: number,
  length: number,
  writable: boolean,
): Disposable {
  const buffer = bufferOf(memory)
  if (!(buffer instanceof SharedArrayBuffer)) {
    throw new TypeError('memory must be shared: new WebAssembly.Memory({ …, shared: true })')
  }
  const handle = NativeFd.handleOf('fd', fd)
  if (whole('memoryOffset', memoryOffset) % pageSize !== 0) {
    throw outOfRange('memoryOffset', 'page aligned', memoryOffset)
  }
  if (whole('offset', offset) % pageSize !== 0) throw outOfRange('offset', 'page aligned', offset)
  inside('mapOver', memoryOffset, whole('length', length, 1), buffer.byteLength)
  truth('writable', writable)
  const bytes = new Uint8Array(buffer)
  return new Overlay(
    native().mapOver(memory, bytes, memoryOffset, handle, offset, length, writable),
  )
}
