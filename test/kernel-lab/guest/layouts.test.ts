// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fourccs } from '../../../core/fourcc.ts'
import { modifierRow, modifiers, modifierText } from '../../../core/modifier.ts'
import { cpuEngine } from '../../../main/capture/engine.ts'
import { capturePlanes } from '../../../main/source/capture-planes.ts'
import { PlanesSource } from '../../../main/source/planes/source.ts'
import type { Source } from '../../../main/source/source.ts'
import { shim } from '../../../native-shim/index.ts'
import { difference, type Pixels } from './picture.ts'
import { Producer } from './producer.ts'
import { info, SampledSource } from './sampled-lab.ts'
import { type Sample, Samples } from './samples.ts'

// Every format and every layout as dma-bufs of a real kernel: random memory, whose pictures the host drew.

const samples = new Samples()
const isPlanar = ({ plane }: Sample) => plane.memory.length > 1
const native = cpuEngine('native')

/** Reads and decodes the primary plane as `screenshot` does. */
async function shown(source: Source): Promise<Pixels> {
  const { planes, statuses } = capturePlanes(shim, source.refresh())
  const [captured] = planes
  const [status] = statuses
  assert.ok(captured, status?.state === 'refused' ? status.verdict.why : status?.state)
  assert.ok(native.ok)
  const rgba = await native.value.decode(captured, 'rgba8')
  assert.ok(rgba.ok)
  return { width: captured.plane.width, height: captured.plane.height, rgba: rgba.value }
}

async function assertShown(source: Source, sample: Sample): Promise<void> {
  const { fourcc, width, height } = sample.plane
  const wrong = difference(await shown(source), samples.pixels(sample))
  assert.equal(wrong, undefined, `${fourcc.trim()} ${width}x${height}: ${wrong}`)
}

/** Samples by their modifier, for a test each. */
const groups = (list: readonly Sample[]) =>
  [...Map.groupBy(list, ({ plane }) => plane.modifier)].map(([modifier, members]) => {
    const codes = new Set(members.map(({ plane }) => plane.fourcc.trim()))
    const what = codes.size > 8 ? `${codes.size} formats` : [...codes].join(' ')
    return { name: `${modifierText(modifier)} ${modifierRow(modifier)?.name}: ${what}`, members }
  })

test('layouts: every row of the tables has a sample', () => {
  const formats = new Set(samples.all.map(({ plane }) => plane.fourcc))
  const layouts = new Set(samples.all.map(({ plane }) => plane.modifier))
  const missing = [
    ...fourccs.filter(({ code }) => !formats.has(code)),
    ...modifiers.filter(({ value }) => !layouts.has(value)),
  ]
  assert.deepEqual(
    missing.map(({ name }) => name),
    [],
  )
})

describe('layouts over vfio', () => {
  let stage: SampledSource
  before(() => {
    stage = new SampledSource(samples)
  })
  after(() => {
    stage.source[Symbol.dispose]()
    const counters = stage.lab.counters()
    stage[Symbol.dispose]()
    assert.equal(counters.get('dmabufs.live'), 0)
    assert.equal(counters.get('gets.most'), 1, 'one GET for each id')
    assert.equal(counters.get('sync.begins'), counters.get('sync.ends'))
  })

  for (const { name, members } of groups(samples.all.filter((sample) => !isPlanar(sample))))
    test(`layouts: ${name}`, async () => {
      const { lab, source } = stage
      const made = lab.counter('dmabufs.made')
      for (const sample of members) {
        lab.show('primary', sample)
        await assertShown(source, sample)
      }
      assert.equal(lab.counter('dmabufs.made') - made, members.length)
    })

  for (const { code, planes } of fourccs.filter(({ planes }) => planes.length > 1))
    test(`layouts: ${code} is refused: vfio tells of one memory plane`, () => {
      stage.lab.show('primary', samples.find(code, 0n))
      const { status } = stage.primary()
      assert.equal(status.state, 'refused')
      assert.equal(status.state === 'refused' && status.verdict.field, 'memory')
      const why = status.state === 'refused' ? status.verdict.why : ''
      assert.match(why, new RegExp(`\\b1 memory plane\\b.*\\b${code} has ${planes.length}\\b`))
    })
})

describe('layouts over planes+unix', () => {
  const owned = new DisposableStack()
  let stage: SampledSource
  let producer: Producer
  let viewer: PlanesSource
  before(async () => {
    const [near, far] = shim.socketPair()
    producer = new Producer(owned.use(far))
    viewer = owned.use(new PlanesSource(shim, near, info, () => performance.now()))
    stage = owned.use(new SampledSource(samples))
    await producer.greet()
  })
  after(() => owned[Symbol.dispose]())

  for (const { name, members } of groups(samples.all.filter(isPlanar)))
    test(`layouts: over planes+unix: ${name}`, async () => {
      for (const sample of members) {
        const arrived = Promise.withResolvers<void>()
        viewer.onWake(arrived.resolve)
        await producer.show(sample.plane, stage.dmabufOf(sample))
        await arrived.promise
        await assertShown(viewer, sample)
      }
    })
})
