#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Each stage of a frame's way alone, beside its physical limit in the same run, and how its cost grows with
// pixels, damage, buffers, planes and windows. Growth is from the row above: × time, of × what grew.
//
//   npm run bench:paths                          two to three minutes; also writes out/bench/paths.json
//   npm run bench:paths -- --quick --stage scan --stage present --json FILE
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
// The stages are TypeScript, which an older Node cannot run.
if (!process.features.typescript) {
  const node = path.join(root, 'node_modules', `node-linux-${process.arch}`, 'bin/node')
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(status ?? 1)
}
const { plans, StageRunner, stages } = await import('./bench/paths/stages.mjs')
const { findings, heading, partsText, rowText, withGrowth } = await import(
  './bench/paths/report.mjs'
)
const { findBrowser } = await import('../main/shell/chromium/browser-binary.ts')

const { values: options } = parseArgs({
  options: {
    stage: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    // Pictures like stamps, each step once: says that everything runs, and nothing about speed.
    tiny: { type: 'boolean', default: false },
    json: { type: 'string', default: path.join(root, 'out/bench/paths.json') },
  },
})
const say = (text) => process.stdout.write(`${text}\n`)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

function chosen() {
  const unknown = options.stage.filter((name) => !stages.some((stage) => stage.name === name))
  if (unknown.length > 0) {
    const names = stages.map(({ name }) => name).join(', ')
    process.stderr.write(`no stage ${unknown.join(', ')}: choose from ${names}\n`)
    process.exit(2)
  }
  return stages.filter(({ name }) => options.stage.length === 0 || options.stage.includes(name))
}

function hostFacts() {
  const browser = findBrowser(process.env)
  const version = browser.ok ? spawnSync(browser.value, ['--version'], { encoding: 'utf8' }) : {}
  return {
    cores: cpus().length,
    model: cpus()[0]?.model.trim(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    browser: version.stdout?.trim(),
    load: loadavg()[0],
    date: new Date().toISOString(),
  }
}

const wanted = chosen()
const host = hostFacts()
const startedMs = performance.now()
const rows = []
say(`${host.cores} × ${host.model}, Linux ${host.kernel}, Node ${host.node}, ${host.browser}`)
say(heading)
{
  const plan = options.tiny ? plans.tiny : options.quick ? plans.quick : plans.full
  await using runner = new StageRunner(options.tiny ? 'tiny' : 'full', plan)
  for (const stage of wanted) {
    say(`— ${stage.words}; limit: ${stage.limit}`)
    const found = withGrowth(await runner.run(stage))
    for (const row of found) for (const text of [rowText(row), ...partsText(row)]) say(text)
    rows.push(...found)
  }
}
for (const text of findings(rows, wanted)) say(text)
const tookS = (performance.now() - startedMs) / 1000
const drivers = [...new Set(rows.flatMap(({ detail }) => detail ?? []))]
if (drivers.length > 0) say(`Drawn by: ${drivers.join('; ')}`)
mkdirSync(path.dirname(options.json), { recursive: true })
writeFileSync(options.json, `${JSON.stringify({ host, tookS, rows }, null, 2)}\n`)
say(
  `${tookS.toFixed(0)} s; load ${host.load.toFixed(1)}; ${path.relative(process.cwd(), options.json)}`,
)
