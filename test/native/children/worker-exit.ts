// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads'
import { shim } from '../../../native-shim/index.ts'
import { everyResource } from './every-resource.ts'

// Workers hold one of everything and end: by themselves, by process.exit and by being terminated.
const endings = ['return', 'exit', 'terminate'] as const

if (isMainThread) {
  const descriptors = () => readdirSync('/proc/self/fd').length
  const end = async (ending: string) => {
    const worker = new Worker(new URL(import.meta.url), { argv: [process.argv[2], ending] })
    const exited = once(worker, 'exit')
    await once(worker, 'message')
    if (ending === 'terminate') await worker.terminate()
    await exited
  }
  shim.counts()
  await end('exit')
  const before = descriptors()
  for (let i = 0; i < 4; i += 1) await Promise.all(endings.map(end))
  const same = descriptors() === before ? 'same' : `${before} → ${descriptors()}`
  process.stdout.write(`${same} fds, ${JSON.stringify(shim.counts())}\n`)
} else {
  const held = everyResource(`${process.argv[2]}/${threadId}.sock`)
  const ending = process.argv[3]
  parentPort?.postMessage(held.length)
  if (ending === 'exit') setTimeout(() => process.exit(), 20)
  if (ending === 'return') setTimeout(() => held[5]?.[Symbol.dispose](), 20)
  if (ending === 'return') setTimeout(() => held[3]?.[Symbol.dispose](), 20)
}
