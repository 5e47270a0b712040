// SPDX-License-Identifier: GPL-2.0-or-later
import { setImmediate as turn } from 'node:timers/promises'
import type { SharedMemory } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { sharedWasmMemory } from '../shared-wasm-memory.ts'

// Forgets memories in all ways: handle first, memory first, both; then collects.
const size = 65_536
const gc = globalThis.gc ?? (() => undefined)

using fd = shim.createMemfd('kept', size)
using mapping = shim.map(fd, 0, size, true)
mapping.write(0, new Uint8Array(size).fill(4))
let kept = 0

async function round(keep: 'memory' | 'handle' | 'nothing'): Promise<void> {
  let memory: SharedMemory | undefined = sharedWasmMemory(1)
  let over: Disposable | undefined = shim.mapOver(memory, 0, fd, 0, size, true)
  if (keep !== 'memory') memory = undefined
  if (keep !== 'handle') over = undefined
  gc()
  await turn()
  if (memory) new Uint8Array(memory.buffer)[1] = 4
  over?.[Symbol.dispose]()
  kept += 1
}

for (let i = 0; i < 200; i += 1)
  await round((['memory', 'handle', 'nothing'] as const)[i % 3] ?? 'memory')
for (let i = 0; i < 10; i += 1) {
  gc()
  await turn()
}
const intact = mapping.copyOut(0, size).every((byte) => byte === 4)
process.stdout.write(`kept ${kept}, mappings ${shim.counts().mappings - 1}, intact ${intact}\n`)
