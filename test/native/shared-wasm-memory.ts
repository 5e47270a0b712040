// SPDX-License-Identifier: GPL-2.0-or-later
import type { SharedMemory } from '../../native-shim/api.ts'

/** A shared memory of so many WebAssembly pages, 64 KiB each. */
export function sharedWasmMemory(pages: number): SharedMemory {
  const memory: object = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  // The DOM's types know only memories that are not shared.
  return memory as SharedMemory
}
