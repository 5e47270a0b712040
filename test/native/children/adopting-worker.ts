// SPDX-License-Identifier: GPL-2.0-or-later
import { parentPort, workerData } from 'node:worker_threads'
import { shim } from '../../../native-shim/index.ts'

function misuse(): string {
  try {
    shim.seals(workerData)
    return 'accepted'
  } catch (error) {
    return error instanceof Error ? error.name : 'strange'
  }
}

const fd = shim.adoptFd(workerData)
const size = fd.size()
{
  using mapping = shim.map(fd, 0, size, true)
  mapping.write(100, Uint8Array.of(55))
}
fd[Symbol.dispose]()
fd[Symbol.dispose]()
parentPort?.postMessage({ size, misuse: misuse(), twice: 'fine' })
