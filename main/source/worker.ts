// SPDX-License-Identifier: GPL-2.0-or-later
import { parentPort, workerData } from 'node:worker_threads'
import { shim } from '../../native-shim/index.ts'
import { SourceHost } from './host.ts'
import type { SourceReport, SourceRequest, WorkerStart } from './messages.ts'
import { openSource } from './open.ts'
import { systemClock } from './poller.ts'

// The thread of one source: opens its address, runs its host, ends when told to.

const port = parentPort
if (!port) throw new Error('main/source/worker.ts runs as a worker thread only')
const { address } = workerData as WorkerStart
const opening = new AbortController()
let host: SourceHost | undefined

const post = (report: SourceReport, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(report, [...transfer])

function close(): void {
  opening.abort()
  host?.[Symbol.dispose]()
  post({ kind: 'closed' })
  port?.close()
}

port.on('message', (request: SourceRequest) => {
  if (request.kind === 'close') close()
  else host?.handle(request)
})

const opened = await openSource(address, opening.signal)
if (!opened.ok) {
  post({ kind: 'not-opened', failure: opened.failure })
} else if (opening.signal.aborted) {
  opened.value[Symbol.dispose]()
} else {
  host = new SourceHost(opened.value, shim, systemClock, post)
}
