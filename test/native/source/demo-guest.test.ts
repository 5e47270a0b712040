// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { modifierText } from '../../../core/modifier.ts'
import { parseAddress } from '../../../main/source/address.ts'
import { DemoDevice } from '../../../main/source/demo/device.ts'
import { canDraw } from '../../../main/source/demo/framebuffer.ts'
import { DemoGuest } from '../../../main/source/demo/guest.ts'
import { type DemoOptions, parseDemoOptions } from '../../../main/source/demo/options.ts'
import type { DrmPlaneType, RawPlane } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { pairs } from '../../fakes/pairs.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

function options(query: string): DemoOptions {
  const address = parseAddress(`demo:?${query}`)
  const parsed = address.ok ? parseDemoOptions(address.value) : address
  if (!parsed.ok) throw new Error(parsed.failure.why)
  return parsed.value
}

/** A guest over its device, and eyes on it. */
function guest(query: string) {
  const device = new DemoDevice(shim)
  const living = new DemoGuest(device, options(query), 0)
  const query1 = (type: DrmPlaneType): RawPlane => device.queryPlane(type, 'dmabuf')
  const picture = () => {
    const raw = query1(1)
    using fd = device.getDmabuf(raw.id)
    using mapping = device.mapDmabuf(fd, raw.size)
    return mapping.copyOut(0, raw.size)
  }
  return { device, living, query: query1, picture }
}

describe('the built-in guest', () => {
  const drawn = pairs.filter(({ format, layout }) => canDraw(format, layout))
  it.each(drawn)('draws $code in $name and repairs only what changed', ({ code, layout }) => {
    const modifier = modifierText(layout.value)
    const query = `size=321x203&fourcc=${code}&modifier=${modifier}&fps=10&cursor=0`
    const flipping = guest(query)
    using _flipping = flipping.device
    for (let ms = 0; ms <= 3000; ms += 100) flipping.living.advance(ms)
    const late = guest(query)
    using _late = late.device
    late.living.advance(3000)
    expect(Buffer.compare(flipping.picture(), late.picture())).toBe(0)
  })

  it('flips between its buffers', () => {
    const { device, living, query } = guest('size=64x64&fps=10&buffers=3')
    using _device = device
    const ids = [0, 100, 200, 300, 400].map((ms) => {
      living.advance(ms)
      return query(1).id
    })
    expect(new Set(ids).size).toBe(3)
    expect(ids[3]).toBe(ids[0])
  })

  it('stands still when told, its cursor too', () => {
    const { device, living, query, picture } = guest('size=64x64&still=1')
    using _device = device
    const [before, cursor] = [picture(), query(2)]
    living.advance(5000)
    expect([picture(), query(2)]).toEqual([before, cursor])
  })

  it('moves a cursor with or without hotspot', () => {
    const { device, living, query } = guest('size=640x480')
    using _device = device
    const before = query(2)
    living.advance(500)
    expect(query(2).x).not.toBe(before.x)
    expect([before.hotX, before.hotY]).toEqual([6, 4])
    const bare = guest('size=640x480&hotspot=0')
    using _bare = bare.device
    expect(bare.query(2).hotX).toBe(0xffff_ffff)
  })

  it('never has a cursor pixel brighter than its alpha', () => {
    const { device, query } = guest('size=64x64')
    using _device = device
    using fd = device.getDmabuf(query(2).id)
    using mapping = device.mapDmabuf(fd, 64 * 64 * 4)
    const bytes = mapping.copyOut(0, 64 * 64 * 4)
    for (let at = 0; at < bytes.length; at += 4) {
      const alpha = bytes[at + 3] ?? 0
      expect(Math.max(...bytes.subarray(at, at + 3))).toBeLessThanOrEqual(alpha)
    }
    expect(bytes.some((byte) => byte > 200)).toBe(true)
  })

  it('changes its mode and back', () => {
    const { device, living, query } = guest('size=640x480&modes=1')
    using _device = device
    const widths = [0, 1000, 2000].map((ms) => {
      living.advance(ms)
      return query(1).width
    })
    expect(widths).toEqual([640, 1280, 640])
  })

  it('can be blank, have an overlay, and fail', () => {
    const blank = guest('blank=1')
    using _blank = blank.device
    expect([blank.query(1).format, blank.query(2).format]).toEqual([0, 0])
    const overlaid = guest('size=640x480&overlay=1')
    using _overlaid = overlaid.device
    expect(overlaid.query(0)).toMatchObject({ width: 320, height: 180 })
    const failing = guest('size=64x64&errors=100')
    using _failing = failing.device
    failing.living.advance(0)
    expect(() => failing.query(1)).toThrow(/EFAULT/)
  })

  it.each([
    'size=1x1',
    'size=9999x9999',
    'size=big',
    'fourcc=NV12',
    'modifier=z',
    'modifier=0x0100000000000004',
    'buffers=0',
    'buffers=4',
    'fps=0',
    'fps=1e9',
    'hotspot=yes',
    'transport=usb',
    'errors=101',
  ])('refuses %s in words', (query) => {
    expect(() => options(query)).toThrow(/is not/)
  })
})
