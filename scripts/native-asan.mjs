#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer into native-shim/build-asan
// and runs test/native against it. Anything a sanitizer finds ends the process that did it, and so
// fails its test. Needs gcc's libasan; arguments go to vitest.
//
//   node scripts/native-asan.mjs [FILE…]
//   node scripts/native-asan.mjs --claims 1000000 plane-claims   so many descriptions of planes
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const bin = path.join(root, 'node_modules', '.bin')
const headers = path.join(root, 'node_modules', `node-linux-${process.arch}`)
const folder = path.join(root, 'native-shim', 'build-asan')

function must(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (status !== 0) process.exit(status ?? 1)
}

// node-gyp always builds into build/ beside binding.gyp, so the sources are copied beside the output.
rmSync(folder, { recursive: true, force: true })
for (const name of ['binding.gyp', 'gpu-process', 'src']) {
  cpSync(path.join(root, 'native-shim', name), path.join(folder, name), { recursive: true })
}
must(path.join(bin, 'node-gyp'), [
  'rebuild',
  '-C',
  folder,
  `--nodedir=${headers}`,
  '--loglevel=warn',
  '--',
  '-Dsanitize=true',
])

const given = process.argv.slice(2)
const claims = given[0] === '--claims' ? given.splice(0, 2)[1] : undefined
if (claims !== undefined && !/^\d{1,8}$/.test(claims)) {
  process.stderr.write(`--claims ${claims}: a number is wanted\n`)
  process.exit(2)
}
const libraryOf = (name) => execFileSync('gcc', [`-print-file-name=${name}`], { encoding: 'utf8' })
must(path.join(bin, 'vitest'), ['run', '--project', 'native', ...given], {
  env: {
    ...process.env,
    ...(claims === undefined ? {} : { SCANOUT_CLAIMS: claims }),
    SCANOUT_SHIM: path.join(folder, 'build', 'Release', 'scanout_shim.node'),
    LD_PRELOAD: libraryOf('libasan.so').trim(),
    // V8's allocations are no leaks of ours; a stray SIGBUS is to end a process, as a test expects.
    ASAN_OPTIONS: 'detect_leaks=0:handle_sigbus=0:allocator_may_return_null=1:exitcode=99',
    UBSAN_OPTIONS: 'print_stacktrace=1',
  },
})
