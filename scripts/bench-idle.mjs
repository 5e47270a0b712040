#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Measures what the built app costs: processor time of all its processes, summed over the tree, as
// percent of one core. No DevTools is attached: it would multiply the cost of what it watches.
//
//   node scripts/bench-idle.mjs [--seconds 20] [ADDRESS]     an unchanged 1920×1080 picture by default
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { spent, threads, tree } from './bench/processes.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '20' } },
  allowPositionals: true,
})
const address = positionals[0] ?? 'demo:?still=1'
const seconds = Number(values.seconds)
/** Start, first frames, and Chromium's own work after a start, s. */
const settling = 10
/** Percent of a core that each process used from one look to the next, by what it is. */
function shares(before, after, elapsedMs) {
  const kinds = new Map()
  for (const { part, cpuMs } of spent(before, after).parts) {
    const kind = part.split(':')[0]
    kinds.set(kind, (kinds.get(kind) ?? 0) + (cpuMs / elapsedMs) * 100)
  }
  return [...kinds].map(([name, percent]) => ({ name, percent }))
}

async function measure(label, args, env) {
  const home = mkdtempSync(path.join(tmpdir(), 'scanout-bench-'))
  const child = spawn(
    process.execPath,
    [path.join(root, 'out/main/cli.js'), 'view', address, ...args, '--stats', 'stats.json'],
    {
      cwd: home,
      env: { ...process.env, HOME: home, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  process.once('exit', () => child.kill('SIGKILL'))
  try {
    await delay(settling * 1000)
    const before = threads(tree(child.pid))
    const startedMs = performance.now()
    await delay(seconds * 1000)
    const after = threads(tree(child.pid))
    const elapsed = (performance.now() - startedMs) / 1000
    const parts = shares(before, after, elapsed * 1000)
    const wakeups = spent(before, after).sleeps / elapsed
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    await ended
    const stats = JSON.parse(readFileSync(path.join(home, 'stats.json'), 'utf8'))
    const total = parts.reduce((sum, { percent }) => sum + percent, 0)
    const busy = parts.filter(({ percent }) => percent > 0)
    const detail = busy.map(({ name, percent }) => `${name} ${percent.toFixed(2)}`).join(', ')
    process.stdout.write(
      `${label}: ${total.toFixed(2)} % of one core over ${elapsed.toFixed(1)} s` +
        ` (${detail || 'every process slept'}), ${wakeups.toFixed(1)} wakeups/s; ${stats.frames} frames, ${stats.fps} per second,` +
        ` drawn in ${stats.drawMs.median} ms, on screen after ${stats.latencyMs.median} ms,` +
        ` presenter ${stats.presenter ?? 'unknown'}\n`,
    )
    return total
  } finally {
    child.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  }
}

async function onXvfb(work) {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '2048x1280x24', '-noreset'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  try {
    const lines = createInterface({ input: server.stdio[3] })
    const [number] = await new Promise((resolve) => lines.once('line', (line) => resolve([line])))
    return await work(`:${number}`)
  } finally {
    server.kill('SIGKILL')
  }
}

const hasXvfb = (process.env.PATH ?? '')
  .split(':')
  .some((folder) => existsSync(path.join(folder, 'Xvfb')))

// The app must not outlive an interrupted measurement.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => process.exit(1))
}
process.stdout.write(`${address}, after ${settling} s of settling\n`)
await measure('headless', ['--headless'], {})
if (hasXvfb) {
  await onXvfb((display) => measure('window on Xvfb', [], { DISPLAY: display }))
} else process.stdout.write('window on Xvfb: skipped, Xvfb is not installed\n')
