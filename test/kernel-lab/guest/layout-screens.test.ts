// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { PlaneKind } from '../../../core/plane.ts'
import { shim } from '../../../native-shim/index.ts'
import { copyOf, difference, drawOver, type Pixels, readPng } from './picture.ts'
import { Producer } from './producer.ts'
import { SampledLab, SampledSource } from './sampled-lab.ts'
import { type Sample, Samples } from './samples.ts'
import { scanout } from './scanout.ts'

// The built command line over dma-bufs in several layouts at once; layouts.test.ts goes through them all.

const samples = new Samples()
const done = { status: 0, stdout: '', stderr: '' }

/** A sample as one plane of a screen. */
type Layer = {
  readonly sample: Sample
  readonly kind: PlaneKind
  readonly x: number
  readonly y: number
}

const places = [
  { kind: 'primary', x: 0, y: 0 },
  { kind: 'overlay', x: 3, y: 1 },
  { kind: 'cursor', x: 11, y: -2 },
] as const

/** Samples on top of each other: fourcc and modifier of each, bottom to top. */
function screen(...planes: readonly (readonly [fourcc: string, modifier: bigint])[]): Layer[] {
  return places.flatMap((place, at) => {
    const [fourcc, modifier] = planes[at] ?? []
    if (fourcc === undefined || modifier === undefined) return []
    return [{ ...place, sample: samples.find(fourcc, modifier) }]
  })
}

/** What a screen of opaque planes looks like. */
function composed(layers: readonly Layer[]): Pixels {
  const [base, ...above] = layers
  assert.ok(base)
  const canvas = copyOf(samples.pixels(base.sample))
  for (const { sample, x, y } of above) drawOver(canvas, samples.pixels(sample), x, y)
  return canvas
}

function showAll(lab: SampledLab, layers: readonly Layer[]): void {
  for (const { kind, sample, x, y } of layers) lab.show(kind, sample, x, y)
}

const screens = {
  native: screen(
    ['XR24', 0x0100_0000_0000_0009n],
    ['RG16', 0x0300_0000_0060_6014n],
    ['C8  ', 0x0700_0000_0000_0006n],
  ),
  reference: screen(
    ['XR24', 0x0700_0000_0000_0001n],
    ['RG16', 0x0810_0000_0000_0001n],
    ['XR24', 0x0200_0000_0000_0305n],
  ),
}
const dumped = screen(
  ['XR24', 0x0100_0000_0000_0003n],
  ['AB4H', 0x0600_0000_0000_0001n],
  ['RG16', 0x0300_0000_0000_0013n],
)
const video = screen(
  ['NV12', 0x0700_0000_0006_0004n],
  ['NV12', 0x0400_0000_0000_0001n],
  ['NV12', 0x0900_0000_0000_0001n],
)

describe('layouts on the command line', { concurrency: 2 }, () => {
  for (const [engine, layers] of Object.entries(screens))
    test(`layouts: screenshot --engine ${engine} shows three layouts at once`, async () => {
      using lab = new SampledLab(samples)
      showAll(lab, layers)
      const file = `/tmp/layouts-${engine}.png`
      const address = `vfio:${lab.uuid}`
      const outcome = await scanout(['screenshot', address, '-o', file, '--engine', engine])
      assert.deepEqual(outcome, done)
      assert.equal(difference(readPng(file), composed(layers)), undefined)
    })

  test('layouts: dump and decode give three layouts back, alpha too', async () => {
    using lab = new SampledLab(samples)
    showAll(lab, dumped)
    const [folder, decoded] = ['/tmp/layouts', '/tmp/layouts/decoded']
    const outcome = await scanout(['dump', `vfio:${lab.uuid}`, '-o', folder])
    assert.deepEqual(outcome, { ...done, stdout: `${folder}/planes.json\n` })
    const decoding = ['decode', `${folder}/planes.json`, '--to', 'rgba8', '-o', decoded]
    assert.deepEqual(await scanout(decoding), done)
    for (const { kind, sample } of dumped) {
      const name = kind === 'primary' ? 'planes.bin' : `planes.${kind}.bin`
      const pixels = samples.pixels(sample)
      const seen = { ...pixels, rgba: readFileSync(`${decoded}/${name}`) }
      assert.equal(difference(seen, pixels), undefined, kind)
    }
  })

  test('layouts: screenshot shows video in tiles of its own from dma-bufs sent to it', async () => {
    using owned = new DisposableStack()
    const lab = owned.use(new SampledSource(samples))
    const listener = owned.use(shim.listen('/tmp/layouts.sock'))
    const serve = async () => {
      const visitor = await listener.accept()
      assert.ok(visitor, 'the command connects')
      const producer = new Producer(owned.use(visitor))
      await producer.greet()
      // Bottom last: once it is there, the picture is taken.
      for (const { kind, sample, x, y } of video.toReversed())
        await producer.show({ ...sample.plane, kind, x, y }, lab.dmabufOf(sample))
    }
    const file = '/tmp/layouts-video.png'
    const running = scanout(['screenshot', 'planes+unix:/tmp/layouts.sock', '-o', file])
    const ended = running.finally(() => listener[Symbol.dispose]())
    const [outcome] = await Promise.all([ended, serve()])
    assert.deepEqual(outcome, done)
    assert.equal(difference(readPng(file), composed(video)), undefined)
  })
})
