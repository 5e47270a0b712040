// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { noCapabilities } from '../../../core/guest.ts'
import { LINEAR } from '../../../core/modifier.ts'
import type { Plane } from '../../../core/plane.ts'
import { DeviceSource } from '../../../main/source/device-source.ts'
import { FrameWriter } from '../../../main/source/frame-writer.ts'
import { ReadBacks } from '../../../main/source/read-backs.ts'
import { TexturePolicy } from '../../../main/source/texture-policy.ts'
import { textureInfo } from '../../../main/transport/texture-info.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { setMbochsMode } from './mbochs.ts'
import { Mdev } from './mdev.ts'
import { argbMemory, opaqueNoise } from './picture.ts'
import { Planelab } from './planelab.ts'

// Dma-bufs of a real kernel on their way to a window: which of them go there, and as what.

const SIZE = { width: 640, height: 480 } as const
const STRIDE = SIZE.width * 4
const BYTES = STRIDE * SIZE.height

const plane: Plane = {
  kind: 'primary',
  fourcc: 'XR24',
  modifier: LINEAR,
  ...SIZE,
  memory: [{ buffer: 0, offset: 0, stride: STRIDE, size: BYTES }],
  x: 0,
  y: 0,
  bottomUp: false,
}
const policy = () => new TexturePolicy(shim)
const only = (dmabuf: Fd) => ({ mappings: [], dmabufs: [dmabuf] })

describe('textures', { concurrency: 1 }, () => {
  test('textures: a udmabuf goes to the window, and a memfd that is called a dma-buf does not', () => {
    using memfd = shim.createMemfd('guest', BYTES)
    using udmabuf = shim.createUdmabuf(memfd, 0, BYTES)
    assert.equal(policy().admits(plane, only(udmabuf)), true)
    assert.equal(policy().admits(plane, only(memfd)), false)
    assert.equal(textureInfo(plane, [udmabuf]).ok, true)
    assert.equal(textureInfo(plane, [memfd]).ok, false)
  })

  test('textures: sealed memory becomes a dma-buf of the same pages', () => {
    using memfd = shim.createMemfd('guest', BYTES)
    using written = shim.map(memfd, 0, BYTES, true)
    const memory = { mappings: [written], dmabufs: [], memfds: [memfd] }
    const rule = policy()
    assert.equal(rule.admits(plane, memory), true)
    const [dmabuf] = rule.open(plane, memory) ?? []
    assert.ok(dmabuf)
    using held = dmabuf
    assert.equal(textureInfo(plane, [held]).ok, true)
    using seen = shim.map(held, 0, BYTES, false)
    written.write(4096, Uint8Array.of(1, 2, 3))
    assert.deepEqual([...seen.copyOut(4096, 3)], [1, 2, 3])
  })

  test('textures: a buffer of stock mbochs, which breaks when it is held twice, does not go', () => {
    using mdev = new Mdev('mbochs-medium')
    using device = shim.openVfioMdev(mdev.uuid)
    setMbochsMode(device, SIZE.width, SIZE.height)
    try {
      device.queryPlane(1, 'dmabuf')
    } catch {
      // The first query of a mode fails with ENOMEM.
    }
    const { id } = device.queryPlane(1, 'dmabuf')
    using dmabuf = device.getDmabuf(id)
    assert.equal(dmabuf.size() >= BYTES, true)
    assert.equal(policy().admits(plane, only(dmabuf)), false)
  })

  test('textures: a device’s flips name two buffers, each handed over once', () => {
    using lab = new Planelab()
    for (const buffer of [0, 1]) {
      lab.makeBuffer(buffer, BYTES)
      lab.loadPixels(buffer, 0, argbMemory(opaqueNoise(640, 480, buffer), STRIDE, 'linear', false))
    }
    lab.setMappable(false)
    const info = { address: 'vfio:lab', name: 'lab', access: 'dma-buf' }
    using source = new DeviceSource({
      info: { ...info, capabilities: noCapabilities },
      device: shim.openVfioMdev(lab.uuid),
      transport: 'dmabuf',
      map: (fd, length) => shim.map(fd, 0, length, false),
      now: () => performance.now(),
      readBacks: new ReadBacks(shim, () => assert.fail('no GPU reads what a window takes')),
    })
    using writer = new FrameWriter(shim, () => 0)
    writer.reset('shared-texture', 'stream')
    const handed: string[] = []
    for (let flip = 0; flip < 20; flip += 1) {
      lab.tell(`plane primary buf=${flip % 2} fourcc=XR24 width=640 height=480 stride=${STRIDE}`)
      const { written } = writer.write(source.refresh())
      for (const { surface, plane: shown, dmabufs } of written?.textures ?? []) {
        handed.push(`${surface} ${textureInfo(shown, dmabufs).ok}`)
        for (const fd of dmabufs) fd[Symbol.dispose]()
      }
    }
    assert.deepEqual(handed, ['1 true', '2 true'])
    assert.equal(lab.counter('gets.most'), 1, 'one GET for each id')
  })
})
