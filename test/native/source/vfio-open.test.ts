// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Address } from '../../../main/source/source.ts'
import { openVfioFd, openVfioProcess, openVfioSocket } from '../../../main/source/vfio/open.ts'
import type { FdListener } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

// What real devices do is proven in the kernel lab; this is what comes instead of one.

const never = new AbortController().signal
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scanout-vfio-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function address(scheme: string, rest: string, query: [string, string][] = []): Address {
  return { text: `${scheme}:${rest}`, scheme, path: rest, query: new Map(query) }
}

/** Opens `vfio+unix:` while `answer` is the other side. */
async function fromSocket(answer: (listener: FdListener) => Promise<void>, signal = never) {
  using listener = shim.listen(path.join(folder, 's'))
  const answering = answer(listener)
  const opened = await openVfioSocket(address('vfio+unix', listener.path), signal)
  await answering
  return opened.ok || opened.failure
}

it('refuses a descriptor that is no vfio device, and closes all that came', async () => {
  const failure = await fromSocket(async (listener) => {
    using socket = await listener.accept()
    using memfd = shim.createMemfd('nothing', 4096)
    await socket?.send(Uint8Array.of(1), [memfd, memfd, memfd])
  })
  expect(failure).toMatchObject({ code: 'vfio-failed' })
})

it('says so when the other side hangs up without a descriptor', async () => {
  const failure = await fromSocket(async (listener) => {
    using socket = await listener.accept()
    await socket?.send(Buffer.from('hello'))
  })
  expect(failure).toMatchObject({ code: 'no-descriptor' })
})

it('stops waiting when it is called off', async () => {
  const stop = new AbortController()
  const failure = await fromSocket(async (listener) => {
    using _socket = await listener.accept()
    stop.abort()
    await new Promise((resolve) => setImmediate(resolve))
  }, stop.signal)
  expect(failure).toMatchObject({ code: 'timeout' })
})

it('leaves a descriptor alone that is no vfio device', async () => {
  using memfd = shim.createMemfd('nothing', 4096)
  const opened = await openVfioFd(address('vfio+fd', String(memfd.number)), never)
  expect(opened.ok || opened.failure).toMatchObject({ code: 'not-vfio' })
  expect(memfd.size()).toBe(4096)
})

it('finds no device in a process that has none', async () => {
  const opened = await openVfioProcess(address('vfio+pid', String(process.pid)), never)
  expect(opened.ok || opened.failure).toMatchObject({ code: 'not-found' })
})

it.each(['-1', 'x', '1.5'])('refuses fd=%s', async (fd) => {
  const opened = await openVfioProcess(address('vfio+pid', '1', [['fd', fd]]), never)
  expect(opened.ok || opened.failure).toMatchObject({ code: 'usage' })
})
