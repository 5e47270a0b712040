// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'

// Receives 28 descriptors in a process that may open only five more: the kernel drops the rest.
const [one, other] = shim.socketPair()
const fd = shim.createMemfd('starved', 1)
await one.send(Uint8Array.of(1), new Array<Fd>(28).fill(fd))
const fill: Fd[] = []
for (;;) {
  try {
    fill.push(fd.dup())
  } catch {
    break
  }
}
for (const spare of fill.splice(0, 5)) spare[Symbol.dispose]()
const before = shim.counts().fds
const code = await other.receive().then(
  () => 'nothing wrong',
  (error) => error.code,
)
process.stdout.write(`${code}, ${shim.counts().fds - before} left open\n`)
