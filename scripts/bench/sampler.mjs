// SPDX-License-Identifier: GPL-2.0-or-later
// A thread that looks at one row of an X screen's memory again and again and notes when it shows another
// frame. It costs the screen and the viewer nothing but the time of the host that it takes itself.
import { closeSync, openSync, readSync } from 'node:fs'
import { setPriority } from 'node:os'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { isFrame, lanes } from './cases.mjs'

/** Milliseconds of a clock that all threads share. */
export const nowMs = () => Number(process.hrtime.bigint()) / 1e6

/**
 * Looks until it is stopped.
 *
 * @param screen from screen.mjs
 * @param origin where the guest's picture begins on it
 * @param size of that picture
 * @param from a frame that the screen does not show any more, or just shows
 * @returns stop(), whose promise brings the frames seen and when, ms
 */
export function sample(screen, { pattern, origin, size, from, periodMs }) {
  const stopping = new Int32Array(new SharedArrayBuffer(4))
  const { file, first, pitch } = screen.memory
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { file, first, pitch, pattern, origin, size, from, periodMs, stopping },
  })
  const seen = new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  // Whoever stops it hears of it.
  seen.catch(() => {})
  return {
    stop() {
      Atomics.store(stopping, 0, 1)
      Atomics.notify(stopping, 0)
      return seen
    },
  }
}

function look() {
  const { file, first, pitch, pattern, origin, size, from, periodMs, stopping } = workerData
  try {
    // So that what is measured does not make the look late; only root may.
    setPriority(0, -10)
  } catch {}
  const lane = lanes[pattern]
  const fd = openSync(file, 'r')
  const row = Buffer.alloc(size.width * 4)
  const start = first + (origin.y + lane.y(size)) * pitch + origin.x * 4
  const shows = (frame) =>
    isFrame(lane, row.readUInt32LE((lane.at(frame, size.width) + lane.inset) * 4) & 0xffffff, frame)
  const newest = (last) => {
    // Most looks see what the one before saw.
    if (lane.stays ? !shows(last + 1) : shows(last)) return undefined
    let found
    for (let frame = last + 1; frame <= last + lane.reach; frame += 1) {
      if (shows(frame)) found = frame
      else if (lane.stays) break
      // All frames look the same: the first place that has it is where it is now.
      if (lane.isCursor && found !== undefined) break
    }
    return found
  }
  const frames = []
  const times = []
  let last = Math.max(0, from)
  let looks = 0
  while (Atomics.wait(stopping, 0, 0, periodMs) === 'timed-out') {
    readSync(fd, row, 0, row.length, start)
    looks += 1
    const frame = newest(last)
    if (frame === undefined) continue
    frames.push(frame)
    times.push(nowMs())
    last = frame
  }
  closeSync(fd)
  parentPort.postMessage({ frames, times, looks })
}

if (workerData?.stopping) look()
