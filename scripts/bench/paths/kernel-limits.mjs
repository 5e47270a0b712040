// SPDX-License-Identifier: GPL-2.0-or-later
// What no code can do without, in Node: the way into the kernel and back, and to another process and back.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A byte to another process, `cat`, and back: what waking it and being woken takes. */
export function echo(ending) {
  const child = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] })
  ending.defer(async () => {
    const ended = once(child, 'exit')
    child.stdin.end()
    await ended
  })
  return async () => {
    const heard = once(child.stdout, 'data')
    child.stdin.write('.')
    await heard
  }
}

/** As many system calls through the addon: lseek on a memfd. */
export function syscalls(shim, owned, count) {
  const fd = owned.use(shim.createMemfd('scanout-bench-limit', 4096))
  return () => {
    for (let at = 0; at < count; at += 1) fd.size()
  }
}
