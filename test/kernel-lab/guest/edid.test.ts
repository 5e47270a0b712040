// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { readSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { EDID_BYTES, edidOf } from '../../../core/edid.ts'
import type { GuestNews } from '../../../core/guest-channel.ts'
import type { Source } from '../../../main/source/source.ts'
import { openVfio } from '../../../main/source/vfio/open.ts'
import type { VfioDevice } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { Mdev } from './mdev.ts'
import { Planelab } from './planelab.ts'

// A guest's monitor that has the size of the window, over real drivers.

const PATIENCE_MS = 5000
const size = { widthMm: 508, heightMm: 286 }
const wish = (width: number, height: number) =>
  ({ kind: 'resize', width, height, ...size }) as const

async function open(uuid: string): Promise<Source> {
  const address = { text: `vfio:${uuid}`, scheme: 'vfio', path: uuid, query: new Map() }
  const opened = await openVfio(address, AbortSignal.timeout(PATIENCE_MS))
  assert.ok(opened.ok, JSON.stringify(opened))
  return opened.value
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!holds() && performance.now() < deadline) await delay(5)
  assert.ok(holds())
}

/** Bytes of a region, by a descriptor of our own beside the source's. */
function read(device: VfioDevice, index: number, at: number): Uint8Array {
  const bytes = new Uint8Array(EDID_BYTES)
  readSync(device.fd.number, bytes, 0, bytes.length, device.region(index).offset + at)
  return bytes
}

test('edid: of many wishes the first and the last are shown, link down for 100 ms each', async () => {
  using lab = new Planelab()
  using source = await open(lab.uuid)
  using own = shim.adoptVfioDevice(shim.takeVfioDevice(process.pid))
  assert.equal(source.info.capabilities.resize, true)
  for (let width = 800; width <= 1281; width += 1) source.request?.(wish(width, 721))
  assert.deepEqual([lab.counter('edid.downs'), lab.counter('edid.ups')], [1, 0])
  await until(() => lab.counter('edid.ups') === 2)
  assert.equal(lab.counter('edid.downs'), 2)
  assert.equal(lab.counter('edid.link'), 1)
  assert.ok(lab.counter('edid.down-ms') >= 99, `${lab.counter('edid.down-ms')} ms`)
  assert.equal(lab.counter('edid.size'), EDID_BYTES)
  assert.deepEqual(read(own, 9, 2048), edidOf({ width: 1281, height: 721, ...size }))
})

test('edid: a size beyond the limits of the driver is brought within them', async () => {
  using lab = new Planelab()
  using source = await open(lab.uuid)
  using own = shim.adoptVfioDevice(shim.takeVfioDevice(process.pid))
  source.request?.(wish(7680, 4320))
  await until(() => lab.counter('edid.ups') === 1)
  assert.deepEqual(read(own, 9, 2048), edidOf({ width: 3840, height: 2160, ...size }))
})

test('edid: a viewer that leaves in the middle plugs the monitor in', async () => {
  using lab = new Planelab()
  const news: GuestNews[] = []
  {
    using source = await open(lab.uuid)
    source.onNews?.((one) => news.push(one))
    source.request?.(wish(800, 600))
    assert.equal(lab.counter('edid.link'), 2)
  }
  assert.equal(lab.counter('edid.link'), 1)
  await delay(150)
  assert.deepEqual(news, [])
})

test('edid: the guest of an mbochs reads the block where its driver looks', async () => {
  using mdev = new Mdev('mbochs-medium')
  using source = await open(mdev.uuid)
  using own = shim.adoptVfioDevice(shim.takeVfioDevice(process.pid))
  source.request?.(wish(1281, 721))
  const block = Buffer.from(edidOf({ width: 1281, height: 721, ...size }))
  assert.notDeepEqual(Buffer.from(read(own, 2, 0)), block, 'the link is down')
  await until(() => block.equals(read(own, 2, 0)))
})

test('edid: a device without a region cannot follow', async () => {
  using mdev = new Mdev('mdpy-xga')
  using source = await open(mdev.uuid)
  assert.equal(source.info.capabilities.resize, false)
  source.request?.(wish(800, 600))
})
