// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, describe, expect, it } from 'vitest'
import { FrameStatistics } from '../../../main/frame-statistics.ts'
import { Publisher } from '../../../main/publisher.ts'
import type { WindowRequest } from '../../../main/shell/shell.ts'
import { FakeFd } from '../../fakes/fake-fd.ts'
import { validPlane } from '../../fakes/planes.ts'
import { FakeWindow } from '../../fakes/shell.ts'
import { FakeSourceHandle } from '../../fakes/source-handle.ts'

const textures = { sharing: 'shared-texture', copying: 'shared-memory', reason: '' } as const
const { plane, length } = validPlane()

let handle: FakeSourceHandle
let window: FakeWindow
let publisher: Publisher

beforeEach(() => {
  handle = new FakeSourceHandle()
  window = new FakeWindow({} as WindowRequest)
  window.sharing = textures
  publisher = new Publisher(handle, window, new FrameStatistics())
})

describe('frames of a window that takes textures', () => {
  it('come by another way within the same moment when there are none any more', () => {
    publisher.attach()
    handle.frame(1)
    window.settle({ sharing: 'stream', copying: 'stream', reason: 'the GPU was reset' })
    expect(handle.told).toEqual(['watch shared-texture', 'presented 1', 'watch stream'])
  })

  it('are not asked for again when only the reason is another', () => {
    publisher.attach()
    window.settle({ ...textures, reason: 'XR30 is copied' })
    expect(handle.told).toEqual(['watch shared-texture'])
  })

  it('carry bytes while something is made of them', () => {
    publisher.attach()
    publisher.copy(true)
    publisher.copy(true)
    publisher.copy(false)
    expect(handle.told).toEqual([
      'watch shared-texture',
      'watch shared-memory',
      'watch shared-texture',
    ])
  })

  it('carry bytes from the start when that was wished before', () => {
    const other = new Publisher(handle, window, new FrameStatistics(), 'raw', true)
    other.copy(true)
    other.attach()
    expect(handle.told).toEqual(['watch shared-memory'])
  })

  it('are asked for by nobody who does not look', () => {
    publisher.copy(true)
    window.settle({ sharing: 'stream', copying: 'stream', reason: '' })
    expect(handle.told).toEqual([])
  })

  it('bring their dma-bufs, or close them where nobody takes them', () => {
    const dmabuf = FakeFd.dmabuf(length)
    handle.emit('surface-texture', 1, plane, [dmabuf])
    expect([window.textures, dmabuf.file.open]).toEqual([[], 0])
    publisher.attach()
    handle.emit('surface-texture', 2, plane, [FakeFd.dmabuf(length)])
    expect(window.textures).toEqual([2])
  })

  it('pass on which layouts must be copied, and forget what was under way', () => {
    publisher.attach()
    handle.frame(1)
    for (const refuse of window.refusalListeners) refuse('XR24 odd')
    expect(handle.told.slice(1)).toEqual(['presented 1', 'refuse XR24 odd'])
  })

  it('are nobody’s any more when it ends', () => {
    publisher.attach()
    publisher[Symbol.dispose]()
    publisher[Symbol.dispose]()
    expect([window.sharingListeners.size, window.refusalListeners.size]).toEqual([0, 0])
    expect(window.sourcesEnded).toBe(1)
  })
})
