// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { shim } from '../../../native-shim/index.ts'
import { sharedWasmMemory } from '../shared-wasm-memory.ts'

// Terminates workers in the middle of whatever call of the addon they are in.
const rounds = 12

function attempt(call: () => unknown): void {
  try {
    call()
  } catch {
    // The failure is the point: its error is being made while the thread ends.
  }
}

async function everyCallForever(): Promise<never> {
  const memory = sharedWasmMemory(1)
  for (;;) {
    for (let i = 0; i < 20; i += 1) {
      using fd = shim.createMemfd('busy', 65_536)
      using mapping = shim.map(fd, 0, 65_536, true)
      using _over = shim.mapOver(memory, 0, fd, 0, 65_536, true)
      mapping.copyOut(0, 65_536)
      attempt(() => shim.map(fd, 0, 1 << 20, true))
      attempt(() => shim.openFile('/nonexistent', false))
      attempt(() => shim.takeVfioDevice(process.pid, 0))
    }
    const [one, other] = shim.socketPair()
    const received = other.receive()
    await one.send(new Uint8Array(100))
    await received
    one[Symbol.dispose]()
    other[Symbol.dispose]()
    await turn()
  }
}

if (isMainThread) {
  for (let i = 0; i < rounds; i += 1) {
    const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)))
    await Promise.all(workers.map((worker) => once(worker, 'message')))
    await delay((i * 7) % 23)
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  process.stdout.write(`${JSON.stringify(shim.counts())}\n`)
} else {
  parentPort?.postMessage('running')
  await everyCallForever()
}
