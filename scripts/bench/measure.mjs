// SPDX-License-Identifier: GPL-2.0-or-later
// One case on one stage: first what it costs, then how late it is, so that neither disturbs the other.
import { setTimeout as delay } from 'node:timers/promises'
import { cases, lanes } from './cases.mjs'
import { spent, threads } from './processes.mjs'
import { nowMs, sample } from './sampler.mjs'

const HZ = 60
/** While latencies are taken: a viewer with a clock of 60 Hz would stay early or late by chance. */
const TIMING_HZ = 59
/** How often is looked for frames, ms: while costs are taken, and for latencies. */
const COUNTING_MS = 3
const TIMING_MS = 0.2
/** What was sent last has arrived by then, ms. */
const ON_ITS_WAY_MS = 300
/** Frames that were still on their way when the look began. */
const LEEWAY = 10

export const percentile = (list, part) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))]

async function begin({ guest, typist }, { pattern, settleMs, before = [], keys }) {
  for (const command of before) await guest.command(command)
  await guest.command(`pattern ${pattern}`)
  if (keys) typist.type(HZ)
  await delay(settleMs)
}

async function end({ guest, typist }, { after = [], keys }) {
  if (keys) typist.pause()
  await guest.command('pattern static')
  for (const command of after) await guest.command(command)
}

/** Number of the newest frame of the guest, and when it told. */
async function lookAt(guest) {
  const { frame } = await guest.command('look')
  return { frame, time: nowMs() }
}

const perSecond = (from, to) => ((to.frame - from.frame) * 1000) / (to.time - from.time)

/** What a case costs QEMU when nobody looks: ms of CPU a second, and the frames that the guest made in it. */
export async function baseline(booted, name, runMs) {
  await begin(booted, cases[name])
  const pids = [booted.guest.vm.pid]
  const first = await lookAt(booted.guest)
  const [start, before] = [nowMs(), threads(pids)]
  await delay(runMs)
  const { cpuMs } = spent(before, threads(pids))
  const cpu = (cpuMs * 1000) / (nowMs() - start)
  const made = perSecond(first, await lookAt(booted.guest))
  await end(booted, cases[name])
  return { cpu, made }
}

/** What QEMU does for a viewer: all but what so many frames cost it when nobody looks; ms of CPU a second. */
export function doneForViewer({ cpu, made }, base) {
  const ofGuest = base.made > 0 && made > 0 ? (base.cpu / base.made) * made : base.cpu
  return Math.max(0, cpu.qemu - ofGuest)
}

function watch(stage, pattern, from, periodMs) {
  const { screen, origin, size } = stage
  return sample(screen, { pattern, origin, size, from, periodMs })
}

/** Frames shown and made, gaps, and CPU of viewer, QEMU and X in ms a second. */
export async function costs(stage, pattern, runMs) {
  const { guest, screen } = stage
  const first = await lookAt(guest)
  const watching = lanes[pattern] && watch(stage, pattern, first.frame - LEEWAY, COUNTING_MS)
  const groups = { viewer: stage.viewers, qemu: [guest.vm.pid], x: [screen.pid] }
  const look = () => Object.entries(groups).map(([name, pids]) => [name, threads(pids)])
  const before = new Map(look())
  const start = nowMs()
  await delay(runMs)
  groups.viewer = stage.viewers
  const after = look()
  const ms = nowMs() - start
  const last = await lookAt(guest)
  const { times } = watching ? await watching.stop() : { times: [] }
  const within = times.filter((time) => time >= start && time < start + ms)
  const gaps = within.slice(1).map((time, at) => time - within[at])
  const all = after.map(([name, now]) => [name, spent(before.get(name), now)])
  const rate = (count) => (count * 1000) / ms
  const cpu = Object.fromEntries(all.map(([name, { cpuMs }]) => [name, rate(cpuMs)]))
  const viewer = all[0][1]
  return {
    shown: rate(within.length),
    made: perSecond(first, last),
    gapP95: percentile(gaps, 0.95),
    cpu,
    wakeups: rate(viewer.sleeps),
    parts: viewer.parts
      .map((part) => ({ part: part.part, cpu: rate(part.cpuMs), wakeups: rate(part.sleeps) }))
      .filter((part) => part.cpu > 0 || part.wakeups > 0),
  }
}

/** The first moment at which each frame was seen. */
function seenAt({ frames, times }, from, stays) {
  const at = new Map()
  let last = from
  frames.forEach((frame, index) => {
    if (stays) while (last < frame) at.set(++last, times[index])
    else at.set(frame, times[index])
  })
  return at
}

/**
 * How long after the guest had drawn a frame it was on the screen, ms, by a byte that the guest sends
 * before it tells its display; with keys also from QEMU's monitor to the glyph.
 */
export async function latency(stage, { pattern, keys }, runMs) {
  const { guest, typist } = stage
  if (keys) typist.pause()
  await guest.command(`hz ${TIMING_HZ}`)
  await delay(ON_ITS_WAY_MS)
  const { frame: from } = await guest.command('look')
  const drawnAt = new Map()
  let drawn = from
  guest.onMark((byte) => {
    drawn += (byte - drawn) & 255
    drawnAt.set(drawn, nowMs())
  })
  const watching = watch(stage, pattern, from - (keys ? 0 : LEEWAY), TIMING_MS)
  await guest.command('stamp on')
  if (keys) typist.type(TIMING_HZ)
  await delay(runMs)
  if (keys) typist.pause()
  await guest.command('stamp off')
  await guest.command(`hz ${HZ}`)
  await delay(ON_ITS_WAY_MS)
  const seen = seenAt(await watching.stop(), from, lanes[pattern].stays)
  guest.onMark(() => {})
  const since = (begun) =>
    [...begun].flatMap(([frame, time]) => (seen.has(frame) ? [seen.get(frame) - time] : []))
  const figures = (list) => ({
    p50: percentile(list, 0.5),
    p95: percentile(list, 0.95),
    count: list.length,
  })
  const sent = typist.times.map((time, at) => [from + 1 + at, time])
  return {
    ...figures(since(drawnAt)),
    drawn: drawnAt.size,
    ...(keys ? { key: figures(since(sent)) } : {}),
  }
}

/** A whole case. */
export async function measure(stage, name, { runMs, timingMs }) {
  const row = cases[name]
  await begin(stage, row)
  const result = await costs(stage, row.pattern, runMs)
  if (lanes[row.pattern] && timingMs > 0) result.latency = await latency(stage, row, timingMs)
  await end(stage, row)
  return result
}
