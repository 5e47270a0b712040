// SPDX-License-Identifier: GPL-2.0-or-later
// A thread in the place of a window with shared memory: maps it over a WebAssembly.Memory, as the preload
// does, and says which frame it finds there.
import { parentPort, workerData } from 'node:worker_threads'
import { shim } from '../../../native-shim/index.ts'

const { fd, size } = workerData
const PAGE = 65536
const pages = Math.ceil(size / PAGE)
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
const memfd = shim.adoptFd(fd)
const overlay = shim.mapOver(memory, 0, memfd, 0, size, false)
const words = new Int32Array(memory.buffer)

parentPort.on('message', (message) => {
  if (message === 'end') {
    overlay[Symbol.dispose]()
    memfd[Symbol.dispose]()
    parentPort.close()
  } else parentPort.postMessage(Atomics.load(words, 0))
})
parentPort.postMessage('ready')
