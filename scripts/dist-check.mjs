#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Checks everything about the packages but Electron itself, which is stood in for, and ends with one line
// that says what was checked. The same as `npm test` does in its layer `dist`.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { distLine } from './dist-line.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const { status } = spawnSync(process.execPath, [path.join(root, 'scripts/test.mjs'), 'dist'], {
  cwd: root,
  stdio: 'inherit',
})
process.stdout.write(`${distLine(path.join(root, 'out/test/package.json'))}\n`)
process.exit(status ?? 1)
