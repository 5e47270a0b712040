// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { test } from 'node:test'

// planelab against its own contract: one test for each line of planelab-check.
const { LAB_CHECK = '', LAB_MODULES = '' } = process.env
const check = spawnSync(LAB_CHECK, { encoding: 'utf8', timeout: 30_000 })
const lines = check.stdout.split('\n').filter(Boolean)

for (const line of lines)
  test(`planelab: ${line.replace(/^(not )?ok /, '').replace(/:.*/, '')}`, () =>
    assert.ok(line.startsWith('ok '), line))

test('planelab: the check ran to its end', () => {
  assert.equal(check.error, undefined)
  assert.equal(check.status, lines.every((line) => line.startsWith('ok ')) ? 0 : 1)
  assert.ok(lines.length > 40, `${lines.length} checks`)
})

test('planelab: the module can be taken out once all is closed, and put in again', () => {
  const file = LAB_MODULES.split(' ').find((name) => /planelab\.ko$/.test(name))
  assert.ok(file)
  execFileSync('busybox', ['rmmod', 'planelab'])
  execFileSync('busybox', ['insmod', file])
})
