// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { shim } from '../../../native-shim/index.ts'
import {
  assertSame,
  drawMbochs,
  insertDriver,
  mbochsPicture,
  noOwnMesa,
  picture,
  pixelsOf,
  showUnmappable,
} from './gpu-lab.ts'
import { Mdev } from './mdev.ts'
import { readPng } from './picture.ts'
import { Planelab } from './planelab.ts'
import { type Outcome, scanout } from './scanout.ts'

// The built command line, with the Mesa of the host.

function assertSucceeded({ status, stderr }: Outcome): void {
  assert.equal(stderr, '')
  assert.equal(status, 0)
}

test('gpu: what the CPU may not map: a screenshot and a dump', { skip: noOwnMesa }, async () => {
  await insertDriver()
  using owned = new DisposableStack()
  const lab = owned.use(new Planelab())
  showUnmappable(lab)
  const mdev = owned.use(new Mdev('mbochs-medium'))
  const device = owned.use(shim.openVfioMdev(mdev.uuid))
  drawMbochs(device, mbochsPicture)
  const [shot, dumped] = await Promise.all([
    scanout(['screenshot', `vfio:${lab.uuid}`, '-o', '/tmp/unmappable.png']),
    scanout(['dump', 'vfio+fd:3', '-o', '/tmp/unmappable'], { inherit: device.fd.number }),
  ])
  for (const outcome of [shot, dumped]) assertSucceeded(outcome)
  assertSame(readPng('/tmp/unmappable.png'), picture)
  const { width, height } = mbochsPicture
  using file = shim.openFile(`/tmp/unmappable/${binary('/tmp/unmappable')}`, false)
  assertSame(pixelsOf(file, width, height, width * 4), mbochsPicture)
  assert.equal(lab.counter('gets.most'), 1, 'one GET for each id')
  assert.equal(lab.counter('dmabufs.live'), 0)
})

/** The file of a dump's pixels. */
function binary(folder: string): string {
  const [name, ...others] = readdirSync(folder).filter((file) => !file.endsWith('.json'))
  assert.deepEqual(others, [])
  return name ?? ''
}
