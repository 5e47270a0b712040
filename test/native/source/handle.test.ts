// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../core/failure.ts'
import type { PlaneStatus } from '../../../core/plane.ts'
import type { FrameMessage } from '../../../core/protocol.ts'
import { parseAddress } from '../../../main/source/address.ts'
import { openSourceHandle } from '../../../main/source/handle.ts'
import type { Address, SourceHandle } from '../../../main/source/source.ts'
import { shim } from '../../../native-shim/index.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

const never = new AbortController().signal
const files = () => readdirSync('/proc/self/fd').length

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.failure.why)
  return parsed.value
}

async function open(text: string): Promise<SourceHandle> {
  const opened = await openSourceHandle(address(text), never)
  if (!opened.ok) throw new Error(opened.failure.why)
  return opened.value
}

/** A thread that runs `code` instead of a source. */
const rogue = (code: string) => () => new Worker(code, { eval: true, execArgv: [], stderr: true })
const opens = `const { parentPort } = require('node:worker_threads')
parentPort.postMessage({ kind: 'opened', info: { name: 'rogue' } })
`

describe('a source in its thread', () => {
  it('opens, tells its planes and closes', async () => {
    await using handle = await open('demo:?size=320x200&still=1')
    const told = Promise.withResolvers<readonly PlaneStatus[]>()
    handle.on('planes', told.resolve)
    const statuses = await told.promise
    expect(statuses.map(({ state }) => state)).toEqual(['shown', 'absent', 'shown'])
  })

  it('tells its planes to whoever listens later', async () => {
    await using handle = await open('demo:?size=320x200&still=1')
    await handle.describe()
    const told = Promise.withResolvers<readonly PlaneStatus[]>()
    handle.on('planes', told.resolve)
    expect(await told.promise).toHaveLength(3)
  })

  it('sends frames, takes payloads back and goes on', async () => {
    await using handle = await open('demo:?size=320x200&fps=120')
    const third = Promise.withResolvers<FrameMessage>()
    handle.on('frame', (frame, payload) => {
      handle.recycle(payload)
      handle.presented(frame.seq)
      if (frame.seq === 3) third.resolve(frame)
    })
    handle.watch('stream')
    expect(await third.promise).toMatchObject({ seq: 3, reset: false })
  })

  it('gives the descriptors of shared memory to one owner', async () => {
    await using handle = await open('demo:?size=320x200&still=1&cursor=0')
    const memory = Promise.withResolvers<number>()
    handle.on('surface-memory', (_surface, _image, memfd, size) => {
      using owned = memfd
      using mapping = shim.map(owned, 0, size, false)
      memory.resolve(mapping.size)
    })
    handle.watch('shared-memory')
    expect(await memory.promise).toBe(320 * 200 * 4)
  })

  it('closes the descriptors of shared memory that nobody wants', async () => {
    const before = files()
    {
      await using handle = await open('demo:?size=320x200&still=1')
      const framed = Promise.withResolvers<void>()
      handle.on('frame', () => framed.resolve())
      handle.watch('shared-memory')
      await framed.promise
    }
    expect(files()).toBe(before)
  })

  it('captures the planes with their bytes', async () => {
    await using handle = await open('demo:?size=320x200&still=1&modifier=x')
    const captured = await handle.capture()
    const planes = captured.ok ? captured.value.planes : []
    expect(planes.map(({ plane }) => plane.kind)).toEqual(['primary', 'cursor'])
    expect(planes[0]?.buffers[0]?.length).toBe(1536 * 200)
  })

  it('captures one plane when asked for one', async () => {
    await using handle = await open('demo:?size=320x200&still=1')
    const captured = await handle.capture('cursor')
    expect(captured.ok && captured.value.planes.map(({ plane }) => plane.kind)).toEqual(['cursor'])
  })

  it('leaves nothing behind when it is closed, opened and closed again', async () => {
    const before = files()
    for (let round = 0; round < 5; round += 1) {
      await using handle = await open('demo:?size=320x200')
      await handle.capture()
    }
    expect(files()).toBe(before)
  })

  it('tells the end of the VM, and then answers in words', async () => {
    await using handle = await open('demo:?size=320x200&gone=1')
    const gone = Promise.withResolvers<Failure>()
    handle.on('gone', gone.resolve)
    expect((await gone.promise).code).toBe('vm-gone')
    const captured = await handle.capture()
    expect(captured.ok || captured.failure.code).toBe('vm-gone')
    expect((await handle.describe()).statuses).toHaveLength(3)
  })

  it('answers after it was closed instead of hanging', async () => {
    const handle = await open('demo:?size=320x200')
    await handle[Symbol.asyncDispose]()
    await handle[Symbol.asyncDispose]()
    handle.watch('stream')
    const captured = await handle.capture()
    expect(captured.ok || captured.failure.code).toBe('closed')
    expect((await handle.describe()).surfaces).toEqual([])
  })

  it.each([
    ['demo:?size=0x0', 'usage'],
    ['demo:?fourcc=NV12', 'usage'],
    ['dump:/nowhere/at-all.json', 'bad-dump'],
    ['planes+unix:/nowhere/at-all.sock', 'no-producer'],
    ['vfio:00000000-0000-0000-0000-000000000000', 'not-found'],
    ['vfio+fd:999', 'not-found'],
    ['vfio+fd:0', 'not-vfio'],
    ['vfio+pid:4194305', 'not-found'],
    ['vfio+unix:/nowhere/at-all.sock', 'vfio-failed'],
  ])('fails to open %s in words', async (text, code) => {
    const opened = await openSourceHandle(address(text), never)
    expect(opened.ok || opened.failure).toMatchObject({ code })
    expect(opened.ok || opened.failure.remedy).not.toBe('')
  })

  it('can be called off while it opens', async () => {
    const opened = await openSourceHandle(address('demo:'), AbortSignal.abort())
    expect(opened.ok || opened.failure.code).toBe('cancelled')
    const during = new AbortController()
    const opening = openSourceHandle(address('demo:'), during.signal)
    during.abort()
    const result = await opening
    expect(result.ok || result.failure.code).toBe('cancelled')
  })

  it('that takes too long is told apart from one that was called off', async () => {
    const late = new AbortController()
    const opening = openSourceHandle(address('demo:'), late.signal)
    late.abort(new DOMException('20 s', 'TimeoutError'))
    const result = await opening
    expect(result.ok || result.failure.code).toBe('late')
  })
})

describe('a thread that breaks', () => {
  it.each([
    ['throws while it opens', 'throw new Error("boom")'],
    ['ends while it opens', 'process.exit(3)'],
  ])('and %s is a failure in words', async (_name, code) => {
    const opened = await openSourceHandle(address('demo:'), never, rogue(code))
    expect(opened.ok || opened.failure.code).toBe('source-crashed')
  })

  it.each([
    ['throws', 'setTimeout(() => { throw new Error("boom") }, 20)'],
    ['ends', 'setTimeout(() => process.exit(1), 20)'],
  ])('and %s later is told as the end of the source', async (_name, code) => {
    const opened = await openSourceHandle(address('demo:'), never, rogue(opens + code))
    if (!opened.ok) throw new Error(opened.failure.why)
    await using handle = opened.value
    const gone = Promise.withResolvers<Failure>()
    handle.on('gone', gone.resolve)
    const capture = await handle.capture()
    expect(capture.ok || capture.failure.code).toBe('source-crashed')
    expect((await gone.promise).code).toBe('source-crashed')
    expect((await handle.describe()).statuses).toEqual([])
  })

  it('and hangs is ended', async () => {
    const hang = `${opens}parentPort.on('message', () => { for (;;); })`
    const opened = await openSourceHandle(address('demo:'), never, rogue(hang))
    if (!opened.ok) throw new Error(opened.failure.why)
    const start = performance.now()
    await opened.value[Symbol.asyncDispose]()
    expect(performance.now() - start).toBeGreaterThan(1000)
  })
})
