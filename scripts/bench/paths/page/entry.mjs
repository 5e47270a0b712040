// SPDX-License-Identifier: GPL-2.0-or-later
// Runs in the page: asks for tasks, does them, posts what it found.
import { measure } from '../measure.mjs'
import { sizesOf } from '../pictures.mjs'
import * as draw from './draw.mjs'
import * as present from './present.mjs'
import { receive } from './receive.mjs'
import * as upload from './upload.mjs'

const stages = { draw, present, upload }

async function measured({ stage, presenter, scale, plan }) {
  using owned = new DisposableStack()
  const sizes = sizesOf[scale]
  const bench = { owned, presenter, sizes, size: sizes[1] }
  const cases = await stages[stage].cases(bench)
  return { detail: bench.detail, rows: await measure(cases, plan) }
}

const kinds = { measure: measured, receive }

for (;;) {
  const task = await (await fetch('/task')).json()
  let answer
  try {
    answer = { value: await kinds[task.kind](task) }
  } catch (error) {
    answer = { problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  await fetch('/answer', { method: 'POST', body: JSON.stringify(answer) })
}
