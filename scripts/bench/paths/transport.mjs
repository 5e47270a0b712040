// SPDX-License-Identifier: GPL-2.0-or-later
// A frame's way out of the process: over the loopback into a page of Chromium and the page's word back,
// or in shared pages.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { postFrame } from '../../../main/transport/frame-port.ts'
import { echo } from './kernel-limits.mjs'
import { copy, series } from './limits.mjs'
import { PathPage } from './page-host.mjs'
import { bytesOf, damagesOf, inBytes, noise } from './pictures.mjs'

export const words = 'a frame to the page and its word back'
export const limit = 'memcpy of the changed bytes, a byte to another process and back'
export const why =
  'the words go through the network service and a worker of the page, which wakes five threads one after the other; pixels are written into a file in memory and read out of it; shared-memory has neither'

let seq = 0
function frameOf(part) {
  seq += 1
  return {
    seq,
    readAtMs: performance.now(),
    reset: false,
    surfaces: [],
    gone: [],
    damage: [{ surface: 1, image: 0, rects: [inBytes(part)] }],
    scene: [{ kind: 'primary', surface: 1, x: 0, y: 0 }],
  }
}

function streamed(page, woken, part) {
  const payload = noise(bytesOf(part))
  return {
    bytes: payload.length,
    work: async () => {
      await page.send(frameOf(part), payload)
    },
    limit: series(copy(payload.length), woken),
  }
}

/** The same with the pixels in pages that both sides have. */
async function shared({ shim, owned, ending }, woken, size, part) {
  const length = bytesOf(size)
  const memfd = owned.use(shim.createMemfd('scanout-bench', length))
  const mapping = owned.use(shim.map(memfd, 0, length, true))
  const workerData = { fd: memfd.dup().release(), size: length }
  const worker = new Worker(new URL('shared-reader.mjs', import.meta.url), { workerData })
  await once(worker, 'message')
  ending.defer(async () => {
    const ended = once(worker, 'exit')
    worker.postMessage('end')
    await ended
  })
  const port = { postMessage: (message) => worker.postMessage(message) }
  const nothing = new Uint8Array()
  return {
    bytes: bytesOf(part),
    work: async () => {
      const frame = frameOf(part)
      mapping.write(0, new Uint8Array(Uint32Array.of(frame.seq).buffer))
      const found = once(worker, 'message')
      postFrame(port, frame, nothing)
      const [read] = await found
      if (read !== frame.seq) throw new Error(`frame ${frame.seq} is not in the shared pages`)
    },
    limit: series(copy(bytesOf(part)), woken),
  }
}

export async function cases(bench) {
  const { sizes, size, ending } = bench
  const page = ending.use(await PathPage.open('canvas2d'))
  await page.ask({ kind: 'receive' })
  const road = await page.road()
  const woken = echo(ending)
  const whole = ({ width, height }) => ({ x: 0, y: 0, width, height })
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: `${each.name}, ${road}`,
      amount: each.width * each.height,
      ...streamed(page, woken, whole(each)),
    })),
    ...damagesOf(size).map(({ name, rect }) => ({
      axis: 'damage',
      step: `${name}, ${road}`,
      amount: rect.width * rect.height,
      ...streamed(page, woken, rect),
    })),
    ...(await Promise.all(
      sizes.map(async (each) => ({
        axis: 'shared pixels',
        step: `${each.name}, shared-memory`,
        amount: each.width * each.height,
        ...(await shared(bench, woken, each, whole(each))),
      })),
    )),
  ]
}
