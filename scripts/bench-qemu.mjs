#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// What the display of a real QEMU costs and how late it is: a Linux guest under TCG with virtio-gpu at
// 1920×1080 that redraws the whole picture 60 times a second.
//
//   npm run bench:qemu                   the table
//   npm run bench:qemu -- session        one part: session, latency, window or start
//   npm run bench:qemu -- stall 60       the window's processes stopped for so many seconds
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const ours = `node-linux-${process.arch}`
const node = path.join(root, 'node_modules', ours, 'bin/node')
// The parts measured are TypeScript, which an older Node cannot run.
if (!process.features.typescript) {
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(status ?? 1)
}
const { openSourceHandle } = await import('../main/source/handle.ts')
const { LinuxGuest } = await import('../test/qemu/linux-guest.ts')

const [part = 'all', seconds = '10'] = process.argv.slice(2)
const bytes = 1920 * 1080 * 4
const folder = mkdtempSync(path.join(tmpdir(), 'scanout-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

/** Debian's newer QEMUs share memory; the system's, when it is older, sends every byte. */
const qemus = [
  ['system', undefined],
  ...['trixie', 'sid'].map((suite) => [suite, path.join(root, '.cache', `qemu-${suite}`, 'qemu')]),
].filter(([, program]) => program === undefined || existsSync(program))

const percentile = (list, part) =>
  list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * part))] ?? 0
const say = (text) => process.stdout.write(`${text}\n`)
const row = (name, text) => say(`${name.padEnd(34)}${text}`)

/** What everything is compared with: copying the bytes of one picture, ms. */
function copyMs() {
  // Sixteen pictures are more than any cache holds.
  const pictures = Array.from({ length: 16 }, (_, at) => Buffer.alloc(bytes, at))
  const times = Array.from({ length: 64 }, (_, at) => {
    const start = performance.now()
    pictures[at % 16].copy(pictures[(at + 8) % 16])
    return performance.now() - start
  })
  return percentile(times, 0.5)
}

async function openHandle(guest) {
  const address = { text: `qemu:${guest.socket}`, scheme: 'qemu', path: guest.socket }
  const all = { ...address, query: new Map() }
  const opened = await openSourceHandle(all, AbortSignal.timeout(10_000))
  if (!opened.ok) throw new Error(opened.failure.why)
  return opened.value
}

/** A window that presents every frame at once. */
function present(handle, sharing, onFrame) {
  handle.on('surface-memory', (_surface, _image, memfd) => memfd[Symbol.dispose]())
  handle.on('frame', (frame, payload) => {
    onFrame(frame)
    handle.recycle(payload)
    handle.presented(frame.seq)
  })
  handle.watch(sharing)
}

async function session(guest, copy) {
  for (const sharing of ['shared-memory', 'stream']) {
    await guest.command('pattern full')
    await using handle = await openHandle(guest)
    let frames = 0
    present(handle, sharing, () => {
      frames += 1
    })
    await delay(1500)
    frames = 0
    const [cpu, start] = [process.cpuUsage(), performance.now()]
    const { frame: from } = await guest.command('hz 60')
    await delay(Number(seconds) * 1000)
    const { frame: to } = await guest.command('hz 60')
    const { user, system } = process.cpuUsage(cpu)
    const elapsed = (performance.now() - start) / 1000
    const each = (user + system) / 1000 / frames
    const rate = `${(frames / elapsed).toFixed(1)} of ${((to - from) / elapsed).toFixed(1)} a second`
    row(
      `  updates, ${sharing}`,
      `${rate}, ${each.toFixed(2)} ms CPU each (× ${(each / copy).toFixed(1)} of a copy)`,
    )
    await guest.command('pattern static')
  }
}

/**
 * The guest sends a byte, paints 64×64 pixels and flushes; the next frame has them. Linux 6.12 tells its
 * virtio-gpu that the whole picture changed, so a whole picture is what is received and compared.
 */
async function latency(guest, copy) {
  await using handle = await openHandle(guest)
  let markedAt
  const times = []
  const own = []
  guest.onMark(() => {
    markedAt = performance.now()
  })
  present(handle, 'stream', ({ damage, readAtMs }) => {
    const now = performance.now()
    if (markedAt !== undefined && damage.length > 0) {
      times.push(now - markedAt)
      own.push(performance.timeOrigin + now - readAtMs)
    }
    markedAt = undefined
  })
  await guest.command('pattern flash')
  await delay(Number(seconds) * 1000 + 10_000)
  await guest.command('pattern static')
  guest.onMark(() => {})
  for (const [name, list] of [
    ['  write to session, ms', times],
    ['  of that in Scanout, ms', own],
  ]) {
    const [least, middle, late, most] = [0, 0.5, 0.95, 1].map((at) => percentile(list, at))
    const figures = [least, middle, late, most].map((ms) => ms.toFixed(2)).join(' / ')
    const ratio = (middle / copy).toFixed(1)
    row(name, `${figures} min/p50/p95/max of ${list.length} (p50 × ${ratio} of a copy)`)
  }
}

async function onXvfb(work) {
  const screen = ['-displayfd', '3', '-screen', '0', '2048x1280x24', '-noreset', '-fbdir', folder]
  const server = spawn('Xvfb', screen, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  try {
    const lines = createInterface({ input: server.stdio[3] })
    return await work(`:${await new Promise((resolve) => lines.once('line', resolve))}`)
  } finally {
    server.kill('SIGKILL')
  }
}

const cli = path.join(root, 'out/main/cli.js')

/** Runs the app in a browser window on its own screen; a warm profile is one that was used before. */
async function view(guest, home, display, ms) {
  const stats = path.join(home, 'stats.json')
  rmSync(stats, { force: true })
  const child = spawn(node, [cli, 'view', `qemu:${guest.socket}`, '--stats', stats], {
    cwd: home,
    env: { ...process.env, HOME: home, DISPLAY: display },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  await delay(ms)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await ended
  return JSON.parse(readFileSync(stats, 'utf8'))
}

async function window(guest) {
  const home = mkdtempSync(path.join(folder, 'home-'))
  await onXvfb(async (display) => {
    await view(guest, home, display, 5000)
    await guest.command('pattern full')
    const stats = await view(guest, home, display, Number(seconds) * 1000 + 5000)
    row(
      '  presented in a browser window',
      `${stats.fps} a second, drawn in ${stats.drawMs.median} ms, on screen after ${stats.latencyMs.median} ms`,
    )
    await guest.command('pattern static')
  })
}

/** From the command to the guest's picture on the screen, in a browser window whose profile is warm. */
async function firstPicture(guest) {
  const home = mkdtempSync(path.join(folder, 'home-'))
  // A colour that nothing else has, wide enough to be found at any scale.
  await guest.command('patch 960,540 12ab9f')
  const marks = [0x00, 0xff].map((pad) => Buffer.alloc(32, Buffer.of(0x9f, 0xab, 0x12, pad)))
  const times = []
  await onXvfb(async (display) => {
    for (let round = 0; round < 4; round += 1) {
      const start = performance.now()
      const child = spawn(node, [cli, 'view', `qemu:${guest.socket}`], {
        cwd: home,
        env: { ...process.env, HOME: home, DISPLAY: display },
        stdio: 'ignore',
      })
      const screen = () => readFileSync(path.join(folder, 'Xvfb_screen0'))
      while (!marks.some((mark) => screen().includes(mark)) && performance.now() - start < 20_000) {
        await delay(25)
      }
      if (round > 0) times.push(performance.now() - start)
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      await ended
      await delay(1000)
    }
  })
  row('  start to first picture, ms', times.map((ms) => ms.toFixed(0)).join(', '))
}

function memoryOf(pid) {
  try {
    return (
      Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
    )
  } catch {
    return 0
  }
}

/** All processes below one. */
function below(top) {
  const children = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const text = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
      return parent === top ? [Number(name)] : []
    } catch {
      return []
    }
  })
  return children.flatMap((pid) => [pid, ...below(pid)])
}

/** Every process of the browser stops for a while; what that costs the guest, QEMU and ourselves. */
async function stall(guest) {
  const home = mkdtempSync(path.join(folder, 'home-'))
  await guest.command('pattern full')
  const flips = async (ms) => {
    const { frame: from } = await guest.command('hz 60')
    const start = performance.now()
    await delay(ms)
    const { frame: to } = await guest.command('hz 60')
    return ((to - from) / (performance.now() - start)) * 1000
  }
  await onXvfb(async (display) => {
    const child = spawn(node, [cli, 'view', `qemu:${guest.socket}`], {
      cwd: home,
      env: { ...process.env, HOME: home, DISPLAY: display },
      stdio: 'ignore',
    })
    process.once('exit', () => child.kill('SIGKILL'))
    await delay(8000)
    const watched = await flips(5000)
    const before = [guest.vm.pid, child.pid].map(memoryOf)
    const stopped = below(child.pid)
    for (const pid of stopped) process.kill(pid, 'SIGSTOP')
    const unwatched = await flips(Number(seconds) * 1000)
    const growth = [guest.vm.pid, child.pid].map((pid, at) =>
      (memoryOf(pid) - before[at]).toFixed(0),
    )
    for (const pid of stopped) process.kill(pid, 'SIGCONT')
    const after = await flips(3000)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    await ended
    const rates = [watched, unwatched, after].map((rate) => rate.toFixed(1)).join(' / ')
    row('  guest’s flips before/stopped/after', `${rates} a second, ${seconds} s stopped`)
    row('  memory grown meanwhile', `QEMU ${growth[0]} MB, scanout ${growth[1]} MB`)
  })
  await guest.command('pattern static')
}

/** How soon the newest frame goes out once somebody takes frames again. */
async function resume(guest) {
  await guest.command('pattern full')
  await using handle = await openHandle(guest)
  const times = []
  let resumedAt
  let last = 0
  handle.on('frame', ({ seq }, payload) => {
    last = seq
    handle.recycle(payload)
    if (resumedAt !== undefined) times.push(performance.now() - resumedAt)
    resumedAt = undefined
  })
  handle.watch('stream')
  for (let round = 0; round < 5; round += 1) {
    await delay(1500)
    resumedAt = performance.now()
    handle.presented(last)
    await delay(100)
  }
  row('  newest frame after a stall, ms', times.map((ms) => ms.toFixed(0)).join(', '))
  await guest.command('pattern static')
}

function screenshot(guest) {
  const file = path.join(folder, 'picture.png')
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now()
    const args = [cli, 'screenshot', `qemu:${guest.socket}`, '-o', file]
    const { status, stderr } = spawnSync(node, args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`screenshot ended with ${status}: ${stderr}`)
    return performance.now() - start
  })
  row(
    '  screenshot, ms',
    `${percentile(times, 0.5).toFixed(0)} (most ${Math.max(...times).toFixed(0)})`,
  )
}

const copy = copyMs()
const [{ model }] = cpus()
say(`${cpus().length} × ${model}; copying one picture of 1920×1080 takes ${copy.toFixed(2)} ms`)
for (const [name, program] of qemus) {
  const qemu = program === undefined ? {} : { qemu: { program } }
  await using guest = await LinuxGuest.start({ display: 'virtio-gpu', ...qemu })
  say(`QEMU of ${name}`)
  const does = (wanted) => part === 'all' || part === wanted
  if (does('session')) await session(guest, copy)
  if (does('latency')) await latency(guest, copy)
  if (does('window')) await window(guest)
  if (does('start')) screenshot(guest)
  if (does('start')) await firstPicture(guest)
  if (part === 'stall') await stall(guest)
  if (does('stall')) await resume(guest)
}
process.exit()
