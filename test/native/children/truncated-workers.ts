// SPDX-License-Identifier: GPL-2.0-or-later
import { truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads'
import type { Mapping } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'

// Four threads read files that have lost their bytes, all at the same time, 500 times each.
const workers = 4
const times = 500

function emptied(): Mapping {
  const file = `${process.argv[2]}-${threadId}`
  writeFileSync(file, new Uint8Array(8192))
  using fd = shim.openFile(file, true)
  const mapping = shim.map(fd, 0, 8192, false)
  truncateSync(file)
  unlinkSync(file)
  return mapping
}

function faults(): number {
  let seen = 0
  for (let i = 0; i < times; i += 1) {
    using mapping = emptied()
    try {
      mapping.copyOut(0, 8192)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EFAULT') seen += 1
    }
  }
  return seen
}

function countedByWorker(): Promise<number> {
  const worker = new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) })
  return new Promise((resolve, reject) => {
    worker.on('message', resolve).on('error', reject)
  })
}

if (isMainThread) {
  const counts = await Promise.all(Array.from({ length: workers }, countedByWorker))
  const total = counts.reduce((sum, count) => sum + count, 0)
  process.stdout.write(`${workers} workers, ${total} faults\n`)
} else {
  parentPort?.postMessage(faults())
}
