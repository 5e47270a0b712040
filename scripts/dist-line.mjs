// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'

// biome-ignore format: one row per file of test/package
/** What each file of tests is about, in the order in which a person wants to read it. */
export const subjects = [
  ['schema',       'electron-builder.yml'],
  ['builder',      'the tools around it'],
  ['reproducible', 'packages made twice and the same'],
  ['contents',     'every file of the deb, its fuses and licences'],
  ['scripts',      'installing, upgrading and removing'],
  ['desktop',      'desktop entry, AppStream, MIME types, icons and unit'],
  ['manual',       'man page'],
  ['completions',  'completions'],
  ['installed',    'the installed scanout without a display server'],
]

/** One line of what a run of test/package has checked, from the test runner's report. */
export function distLine(report) {
  let results
  try {
    results = JSON.parse(readFileSync(report, 'utf8')).testResults
  } catch {
    return 'dist:check: the checks did not run'
  }
  const count = (tests, ...states) => tests.filter(({ status }) => states.includes(status)).length
  const parts = subjects.map(([name, subject]) => {
    const file = results.find((one) => path.basename(one.name) === `${name}.test.ts`)
    const tests = file?.assertionResults ?? []
    const failed = count(tests, 'failed')
    if (tests.length === 0 || failed > 0) return `${subject} (FAILED)`
    const skipped = tests.length - count(tests, 'passed')
    return `${subject} (${count(tests, 'passed')}${skipped > 0 ? `, ${skipped} skipped` : ''})`
  })
  return `dist:check: ${parts.join(' · ')}`
}
