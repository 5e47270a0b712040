// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { shim } from '../../../native-shim/index.ts'
import { sharedWasmMemory } from '../shared-wasm-memory.ts'

// The parent maps a memfd over WebAssembly memory; a child that inherits the memfd as 3 writes.
const size = 65_536

if (process.argv[2] === 'write') {
  using fd = shim.adoptFd(3)
  using mapping = shim.map(fd, 0, size, true)
  mapping.write(4096, Uint8Array.of(123))
} else {
  using fd = shim.createMemfd('between', size)
  const memory = sharedWasmMemory(2)
  using _over = shim.mapOver(memory, size, fd, 0, size, false)
  const script = process.argv[1] ?? ''
  const stdio = ['ignore', 'inherit', 'inherit', fd.number] as const
  await once(spawn(process.execPath, [script, 'write'], { stdio: [...stdio] }), 'exit')
  process.stdout.write(`seen ${new Uint8Array(memory.buffer)[size + 4096]}\n`)
}
