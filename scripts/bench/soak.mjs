// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a viewer that runs for long keeps what it takes: memory and descriptors.
import { setTimeout as delay } from 'node:timers/promises'
import { cases } from './cases.mjs'
import { costs } from './measure.mjs'
import { descriptors, memoryMb, residentMb } from './processes.mjs'
import { slope } from './slope.mjs'
import { Stage } from './stage.mjs'

const EVERY_MS = 10_000
/** What a viewer takes once for good, it has by then. */
const WARM_MS = 60_000

async function one(stage, name, seconds, progress) {
  await stage.guest.command(`pattern ${cases[name].pattern}`)
  const start = performance.now()
  const samples = []
  const take = () => {
    const pids = stage.viewers
    samples.push({
      minutes: (performance.now() - start) / 60_000,
      memoryMb: memoryMb(pids),
      residentMb: residentMb(pids),
      qemuMb: residentMb([stage.guest.vm.pid]),
      descriptors: descriptors(pids),
    })
    const { minutes, memoryMb: now, descriptors: open } = samples.at(-1)
    progress(`${name}, ${minutes.toFixed(1)} min: ${now.toFixed(0)} MB, ${open} descriptors`)
  }
  take()
  while (performance.now() - start < seconds * 1000 - EVERY_MS / 2) {
    await delay(EVERY_MS)
    take()
  }
  const { shown } = await costs(stage, cases[name].pattern, 5000)
  const warm = samples.filter(({ minutes }) => minutes * 60_000 >= WARM_MS)
  const kept = warm.length > 1 ? warm : samples
  const rise = (key) => slope(kept.map((sample) => ({ x: sample.minutes, y: sample[key] })))
  return {
    shown,
    samples,
    mbAMinute: rise('memoryMb'),
    residentMbAMinute: rise('residentMb'),
    qemuMbAMinute: rise('qemuMb'),
    descriptorsGained: kept.at(-1).descriptors - kept[0].descriptors,
  }
}

/** The bar, then full redraw, so many seconds each. */
export async function soak({ viewer, size, files, folder, seconds, say, progress }) {
  await using stage = await Stage.open({ viewer, size, files, folder })
  const result = {}
  const isLong = seconds * 1000 >= WARM_MS + 2 * EVERY_MS
  const of = isLong ? 'after the first minute' : 'of so short a time say little'
  say(`\n${viewer.name}, ${size.width} × ${size.height}, ${seconds} s a case; slopes ${of}`)
  for (const name of ['bar', 'full']) {
    const { samples, ...figures } = await one(stage, name, seconds, progress)
    result[name] = { ...figures, samples }
    const last = samples.at(-1)
    say(
      `  ${cases[name].title}: ${figures.shown.toFixed(1)} frames/s at the end, ` +
        `${last.memoryMb.toFixed(0)} MB, ${figures.mbAMinute.toFixed(2)} MB/min ` +
        `(resident ${figures.residentMbAMinute.toFixed(2)}, QEMU ${figures.qemuMbAMinute.toFixed(2)}), ` +
        `${figures.descriptorsGained} descriptors gained`,
    )
  }
  return result
}
