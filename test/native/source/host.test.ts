// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../core/failure.ts'
import { shim } from '../../../native-shim/index.ts'
import { NO_HOTSPOT, picture } from '../../conformance/plane-device.ts'
import { expectNoLeaks } from '../no-leaks.ts'
import { DemoHost, pointer, show } from './demo-host.ts'

expectNoLeaks()

const Y_TILED = 0x0100_0000_0000_0002n

describe('a host', () => {
  it('tells what it opened and the state of every plane before anything else', () => {
    using demo = new DemoHost((device) => device.setAbsent('overlay', true))
    expect(demo.reports.map(({ kind }) => kind)).toEqual(['opened', 'planes'])
    const [planes] = demo.take('planes')
    expect(planes?.statuses.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'primary disabled',
      'overlay absent',
      'cursor disabled',
    ])
  })

  it('sends no frame and has no timer until somebody watches', () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    expect(demo.frames(1000)).toEqual([])
    expect(demo.clock.pending).toBe(0)
  })

  it('begins with everything: surfaces, their bytes and the scene', () => {
    using demo = new DemoHost((device) => {
      show(device, picture, 7)
      show(device, pointer, 9)
    })
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    const [first, ...others] = demo.frames()
    expect(others).toEqual([])
    expect(first?.frame).toMatchObject({ seq: 1, reset: true, gone: [] })
    expect(first?.frame.surfaces.map(({ plane }) => plane.kind)).toEqual(['primary', 'cursor'])
    expect(first?.frame.scene).toMatchObject([
      { kind: 'primary', x: 0, y: 0 },
      { kind: 'cursor', x: 5, y: 6, hotspot: { x: 1, y: 2 } },
    ])
    expect(first?.payload.length).toBe(8192 + 1024)
    expect(first?.payload.subarray(0, 8192).every((byte) => byte === 7)).toBe(true)
    expect(first?.payload.subarray(8192).every((byte) => byte === 9)).toBe(true)
  })

  it('says nothing while nothing changes', () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.take('planes')
    expect(demo.frames(5000)).toEqual([])
    expect(demo.take('planes')).toEqual([])
  })

  it('sends the cells that changed and no others', () => {
    using demo = new DemoHost((device) =>
      show(device, { ...picture, width: 256, height: 128, stride: 1024, size: 131072 }, 0),
    )
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.device.loadPixels(0, 70 * 1024 + 130 * 4, Uint8Array.of(1, 2, 3, 4))
    const [{ frame, payload } = { frame: undefined, payload: undefined }] = demo.frames()
    expect(frame?.surfaces).toEqual([])
    expect(frame?.damage).toHaveLength(1)
    const [rect] = frame?.damage[0]?.rects ?? []
    expect(rect).toMatchObject({ x: 512, y: 64, width: 256, height: 64 })
    const at = (70 - 64) * 256 + (130 - 128) * 4
    expect(payload?.subarray(at, at + 4)).toEqual(Uint8Array.of(1, 2, 3, 4))
  })

  it('moves a cursor with a scene alone', () => {
    using demo = new DemoHost((device) => {
      show(device, picture, 1)
      show(device, pointer, 2)
    })
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.device.setPlane('cursor', { ...pointer, x: -4 })
    const [moved] = demo.frames()
    expect(moved?.frame).toMatchObject({ surfaces: [], damage: [], gone: [] })
    expect(moved?.frame.scene[1]).toMatchObject({ kind: 'cursor', x: -4 })
    expect(moved?.payload.length).toBe(0)
  })

  it('knows flipped buffers again', () => {
    using demo = new DemoHost((device) => {
      show(device, { ...picture, slot: 1 }, 2)
      show(device, picture, 1)
    })
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.device.setPlane('primary', { ...picture, slot: 1 })
    const [second] = demo.frames()
    expect(second?.frame.surfaces).toHaveLength(1)
    demo.device.setPlane('primary', picture)
    const [third] = demo.frames()
    expect(third?.frame).toMatchObject({ surfaces: [], damage: [], scene: [{ surface: 1 }] })
  })

  it('shows another layout under an old id as another surface', () => {
    using demo = new DemoHost((device) => show(device, { ...picture, height: 16 }, 3))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    // GVT-g does not compare strides: the id stays.
    demo.device.setPlane('primary', { ...picture, height: 16, stride: 512 })
    const [changed] = demo.frames()
    expect(changed?.frame.surfaces[0]?.plane.memory[0]?.stride).toBe(512)
    expect(changed?.frame.gone).toEqual([1])
  })

  it('takes tiled planes as they lie', () => {
    const tiled = { ...picture, modifier: Y_TILED, stride: 256 }
    using demo = new DemoHost((device) => show(device, tiled, 5))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    const [first] = demo.frames()
    expect(first?.payload.length).toBe(8192)
  })

  it('keeps only the last picture while the screen is off, and drops it from the scene', () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.device.disable('primary')
    const [off] = demo.frames()
    expect(off?.frame.scene).toEqual([])
    expect(demo.state('primary')?.state).toBe('disabled')
    demo.device.setPlane('primary', picture)
    const [on] = demo.frames(100)
    expect(on?.frame).toMatchObject({ surfaces: [], scene: [{ surface: 1 }] })
  })

  it('starts over with reset when the page asks', () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.host.handle({ kind: 'resend' })
    const [again] = demo.frames()
    expect(again?.frame).toMatchObject({ reset: true, surfaces: [{ id: 1 }] })
    expect(again?.payload.length).toBe(8192)
  })

  it('hands out memory instead of bytes when it is shared', () => {
    using demo = new DemoHost((device) => show(device, picture, 6))
    demo.host.handle({ kind: 'watch', sharing: 'shared-memory' })
    const [first] = demo.frames()
    expect(first?.payload.length).toBe(0)
    expect(first?.frame.surfaces[0]?.sharing).toBe('shared-memory')
    const [memory] = demo.take('memory')
    using memfd = shim.adoptFd(memory?.fd ?? -1)
    using mapping = shim.map(memfd, 0, memory?.size ?? 0, false)
    expect(mapping.copyOut(0, 4)).toEqual(Uint8Array.of(6, 6, 6, 6))
    demo.device.loadPixels(0, 0, Uint8Array.of(8))
    const [second] = demo.frames()
    expect(second?.frame.damage).toHaveLength(1)
    expect(mapping.copyOut(0, 1)).toEqual(Uint8Array.of(8))
  })

  it('does not write shared memory that the page may be reading', () => {
    using demo = new DemoHost((device) => show(device, picture, 0))
    demo.host.handle({ kind: 'watch', sharing: 'shared-memory' })
    demo.clock.advance(40)
    expect(demo.take('frame')).toHaveLength(1)
    demo.device.loadPixels(0, 0, Uint8Array.of(1))
    demo.clock.advance(500)
    expect(demo.take('frame')).toHaveLength(0)
    demo.host.handle({ kind: 'presented', seq: 1 })
    demo.clock.advance(20)
    expect(demo.take('frame')).toHaveLength(1)
    for (const { fd } of demo.take('memory')) shim.adoptFd(fd)[Symbol.dispose]()
  })

  it('sees what was drawn while it only kept the state', () => {
    using demo = new DemoHost((device) => show(device, picture, 0))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.host.handle({ kind: 'visible', visible: false })
    demo.device.loadPixels(0, 0, Uint8Array.of(1))
    expect(demo.frames(5000)).toEqual([])
    demo.host.handle({ kind: 'visible', visible: true })
    expect(demo.frames()).toHaveLength(1)
  })
})

describe('a host in trouble', () => {
  it('does not even notice one ENOMEM', () => {
    using demo = new DemoHost((device) => {
      show(device, picture, 1)
      device.injectQueryError('primary', 'ENOMEM', 1)
    })
    expect(demo.state('primary')?.state).toBe('shown')
    expect(demo.source.queryErrors).toBe(1)
  })

  it('keeps the picture through a modeset and says so after a second', () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.take('planes')
    demo.device.injectQueryError('primary', 'EFAULT', 10_000)
    expect(demo.frames(900)).toEqual([])
    expect(demo.take('planes')).toEqual([])
    expect(demo.frames(600)).toEqual([])
    const stalled = demo.state('primary')
    expect(stalled?.state === 'stalled' && stalled.failure.why).toMatch(/EFAULT/)
    demo.device.injectQueryError('primary', 'EFAULT', 0)
    demo.frames(300)
    expect(demo.state('primary')?.state).toBe('shown')
  })

  it('hides a cursor that it cannot follow any more, but not the picture', () => {
    using demo = new DemoHost((device) => {
      show(device, picture, 1)
      show(device, pointer, 2)
    })
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.device.injectQueryError('cursor', 'EINVAL', 10_000)
    const [hidden] = demo.frames(1500)
    expect(hidden?.frame.scene.map(({ kind }) => kind)).toEqual(['primary'])
  })

  it('describes the last picture again to a page that starts anew during trouble', () => {
    using demo = new DemoHost((device) => show(device, picture, 4))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.device.injectQueryError('primary', 'EFAULT', 10_000)
    demo.frames(2000)
    demo.host.handle({ kind: 'resend' })
    const [again] = demo.frames(100)
    expect(again?.frame).toMatchObject({ reset: true, scene: [{ kind: 'primary' }] })
    expect(again?.payload.length).toBe(8192)
  })

  it('refuses a plane that reaches beyond its buffer', () => {
    using demo = new DemoHost((device) => {
      show(device, picture, 1)
      device.setPlane('primary', { ...picture, height: 1000 })
    })
    const status = demo.state('primary')
    expect(status?.state === 'refused' && status.verdict.code).toBe('truncated')
  })

  it('has a verdict for a buffer that the CPU may not map, and asks for it once', () => {
    using demo = new DemoHost((device) => {
      show(device, picture, 1)
      device.setMappable(false)
    })
    const status = demo.state('primary')
    expect(status?.state === 'refused' && status.verdict).toMatchObject({ code: 'unmappable' })
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames(3000)
    expect(demo.device.gets()).toBe(1)
  })

  it('drops everything at once when the VM ends', () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    const failure: Failure = { code: 'vm-gone', what: 'a', why: 'b', remedy: 'c' }
    demo.source.end(failure)
    expect(demo.take('gone')).toEqual([{ kind: 'gone', failure }])
    expect(demo.host.isEnded).toBe(true)
    expect(demo.clock.pending).toBe(0)
  })

  it('ends when the device is gone', () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    demo.frames()
    demo.device.injectQueryError('primary', 'ENODEV', 1)
    demo.frames(100)
    expect(demo.take('gone')[0]?.failure.code).toBe('vm-gone')
  })
})

describe('a capture', () => {
  async function capture(demo: DemoHost) {
    demo.host.handle({ kind: 'capture', call: 1, only: undefined })
    for (let round = 0; round < 50; round += 1) {
      await Promise.resolve()
      demo.clock.advance(40)
    }
    const [captured] = demo.take('captured')
    if (!captured?.result.ok) throw new Error('nothing was captured')
    return captured.result.value
  }

  it('holds the bytes as they lie, stride and all', async () => {
    const padded = { ...picture, width: 60, height: 4, stride: 256, size: 1024 }
    using demo = new DemoHost((device) => {
      device.makeBuffer(0, 1024)
      device.loadPixels(
        0,
        0,
        Uint8Array.from({ length: 1024 }, (_, at) => at & 255),
      )
      device.setPlane('primary', padded)
    })
    const { planes } = await capture(demo)
    expect(planes[0]?.plane.memory[0]?.stride).toBe(256)
    expect(planes[0]?.buffers[0]).toEqual(
      Uint8Array.from({ length: 3 * 256 + 240 }, (_, at) => at & 255),
    )
  })

  it('waits for a modeset to end', async () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    demo.device.injectQueryError('primary', 'EFAULT', 10)
    const { planes } = await capture(demo)
    expect(planes).toHaveLength(1)
  })

  it('says why there is nothing when trouble does not end', async () => {
    using demo = new DemoHost((device) => show(device, picture, 1))
    demo.device.injectQueryError('primary', 'EFAULT', 100_000)
    const { planes, statuses } = await capture(demo)
    expect(planes).toEqual([])
    expect(statuses[0]?.state).toBe('stalled')
  })
})

describe('a region', () => {
  it('is mapped once and read in place', () => {
    using demo = new DemoHost((device) => {
      show(device, { ...picture, hotX: NO_HOTSPOT }, 3)
    }, 'region')
    demo.host.handle({ kind: 'watch', sharing: 'stream' })
    expect(demo.frames()[0]?.payload[0]).toBe(3)
    const { mappings } = shim.counts()
    for (let at = 0; at < 20; at += 1) {
      demo.device.loadPixels(0, 0, Uint8Array.of(at + 10))
      expect(demo.frames(60)[0]?.payload[0]).toBe(at + 10)
    }
    expect(shim.counts().mappings).toBe(mappings)
  })
})
