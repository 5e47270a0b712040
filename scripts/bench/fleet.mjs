// SPDX-License-Identifier: GPL-2.0-or-later
// One viewer alone, then several at once, each on a guest and a screen of its own.
import { setTimeout as delay } from 'node:timers/promises'
import { cases } from './cases.mjs'
import { costs } from './measure.mjs'
import { Stage } from './stage.mjs'

const SETTLE_MS = 3000

async function together(stages, runMs) {
  for (const { guest } of stages) await guest.command(`pattern ${cases.bar.pattern}`)
  await delay(SETTLE_MS)
  const all = await Promise.all(stages.map((stage) => costs(stage, cases.bar.pattern, runMs)))
  for (const { guest } of stages) await guest.command('pattern static')
  return all
}

/**
 * The bar at 60 Hz.
 *
 * @returns of the one alone and of each of the others: frames shown and made, ms of CPU a second
 */
export async function fleet({ viewer, size, files, folder, count, runMs, say, progress }) {
  await using owned = new AsyncDisposableStack()
  const stages = []
  const open = async () => {
    progress(`viewer ${stages.length + 1} of ${count}`)
    stages.push(owned.use(await Stage.open({ viewer, size, files, folder })))
  }
  await open()
  const [alone] = await together(stages, runMs)
  while (stages.length < count) await open()
  const all = await together(stages, runMs)
  const cpu = all.reduce((sum, one) => sum + one.cpu.viewer, 0)
  const shown = all.reduce((sum, one) => sum + one.shown, 0)
  const row = (name, one) =>
    say(
      `  ${name.padEnd(10)}${one.shown.toFixed(1).padStart(6)} of ${one.made.toFixed(1)} frames/s, ` +
        `${(one.cpu.viewer / one.shown).toFixed(2)} ms of CPU a frame`,
    )
  say(`\n${count} × ${viewer.name}, ${size.width} × ${size.height}, ${cases.bar.title}`)
  row('alone', alone)
  for (const [at, one] of all.entries()) row(`viewer ${at + 1}`, one)
  const times = cpu / (alone.cpu.viewer * count)
  const each = cpu / shown / (alone.cpu.viewer / alone.shown)
  say(
    `  CPU of all: ${(cpu / 10).toFixed(1)} % of a core, × ${times.toFixed(2)} of ${count} times one alone` +
      ` (a frame × ${each.toFixed(2)})`,
  )
  return { alone, all, timesOfOne: times, frameTimesOfOne: each }
}
