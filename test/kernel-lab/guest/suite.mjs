// SPDX-License-Identifier: GPL-2.0-or-later
// Runs in the guest: every guest/*.test.ts (or the named ones), one process a file, and writes
// results.json for the host.
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { run } from 'node:test'

const folder = import.meta.dirname
const names = process.argv.slice(2)
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.test.ts'))
  .filter((file) => names.length === 0 || names.includes(file.replace('.test.ts', '')))
  .sort()
  .map((file) => path.join(folder, file))

const results = { passed: 0, failed: 0, skipped: 0, failures: [] }
const save = () =>
  writeFileSync(path.join(process.env.LAB_OUT ?? '.', 'results.json'), JSON.stringify(results))
const unknown = names.filter((name) => !files.includes(path.join(folder, `${name}.test.ts`)))
for (const name of unknown) results.failures.push(`no such part: ${name}`)
results.failed = unknown.length
save()

/** Parts of `describe` count by their tests. */
const isSuite = (event) => event.details?.type === 'suite'
const seconds = (event) => `${((event.details?.duration_ms ?? 0) / 1000).toFixed(1)} s`

/** Without the frames of Node itself. */
const ownLines = (stack) => stack.replace(/\n +at (?!.*file:).*/g, '').trimEnd()

/** Takes the driver out of the kernel and puts it back: nobody else can have a device meanwhile. */
const isAlone = (file) => path.basename(file) === 'driver.test.ts'

/** Resolves when every test of the files has been told. */
function finish(files, concurrency) {
  const { promise, resolve } = Promise.withResolvers()
  const stream = run({ files, concurrency, timeout: 180_000 })
  stream.on('test:pass', passed)
  stream.on('test:fail', failed)
  stream.on('test:stderr', (event) => process.stdout.write(event.message))
  stream.on('test:stdout', (event) => process.stdout.write(event.message))
  stream.on('end', resolve)
  stream.resume()
  return promise
}

function passed(event) {
  if (isSuite(event)) return
  if (event.skip !== undefined) {
    results.skipped++
    console.log(`skip ${event.name}: ${event.skip}`)
  } else {
    results.passed++
    console.log(`ok   ${event.name} (${seconds(event)})`)
  }
  save()
}

function failed(event) {
  if (isSuite(event) && event.details?.error?.failureType === 'subtestsFailed') return
  results.failed++
  results.failures.push(event.name)
  const error = event.details?.error
  const cause = error?.cause ?? error
  console.log(`FAIL ${event.name} (${seconds(event)})`)
  console.log(ownLines(String(cause?.stack ?? cause)).replace(/^/gm, '       '))
  save()
}

await finish(files.filter(isAlone), 1)
// Every other file makes devices of its own; the guest has two processors.
await finish(
  files.filter((file) => !isAlone(file)),
  2,
)
process.exitCode = results.failed === 0 ? 0 : 1
