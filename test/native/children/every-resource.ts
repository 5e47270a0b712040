// SPDX-License-Identifier: GPL-2.0-or-later
import { shim } from '../../../native-shim/index.ts'
import { sharedWasmMemory } from '../shared-wasm-memory.ts'

/** One of everything that the addon can hold, with something pending on each. */
export function everyResource(socketPath: string): readonly Disposable[] {
  const fd = shim.createMemfd('everything', 65_536)
  const mapping = shim.map(fd, 0, 65_536, true)
  const memory = sharedWasmMemory(1)
  const over = shim.mapOver(memory, 0, fd, 0, 65_536, true)
  const [one, other] = shim.socketPair()
  const listener = shim.listen(socketPath)
  const watch = shim.watchProcess(process.ppid)
  const pending = [
    one.receive(),
    one.send(new Uint8Array(1_000_000), [fd, fd]),
    other.send(new Uint8Array(1), [fd]),
    listener.accept(),
    watch.ended,
  ]
  void Promise.allSettled(pending)
  return [fd, mapping, over, one, other, listener, watch]
}
