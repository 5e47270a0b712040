#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// What a recording without a window reaches and costs: pictures per second in the file, and processor
// time of all processes. No DevTools is attached: it would multiply the cost of what it watches.
//
//   npm run bench:record [-- --seconds 60 --codec h264 --codec vp9 ADDRESS]     demo: at 1920×1080
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values, positionals } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    fps: { type: 'string', default: '30' },
    codec: { type: 'string', multiple: true, default: ['h264', 'vp9', 'av1'] },
  },
  allowPositionals: true,
})
const address = positionals[0] ?? 'demo:'
/** USER_HZ of Linux on every architecture that runs Node. */
const ticksPerSecond = 100

/** Processor time of a process and all below it so far, s; processes that ended are left out. */
function cpuSeconds(top) {
  const all = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
      const ticks = Number(fields[11]) + Number(fields[12])
      return [{ pid: Number(name), parent: Number(fields[1]), ticks }]
    } catch {
      return []
    }
  })
  const found = all.filter(({ pid }) => pid === top)
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid))
  return found.reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond
}

/** Times of the pictures in a file, s; undefined without ffprobe. */
function pictureTimes(file) {
  const args = ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file]
  const { stdout, status } = spawnSync('ffprobe', args, { encoding: 'utf8', maxBuffer: 2 ** 26 })
  return status === 0
    ? stdout
        .trim()
        .split(/[,\s]+/)
        .filter(Boolean)
        .map(Number)
    : undefined
}

async function measure(codec, folder) {
  const file = path.join(folder, codec === 'h264' ? 'take.mp4' : `${codec}.webm`)
  const options = ['--codec', codec, '--fps', values.fps, '--duration', values.seconds, '--json']
  const child = spawn(
    process.execPath,
    [path.join(root, 'out/main/cli.js'), 'record', address, '-o', file, ...options],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  // The middle half: without the browser's start and its end.
  const quarter = (Number(values.seconds) / 4) * 1000
  await delay(quarter + 3000)
  const before = cpuSeconds(child.pid)
  const startedMs = performance.now()
  await delay(quarter * 2)
  const cpu = ((cpuSeconds(child.pid) - before) / (performance.now() - startedMs)) * 100_000
  const code = await ended
  if (code !== 0) throw new Error(`scanout record ended with ${code}`)
  return { file, report: JSON.parse(out), cpu }
}

const folder = mkdtempSync(path.join(tmpdir(), 'scanout-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.stdout.write(
  `${address}, at most ${values.fps} pictures/s, ${values.seconds} s each\n` +
    'codec   pictures/s   least of any second   longest gap, ms   CPU, % of a core   Mbit/s\n',
)
for (const codec of values.codec) {
  const { file, report, cpu } = await measure(codec, folder)
  const times = pictureTimes(file)
  const perSecond = times
    ? Array.from(
        { length: Math.floor(report.seconds) },
        (_, at) => times.filter((time) => time >= at && time < at + 1).length,
      )
    : undefined
  const gaps = times?.slice(1).map((time, at) => (time - times[at]) * 1000)
  const columns = [
    (report.frames / report.seconds).toFixed(2).padStart(10),
    `${perSecond ? Math.min(...perSecond) : '–'}`.padStart(22),
    `${gaps ? Math.max(...gaps).toFixed(0) : '–'}`.padStart(18),
    cpu.toFixed(0).padStart(18),
    ((report.bytes * 8) / report.seconds / 1e6).toFixed(2).padStart(9),
  ]
  process.stdout.write(`${codec.padEnd(6)}${columns.join('')}\n`)
}
