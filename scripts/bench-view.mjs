#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Viewers side by side on the same Linux guest of QEMU, on X screens of their own: frames really shown,
// what each costs, how late it is. Nothing is attached to any of them: frames are read from the screen's
// memory, costs from /proc.
//
//   npm run bench:view                            every viewer that is installed, 1920×1080, 6 to 7 minutes
//   npm run bench:view -- --all                   1280×720 and 3840×2160 as well, and longer
//   npm run bench:view -- --viewers Scanout,gtk --cases bar,full --sizes 1280x720 --seconds 3
//   npm run bench:view -- --threads               also the parts of each viewer's costs
//   npm run bench:view -- --soak 600              memory and descriptors, so many seconds a case
//   npm run bench:view -- --fleet 4               so many viewers on as many guests at once
//   npm run bench:view -- --app FOLDER            another checkout's Scanout, to compare with
//   npm run bench:view -- --kernel 6.12           the guest's kernel; Debian 12's 6.1 where it can be had
//
// It prints a table and writes out/bench/view.json (--json FILE). --markdown prints the table and what it
// was taken on, nothing else; --readme puts both into README.md.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
// The guest is TypeScript, which an older Node cannot run.
if (!process.features.typescript) {
  const node = path.join(root, 'node_modules', `node-linux-${process.arch}`, 'bin/node')
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(status ?? 1)
}
const { makeGuest } = await import('../test/qemu/guest/files.ts')
const { cases } = await import('./bench/cases.mjs')
const { baseline, doneForViewer, measure } = await import('./bench/measure.mjs')
const { memoryMb } = await import('./bench/processes.mjs')
const { fleet } = await import('./bench/fleet.mjs')
const { soak } = await import('./bench/soak.mjs')
const { describeHost } = await import('./bench/host.mjs')
const { bootGuest, Stage } = await import('./bench/stage.mjs')
const { between, hostLine, table } = await import('./bench/table.mjs')
const { judged } = await import('./bench/targets.mjs')
const { viewersOf } = await import('./bench/viewers.mjs')

const { values: options } = parseArgs({
  options: {
    app: { type: 'string', default: root },
    all: { type: 'boolean', default: false },
    cases: { type: 'string', default: Object.keys(cases).join() },
    fleet: { type: 'string' },
    json: { type: 'string', default: path.join(root, 'out/bench/view.json') },
    markdown: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    kernel: { type: 'string', default: '6.1' },
    seconds: { type: 'string' },
    sizes: { type: 'string' },
    soak: { type: 'string' },
    threads: { type: 'boolean', default: false },
    viewers: { type: 'string' },
  },
})
const say = (text) => (options.markdown ? process.stderr : process.stdout).write(`${text}\n`)
/** What --markdown and --readme keep. */
const kept = []
const keep = (...lines) => {
  kept.push(...lines)
  process.stdout.write(`${lines.join('\n')}\n`)
}
const progress = (text) => process.stderr.write(`… ${text}\n`)
const stop = (text) => {
  say(text)
  process.exit(2)
}

const runMs = Number(options.seconds ?? (options.all ? 10 : 4)) * 1000
const timingMs = Math.min(runMs, options.all ? 6000 : 3000)
const names = options.cases.split(',')
const wrong = names.find((name) => !(name in cases))
if (wrong !== undefined) stop(`no case ${wrong}: ${Object.keys(cases).join(', ')}`)
const sizes = (options.sizes ?? (options.all ? '1280x720,1920x1080,3840x2160' : '1920x1080'))
  .split(',')
  .map((text) => {
    const [width, height] = text.split('x').map(Number)
    if (!(width > 0 && height > 0)) stop(`no size ${text}: 1920x1080 is one`)
    return { width, height }
  })

process.setMaxListeners(0)
const folder = mkdtempSync(path.join(tmpdir(), 'scanout-bench-'))
// Whatever is made on the way goes with it, however this ends.
process.env.TMPDIR = folder
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

const inPath = (program) => spawnSync('which', [program]).status === 0
const missing = ['Xvfb', 'openbox', 'qemu-system-x86_64'].filter((program) => !inPath(program))
if (missing.length > 0)
  stop(`bench:view needs ${missing.join(', ')}: apt-get install xvfb openbox qemu-system-x86`)
if (spawnSync(path.join(options.app, 'scanout'), ['--version'], { stdio: 'ignore' }).status !== 0)
  stop('Scanout could not be built: run npm run build')

/** Debian 12's kernel tells its display what changed; a newer one says "all of it", to every viewer. */
function guestFiles() {
  const files = makeGuest(options.kernel)
  if (typeof files !== 'string') return files
  progress(`no guest with Linux ${options.kernel}: ${files}`)
  const other = makeGuest()
  return typeof other === 'string' ? stop(`no guest: ${other}`) : other
}

const viewers = viewersOf(path.resolve(options.app))

function chosenViewers() {
  const wanted = options.viewers?.toLowerCase().split(',')
  const chosen = viewers.filter(({ name }) => {
    const words = name.toLowerCase()
    return !wanted || wanted.some((word) => words === word || words.split(/[ ,]+/).includes(word))
  })
  return chosen.filter((viewer) => {
    if (viewer.has()) return true
    say(`left out: ${viewer.name} is not installed (${viewer.package})`)
    return false
  })
}

const files = guestFiles()
const chosen = chosenViewers()
if (chosen.length === 0)
  stop(`none of these viewers: ${viewers.map(({ name }) => name).join('; ')}`)
const host = describeHost(chosen, files.kernel)
keep(hostLine(host))

/** What the guest costs when nobody looks, by device and case, ms of CPU a second. */
async function baselines(size) {
  const found = new Map()
  for (const device of new Set(chosen.map((viewer) => viewer.device))) {
    progress(`${size.width}×${size.height}: ${device} without a viewer`)
    const own = mkdtempSync(path.join(folder, 'none-'))
    const booted = await bootGuest({ device, backend: 'none', size, files, folder: own })
    await using _guest = booted.guest
    using _typist = booted.typist
    for (const name of names)
      found.set(`${device} ${name}`, await baseline(booted, name, Math.min(runMs, 4000)))
  }
  return found
}

async function measureViewer(viewer, size, without) {
  await using stage = await Stage.open({ viewer, size, files, folder })
  const { startMs, sentWhileStatic } = stage
  const result = { viewer: viewer.name, size, startMs, sentWhileStatic, cases: {} }
  for (const name of names) {
    progress(`${size.width}×${size.height}: ${viewer.name}, ${cases[name].title}`)
    const one = await measure(stage, name, { runMs, timingMs })
    one.cpu.qemuMore = doneForViewer(one, without.get(`${viewer.device} ${name}`))
    result.cases[name] = one
  }
  if (viewer.command) result.memoryMb = memoryMb(stage.viewers)
  return result
}

function sayParts({ viewer, cases: measured }) {
  for (const [name, { parts }] of Object.entries(measured)) {
    if (parts.length === 0) continue
    say(`\n${viewer}, ${cases[name].title}: ms of CPU a second, wakeups a second`)
    for (const { part, cpu, wakeups } of parts)
      say(`  ${cpu.toFixed(2).padStart(8)} ${wakeups.toFixed(1).padStart(8)}  ${part}`)
  }
}

async function compare(size) {
  const without = await baselines(size)
  const results = []
  for (const viewer of chosen) {
    try {
      results.push(await measureViewer(viewer, size, without))
    } catch (error) {
      say(`left out: ${viewer.name} at ${size.width}×${size.height}: ${error.message}`)
    }
  }
  if (results.length === 0) return results
  keep(
    '',
    `${size.width} × ${size.height}, ${runMs / 1000} s a case:`,
    '',
    ...table(results, names),
  )
  for (const { viewer, sentWhileStatic } of results)
    if (sentWhileStatic !== undefined)
      say(`\n${viewer} sent ${sentWhileStatic} picture(s) from its start on while none changed`)
  if (size.width === 1920)
    for (const line of ['\nScanout has to reach', ...judged(results)]) say(line)
  if (options.threads) for (const result of results) sayParts(result)
  return results
}

const written = { host, seconds: runMs / 1000, results: [] }
const common = { viewer: chosen[0], files, folder, say, progress }
if (options.soak) {
  written.soak = await soak({ ...common, size: sizes[0], seconds: Number(options.soak) })
} else if (options.fleet) {
  const size = options.sizes ? sizes[0] : { width: 1280, height: 720 }
  written.fleet = await fleet({ ...common, size, count: Number(options.fleet), runMs })
} else {
  for (const size of sizes) written.results.push(...(await compare(size)))
}
if (options.readme) {
  const readme = path.join(root, 'README.md')
  writeFileSync(readme, between(readFileSync(readme, 'utf8'), kept))
}
mkdirSync(path.dirname(options.json), { recursive: true })
writeFileSync(options.json, `${JSON.stringify(written, null, 2)}\n`)
say(`\nwritten to ${path.relative(process.cwd(), options.json)}`)
process.exit()
