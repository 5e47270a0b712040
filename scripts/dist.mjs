#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Makes the packages that people install, in out/dist, and prints their sha256. Electron comes from its
// release page; `npm run dist:check` checks all else without it.
//
//   npm run dist [-- [--arch x64|arm64]… [deb] [rpm] [AppImage]]     all three of this processor
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const node = path.join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')

for (const [program, script, ...words] of [
  [process.execPath, 'scripts/bootstrap', 'run'],
  [node, 'packaging/dist.ts', ...process.argv.slice(2)],
]) {
  const { status } = spawnSync(program, [path.join(root, script), ...words], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
