// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fourccValue } from '../../../core/fourcc.ts'
import { INVALID, LINEAR } from '../../../core/modifier.ts'
import { capturePlanes } from '../../../main/source/capture-planes.ts'
import { systemClock } from '../../../main/source/poller.ts'
import { ConsolePlanes } from '../../../main/source/qemu/listener.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'

// What QEMU's virtio-gpu hands out for blobs: guest memory as udmabufs of a real kernel.

const XR24 = fourccValue('XR24') ?? 0
const X_TILED = 0x0100_0000_0000_0001n
const SIZE = 16_384

/** A udmabuf of four pages, all bytes the same. */
function filled(byte: number): Fd {
  using memfd = shim.createMemfd('blob', SIZE)
  using mapping = shim.map(memfd, 0, SIZE, true)
  mapping.write(0, new Uint8Array(SIZE).fill(byte))
  return shim.createUdmabuf(memfd, 0, SIZE)
}

function show(planes: ConsolePlanes, fd: Fd, modifier: bigint, stride: number, x = 0, y = 0): void {
  const layout = { offsets: [0], strides: [stride], planes: 1, crop: [x, y, 4, 4] as const }
  planes.scanoutDmabuf({ ...layout, fds: [fd], fourcc: XR24, modifier, bottomUp: false })
}

function firstByte(planes: ConsolePlanes): number | undefined {
  return capturePlanes(shim, planes.readings(), 'primary').planes[0]?.buffers[0]?.[0]
}

const quietly = () =>
  new ConsolePlanes(
    shim,
    systemClock,
    () => {},
    () => {},
  )

test('a blob of virtio-gpu without a modifier is linear, as guest memory is', () => {
  using planes = quietly()
  show(planes, filled(7), INVALID, 64, 2, 3)
  const [primary] = planes.readings()
  assert.equal(primary?.status.state, 'shown')
  assert.ok(primary?.status.state === 'shown')
  assert.equal(primary.status.plane.modifier, LINEAR)
  assert.equal(primary.status.plane.memory[0]?.offset, 3 * 64 + 2 * 4)
  assert.equal(firstByte(planes), 7)
})

test('a tiled blob is shown from a tile on, and refused from within one', () => {
  using planes = quietly()
  show(planes, filled(5), X_TILED, 512, 0, 8)
  assert.equal(firstByte(planes), 5)
  show(planes, filled(6), X_TILED, 512, 3, 0)
  assert.equal(planes.readings()[0]?.status.state, 'refused')
})

test('blobs that come again by other descriptors are mapped once', () => {
  const before = shim.counts()
  {
    using planes = quietly()
    using one = filled(1)
    using other = filled(2)
    for (let flip = 0; flip < 100; flip += 1) {
      show(planes, (flip % 2 ? other : one).dup(), INVALID, 64)
      assert.equal(firstByte(planes), flip % 2 ? 2 : 1)
    }
    assert.equal(shim.counts().mappings, before.mappings + 2)
    assert.equal(planes.surfaces().length, 2)
  }
  assert.deepEqual(shim.counts(), before)
})
