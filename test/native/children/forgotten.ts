// SPDX-License-Identifier: GPL-2.0-or-later
import { setImmediate as turn } from 'node:timers/promises'
import { shim } from '../../../native-shim/index.ts'
import { sharedWasmMemory } from '../shared-wasm-memory.ts'

// Drops everything that nothing is pending on, undisposed, and collects.
function forget(): void {
  const fd = shim.createMemfd('forgotten', 4096)
  shim.map(fd, 0, 4096, true)
  shim.socketPair()
  fd.dup()
  shim.mapOver(sharedWasmMemory(1), 0, fd, 0, 4096, true)
}

for (let i = 0; i < 20; i += 1) forget()
for (let i = 0; i < 20; i += 1) {
  globalThis.gc?.()
  await turn()
}
process.stdout.write(`${JSON.stringify(shim.counts())}\n`)
