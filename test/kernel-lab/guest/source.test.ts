// SPDX-License-Identifier: GPL-2.0-or-later

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { noCapabilities } from '../../../core/guest.ts'
import type { PlaneKind } from '../../../core/plane.ts'
import { DeviceSource } from '../../../main/source/device-source.ts'
import type { PlaneReading } from '../../../main/source/source.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { setMbochsMode } from './mbochs.ts'
import { Mdev } from './mdev.ts'
import { Planelab } from './planelab.ts'

// The source over a real driver: what it asks for, what it keeps, what it gives back.

const info = {
  ...{ address: 'vfio:lab', name: 'lab', access: 'dma-buf' },
  capabilities: noCapabilities,
}

/** A planelab with 16 small buffers, a source over it, and a clock that only the test moves. */
function setUp(owned: DisposableStack) {
  const lab = owned.use(new Planelab())
  for (let slot = 0; slot < 16; slot += 1) {
    lab.makeBuffer(slot, 16384)
    lab.loadPixels(slot, 0, Uint8Array.of(slot))
  }
  lab.tell('plane primary buf=0 fourcc=XR24 width=64 height=32 stride=256')
  const clock = { ms: 0 }
  const device = shim.openVfioMdev(lab.uuid)
  const map = (fd: Fd, length: number) => shim.map(fd, 0, length, false)
  const source = owned.use(
    new DeviceSource({ info, device, transport: 'dmabuf', map, now: () => clock.ms }),
  )
  return { lab, source, clock }
}

function reading(source: DeviceSource, kind: PlaneKind): PlaneReading {
  const found = source.refresh().find(({ status }) => status.kind === kind)
  assert.ok(found)
  return found
}

/** The first byte of the plane, or its state. */
function seen(source: DeviceSource, kind: PlaneKind = 'primary'): number | string {
  const { status, memory } = reading(source, kind)
  if (status.state !== 'shown') return status.state
  return memory?.mappings[0]?.copyOut(0, 1)[0] ?? 'no memory'
}

const openFiles = () => readdirSync('/proc/self/fd').length

test('source: a thousand flips of three buffers cost three GETs and leave nothing', () => {
  const before = shim.counts()
  {
    using owned = new DisposableStack()
    const { lab, source } = setUp(owned)
    for (let flip = 0; flip < 6; flip += 1) {
      lab.tell(`flip primary buf=${flip % 3}`)
      seen(source)
    }
    const [counts, files] = [shim.counts(), openFiles()]
    for (let flip = 0; flip < 1000; flip += 1) {
      lab.tell(`flip primary buf=${flip % 3}`)
      assert.equal(seen(source), flip % 3)
    }
    assert.deepEqual(shim.counts(), counts)
    assert.equal(openFiles(), files)
    assert.equal(lab.gets(), 3)
    assert.equal(lab.counter('maps'), 3)
    source[Symbol.dispose]()
    assert.equal(lab.counter('dmabufs.live'), 0)
  }
  assert.deepEqual(shim.counts(), before)
})

test('source: more buffers than the cache holds are asked for again, and never twice at once', () => {
  using owned = new DisposableStack()
  const { lab, source } = setUp(owned)
  for (let flip = 0; flip < 200; flip += 1) {
    lab.tell(`flip primary buf=${flip % 16}`)
    assert.equal(seen(source), flip % 16)
    assert.ok(lab.counter('dmabufs.live') <= 9)
  }
  assert.equal(lab.counter('gets.most'), 1)
})

test('source: a plane that two kinds share is one GET', () => {
  using owned = new DisposableStack()
  const { lab, source } = setUp(owned)
  lab.tell('plane overlay buf=0 fourcc=XR24 width=64 height=32 stride=256')
  assert.equal(seen(source, 'overlay'), 0)
  assert.equal(lab.gets(), 1)
})

test('source: a new stride under the same id is shown within two refreshes', () => {
  using owned = new DisposableStack()
  const { lab, source } = setUp(owned)
  lab.tell('plane primary buf=1 fourcc=XR24 width=64 height=16 stride=256 size=16384')
  seen(source)
  lab.tell('plane primary buf=1 fourcc=XR24 width=64 height=16 stride=512 size=16384')
  seen(source)
  const { status } = reading(source, 'primary')
  assert.equal(status.state, 'shown')
  assert.equal(status.state === 'shown' && status.plane.memory[0]?.stride, 512)
})

test('source: one ENOMEM is retried and not seen', () => {
  using owned = new DisposableStack()
  const { lab, source } = setUp(owned)
  lab.injectQueryError('primary', 'ENOMEM', 1)
  assert.equal(seen(source), 0)
  assert.equal(source.queryErrors, 1)
})

test('source: errors of a mode change keep the last frame for a second', () => {
  using owned = new DisposableStack()
  const { lab, source, clock } = setUp(owned)
  assert.equal(seen(source), 0)
  lab.injectQueryError('primary', 'EFAULT', -1)
  for (const ms of [10, 500, 990]) {
    clock.ms = ms
    assert.equal(seen(source), 0)
  }
  clock.ms = 2500
  const { status } = reading(source, 'primary')
  assert.equal(status.state, 'stalled')
  assert.match(status.state === 'stalled' ? status.failure.why : '', /EFAULT/)
  lab.injectQueryError('primary', 'EFAULT', 0)
  lab.tell('flip primary buf=5')
  assert.equal(seen(source), 5)
})

test('source: a GET that fails once costs one refresh', () => {
  using owned = new DisposableStack()
  const { lab, source } = setUp(owned)
  assert.equal(seen(source), 0)
  lab.injectGetError('EINVAL', 1)
  lab.tell('flip primary buf=2')
  seen(source)
  assert.equal(seen(source), 2)
})

test('source: an unmappable buffer is refused in words and asked for once', () => {
  using owned = new DisposableStack()
  const { lab, source } = setUp(owned)
  lab.setMappable(false)
  for (let i = 0; i < 5; i += 1) {
    const { status } = reading(source, 'primary')
    assert.equal(status.state, 'refused')
    assert.match(status.state === 'refused' ? status.verdict.why : '', /ENODEV/)
  }
  assert.equal(lab.gets(), 1)
  assert.equal(lab.counter('maps.refused'), 1)
})

test('source: stock mbochs is read through its errors, mode after mode, and survives', () => {
  using mdev = new Mdev('mbochs-medium')
  const device = shim.openVfioMdev(mdev.uuid)
  const map = (fd: Fd, length: number) => shim.map(fd, 0, length, false)
  using source = new DeviceSource({ info, device, transport: 'dmabuf', map, now: () => 0 })
  assert.equal(seen(source), 'disabled')
  // No more modes than the cache holds: mbochs frees the pages of an id once for each time that its last
  // descriptor is closed, so one that is let go and asked for again corrupts the kernel.
  for (let mode = 0; mode < 18; mode += 1) {
    setMbochsMode(device, 640 + 16 * (mode % 6), 480)
    for (let i = 0; i < 3; i += 1) {
      const { status } = reading(source, 'primary')
      assert.equal(status.state, 'refused')
      assert.match(status.state === 'refused' ? status.verdict.why : '', /map/)
    }
  }
})

/** What a guest can set up that nobody can show, and the field that the verdict must name. */
const refusals = {
  'fourcc=ZZ99 width=64 height=64 stride=256': 'fourcc',
  'fourcc=XR24 modifier=0x0100000000000004 width=64 height=64 stride=512': 'modifier',
  'fourcc=XR24 modifier=0xffffffffffffffff width=64 height=64 stride=512': 'modifier',
  'fourcc=XR24 width=4294967295 height=64 stride=256': 'width',
  'fourcc=XR24 width=64 height=4294967295 stride=256 size=4096': 'height',
  'fourcc=XR24 width=64 height=64 stride=128': 'memory[0].stride',
  'fourcc=XR24 width=64 height=64 stride=4294967295 size=4096': 'memory[0].stride',
  'fourcc=XR24 width=64 height=64 stride=256 export=4096': 'memory[0].size',
}
for (const [plane, field] of Object.entries(refusals))
  test(`source: ${plane}: a verdict names ${field}`, () => {
    using owned = new DisposableStack()
    const { lab, source } = setUp(owned)
    lab.tell(`plane primary buf=0 ${plane}`)
    const { status } = reading(source, 'primary')
    assert.equal(status.state, 'refused')
    assert.equal(status.state === 'refused' && status.verdict.field, field)
  })

test('source: a size in pages, as the oldest GVT-g tells it, is not believed', () => {
  using owned = new DisposableStack()
  const { lab, source } = setUp(owned)
  lab.tell('plane primary buf=3 fourcc=XR24 width=64 height=64 stride=256 size=4 export=16384')
  assert.equal(seen(source), 3)
})

test('source: guest writes are seen in the same buffer, and a reset of the device disables', () => {
  using owned = new DisposableStack()
  const { lab, source } = setUp(owned)
  assert.equal(seen(source), 0)
  lab.loadPixels(0, 0, Uint8Array.of(77))
  assert.equal(seen(source), 77)
  lab.disable('primary')
  assert.equal(seen(source), 'disabled')
})
