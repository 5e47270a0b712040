// SPDX-License-Identifier: GPL-2.0-or-later
// The whole way, from the guest's memory to the drawn canvas, for several windows at once: processor time
// of all processes for one frame in each, a bar that moves 60 times a second.
import { setTimeout as delay } from 'node:timers/promises'
import { FrameWriter } from '../../../main/source/frame-writer.ts'
import { spent, threads } from '../processes.mjs'
import { statesOf } from './guest-memory.mjs'
import { compare, copy, sum } from './limits.mjs'
import { median } from './measure.mjs'
import { PathPage } from './page-host.mjs'
import { bytesOf, damagesOf, primaryOf } from './pictures.mjs'

export const words = 'CPU of a frame in every window, a bar at 60 a second'
export const limit = 'memcmp of what is the same, three memcpy of the bar'
export const why =
  'whatever Chromium shows costs it 1.1–1.4 ms, and it copies the whole canvas; and five threads are woken for each frame'

const PERIOD_MS = 1000 / 60

class Window {
  #page
  #writer
  #states
  #reading
  #turn = 0
  #busy = false
  frames = 0

  constructor({ shim, owned }, page, size, part) {
    const plane = primaryOf(size)
    this.#page = page
    this.#writer = owned.use(new FrameWriter(shim, () => performance.now()))
    this.#writer.pixels = 'plain'
    this.#states = statesOf(shim, owned, plane, part)
    const status = { kind: 'primary', state: 'shown', plane, identity: 'bench' }
    this.#reading = { status, mayHaveChanged: true }
  }

  /** Shows the guest's next frame, unless the one before is still on its way. */
  async step() {
    if (this.#busy) return
    this.#busy = true
    const readings = [{ ...this.#reading, memory: this.#states[this.#turn++ % 2] }]
    this.#writer.note(readings)
    const { frame, payload } = this.#writer.write(readings).written
    await this.#page.send(frame, payload)
    this.#writer.recycle(payload.buffer)
    this.frames += 1
    this.#busy = false
  }

  async rest() {
    while (this.#busy) await delay(1)
  }
}

/** CPU time of a frame in each of some windows, ms. */
async function shown(windows, processes, runMs) {
  const count = () => windows.reduce((total, { frames }) => total + frames, 0)
  const [before, framesBefore] = [threads(processes), count()]
  const start = performance.now()
  let failed
  for (let tick = 1; performance.now() - start < runMs; tick += 1) {
    for (const window of windows) {
      window.step().catch((error) => {
        failed ??= error
      })
    }
    await delay(Math.max(0, start + tick * PERIOD_MS - performance.now()))
    if (failed) throw failed
  }
  for (const window of windows) await window.rest()
  const elapsed = performance.now() - start
  const frames = (count() - framesBefore) / windows.length
  const { cpuMs, parts } = spent(before, threads(processes))
  const busiest = parts.slice(0, 12).map(({ part, cpuMs: ms }) => ({ part, ms: ms / frames }))
  return { ms: cpuMs / frames, busiest, perSecond: (frames * 1000) / elapsed }
}

/** Browsers have work of their own after a start. */
async function settled(windows, { budgetMs }) {
  const end = performance.now() + budgetMs / 3
  do {
    await Promise.all(windows.map((window) => window.step()))
    await delay(PERIOD_MS)
  } while (performance.now() < end)
}

function timed(work) {
  const start = performance.now()
  work()
  return performance.now() - start
}

export async function run(bench) {
  const { size, ending, plan } = bench
  const counts = [1, 2, 4]
  const [, { rect: bar }] = damagesOf(size)
  const pages = []
  for (let at = 0; at < Math.max(...counts); at += 1) {
    const page = ending.use(await PathPage.open('canvas2d'))
    await page.ask({ kind: 'receive', presenter: 'canvas2d', size })
    pages.push(page)
  }
  const windows = pages.map((page) => new Window(bench, page, size, bar))
  await settled(windows, plan)
  const processes = [process.pid, ...pages.flatMap((page) => page.processes)]
  const damaged = bytesOf(bar)
  const least = sum(compare(bytesOf(size) - damaged), ...[1, 2, 3].map(() => copy(damaged)))
  const rounds = counts.map(() => [])
  const runMs = plan.budgetMs / 4
  for (let round = 0; round < 2; round += 1) {
    for (const [at, count] of counts.entries()) {
      const limits = Array.from({ length: 9 }, () => timed(least))
      const facts = await shown(windows.slice(0, count), processes, runMs)
      rounds[at].push({ ...facts, limitMs: median(limits) * count })
    }
  }
  return counts.map((count, at) => {
    const middle = (read) => median(rounds[at].map(read))
    return {
      axis: 'windows',
      step: `${count}, ${middle(({ perSecond }) => perSecond).toFixed(0)} a second`,
      amount: count,
      ms: middle(({ ms }) => ms),
      limitMs: middle(({ limitMs }) => limitMs),
      ratio: middle(({ ms, limitMs }) => ms / limitMs),
      rounds: rounds[at].length,
      busiest: rounds[at].at(-1).busiest,
    }
  })
}
