#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Viewers side by side on the same Linux guest of QEMU, on one X screen: frames really shown, what each
// costs, how late it is. Nothing is attached to any of them: frames are read from the screen's memory.
//
//   npm run bench:view                       every viewer that is installed, at 1920×1080
//   npm run bench:view -- --size 1280x720 --seconds 10 --only Scanout --json FILE
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cpuMs, memoryMb, tree } from './bench/processes.mjs'
import { Screen } from './bench/screen.mjs'
import { viewers } from './bench/viewers.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
// The guest is TypeScript, which an older Node cannot run.
if (!process.features.typescript) {
  const node = path.join(root, 'node_modules', `node-linux-${process.arch}`, 'bin/node')
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(status ?? 1)
}
const { LinuxGuest } = await import('../test/qemu/linux-guest.ts')

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '1920x1080' },
    seconds: { type: 'string', default: '10' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const [width = 0, height = 0] = options.size.split('x').map(Number)
const runMs = Number(options.seconds) * 1000
process.setMaxListeners(0)
const folder = mkdtempSync(path.join(tmpdir(), 'scanout-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

/** A colour that nothing else has. */
const MARK = 0x12ab9f
const SETTLE_MS = 2000

const percentile = (list, part) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))] ?? 0
const say = (text) => process.stdout.write(`${text}\n`)

/** What the guest itself costs QEMU when nobody looks, ms of CPU a second. */
async function baseline(device, pattern) {
  await using guest = await LinuxGuest.start({
    display: device,
    size: { width, height },
    backend: 'none',
  })
  await guest.command(`pattern ${pattern}`)
  await delay(SETTLE_MS)
  const before = cpuMs([guest.vm.pid])
  await delay(runMs)
  return ((cpuMs([guest.vm.pid]) - before) * 1000) / runMs
}

const baselines = new Map()
async function baselineOf(device, pattern) {
  const key = `${device} ${pattern}`
  if (!baselines.has(key)) baselines.set(key, await baseline(device, pattern))
  return baselines.get(key)
}

/** Distinct frame numbers that the top left of the picture shows, and the gaps between them, ms. */
async function shownFrames(screen, { x, y }, pauseMs) {
  const times = []
  let last
  const end = performance.now() + runMs
  while (performance.now() < end) {
    const number = screen.pixel(x + 8, y + 8)
    if (number !== last) times.push(performance.now())
    last = number
    await delay(pauseMs)
  }
  const gaps = times.slice(1).map((time, at) => time - times[at])
  return { perSecond: ((times.length - 1) * 1000) / runMs, gapP95: percentile(gaps, 0.95) }
}

/** From the guest's word that it is about to paint until the colour is on the screen, ms. */
async function latency(guest, screen, { x, y }) {
  const times = []
  let markedAt
  guest.onMark(() => {
    markedAt = performance.now()
  })
  let before = screen.pixel(x + 96, y + 32)
  const end = performance.now() + 12_000
  while (performance.now() < end) {
    const now = screen.pixel(x + 96, y + 32)
    if (now !== before && markedAt !== undefined) {
      times.push(performance.now() - markedAt)
      markedAt = undefined
    }
    before = now
    await new Promise((resolve) => setImmediate(resolve))
  }
  guest.onMark(() => {})
  return { p50: percentile(times, 0.5), p95: percentile(times, 0.95), count: times.length }
}

async function until(what, patienceMs, look) {
  const start = performance.now()
  for (;;) {
    const found = look()
    if (found !== undefined) return { found, ms: performance.now() - start }
    if (performance.now() - start > patienceMs) throw new Error(`${what} did not come`)
    await delay(5)
  }
}

async function measure(viewer) {
  const own = mkdtempSync(path.join(folder, 'run-'))
  const screen = await Screen.start(own, width, height)
  const socket = path.join(own, 'display')
  const env = { ...process.env, DISPLAY: screen.display, HOME: own, XDG_RUNTIME_DIR: own }
  const display = process.env.DISPLAY
  process.env.DISPLAY = screen.display
  try {
    await using guest = await LinuxGuest.start({
      display: viewer.device,
      size: { width, height },
      backend: viewer.backend,
      args: viewer.args(socket),
    })
    await guest.command(`patch 128,0 ${MARK.toString(16)}`)
    let child
    const start = () => {
      const [program, ...args] = viewer.command(guest, socket)
      child = spawn(program, args, { env, cwd: own, stdio: 'ignore' })
      process.once('exit', () => child.kill('SIGKILL'))
    }
    const stop = async () => {
      const stopped = child
      const ended = new Promise((resolve) => stopped.once('exit', resolve))
      stopped.kill('SIGINT')
      const late = setTimeout(() => stopped.kill('SIGKILL'), 3000)
      await ended
      clearTimeout(late)
      await delay(500)
    }
    const look = () => screen.find(MARK, 64)
    let startMs
    if (viewer.command) {
      // The first start warms caches and profiles.
      start()
      await until('the first picture', 30_000, look)
      await stop()
      start()
    }
    const first = await until('the picture', 30_000, look)
    if (viewer.command) startMs = first.ms
    const origin = { x: first.found.x - 128, y: first.found.y }
    await delay(SETTLE_MS)
    const of = () => (child ? tree(child.pid) : [])
    const result = { viewer: viewer.name, startMs, cases: {} }
    for (const pattern of ['static', 'bar', 'full']) {
      await guest.command(`pattern ${pattern}`)
      await delay(SETTLE_MS)
      const pids = of()
      const before = {
        viewer: cpuMs(pids),
        qemu: cpuMs([guest.vm.pid]),
        x: cpuMs([screen.server.pid]),
      }
      const shown = await shownFrames(screen, origin, pattern === 'static' ? 100 : 1)
      const spent = (pid, was) => ((cpuMs(pid) - was) * 1000) / runMs
      const base = baselines.get(`${viewer.device} ${pattern}`) ?? 0
      const ms = {
        viewer: spent(pids, before.viewer),
        qemu: spent([guest.vm.pid], before.qemu) - base,
        x: spent([screen.server.pid], before.x),
      }
      result.cases[pattern] = { ...shown, ms }
    }
    result.memoryMb = memoryMb(of())
    await guest.command('pattern flash')
    await delay(1000)
    result.latency = await latency(guest, screen, origin)
    if (child) await stop()
    return result
  } finally {
    if (display === undefined) delete process.env.DISPLAY
    else process.env.DISPLAY = display
    screen.stop()
  }
}

const has = (program) => spawnSync('which', [program]).status === 0
for (const program of ['Xvfb', 'openbox']) {
  if (!has(program)) {
    say(`bench:view needs ${program}: apt-get install xvfb openbox`)
    process.exit(1)
  }
}
const chosen = viewers.filter(({ name }) => options.only === undefined || name === options.only)
const results = []
say(
  `${cpus().length} × ${cpus()[0].model}; ${width} × ${height}; ${options.seconds} s a case; no GPU is used`,
)
for (const viewer of chosen) {
  if (!has(viewer.needs)) {
    say(`skipped ${viewer.name}: apt-get install ${viewer.package}`)
    continue
  }
  process.stderr.write(`… ${viewer.name}\n`)
  for (const pattern of ['static', 'bar', 'full']) await baselineOf(viewer.device, pattern)
  try {
    results.push(await measure(viewer))
  } catch (error) {
    say(`skipped ${viewer.name}: ${error.message}`)
  }
}

const [ours] = results.filter(({ viewer }) => viewer === 'Scanout')
const each = ({ perSecond, ms }) => (ms.viewer + Math.max(0, ms.qemu)) / perSecond
const ratio = (value, own) => (own ? ` (× ${(value / own).toFixed(2)})` : '')
const columns = [
  ['viewer', (r) => r.viewer],
  ['bar: shown/s', (r) => r.cases.bar.perSecond.toFixed(1)],
  [
    'CPU ms a frame',
    (r) => each(r.cases.bar).toFixed(2) + ratio(each(r.cases.bar), ours && each(ours.cases.bar)),
  ],
  ['full: shown/s', (r) => r.cases.full.perSecond.toFixed(1)],
  [
    'CPU ms a frame',
    (r) => each(r.cases.full).toFixed(2) + ratio(each(r.cases.full), ours && each(ours.cases.full)),
  ],
  [
    'static: % of a core',
    (r) => ((r.cases.static.ms.viewer + Math.max(0, r.cases.static.ms.qemu)) / 10).toFixed(1),
  ],
  [
    'latency p50 / p95 ms',
    (r) =>
      r.latency.count > 0
        ? `${r.latency.p50.toFixed(1)} / ${r.latency.p95.toFixed(1)}`
        : 'none seen',
  ],
  ['start ms', (r) => (r.startMs === undefined ? 'in QEMU' : r.startMs.toFixed(0))],
  ['memory MB', (r) => (r.memoryMb > 0 ? r.memoryMb.toFixed(0) : 'in QEMU')],
]
say(`| ${columns.map(([title]) => title).join(' | ')} |`)
say(`|${columns.map(() => '---').join('|')}|`)
for (const result of results) say(`| ${columns.map(([, cell]) => cell(result)).join(' | ')} |`)
if (options.json) {
  writeFileSync(
    options.json,
    `${JSON.stringify({ host: cpus()[0].model, cores: cpus().length, width, height, results }, null, 2)}\n`,
  )
}
process.exit()
