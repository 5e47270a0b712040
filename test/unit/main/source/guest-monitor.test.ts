// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { edidOf } from '../../../../core/edid.ts'
import type { GuestNews } from '../../../../core/guest-channel.ts'
import { type EdidDevice, GuestMonitor } from '../../../../main/source/vfio/monitor.ts'
import type { EdidInfo } from '../../../../native-shim/api.ts'

const limits: EdidInfo = {
  offset: 2048,
  maxSize: 1024,
  size: 0,
  maxWidth: 1920,
  maxHeight: 1440,
  linkUp: true,
}
const wish = (width: number, height: number) =>
  ({ kind: 'resize', width, height, widthMm: 300, heightMm: 200 }) as const
const blob = (width: number, height: number) =>
  edidOf({ width, height, widthMm: 300, heightMm: 200 })
const thrown = (code: string) => Object.assign(new Error(code), { code, syscall: 'pwrite' })
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

function setUp(info: EdidInfo | 'no region' | Error = limits) {
  const written: Uint8Array[] = []
  const news: GuestNews[] = []
  const device: EdidDevice & { ends: PromiseWithResolvers<void>[] } = {
    ends: [],
    edid: () => {
      if (info instanceof Error) throw info
      return info === 'no region' ? undefined : info
    },
    writeEdid: (bytes, signal) => {
      written.push(bytes)
      const end = Promise.withResolvers<void>()
      device.ends.push(end)
      signal?.addEventListener('abort', () => end.reject(signal.reason))
      return end.promise
    },
  }
  const monitor = GuestMonitor.of(device)
  if (monitor) monitor.onNews = (one) => news.push(one)
  return { written, news, device, monitor }
}

describe('the monitor of a vfio guest', () => {
  it.each([
    ['without a region', 'no region'],
    ['whose region has no room', { ...limits, maxSize: 127 }],
    ['that fails', thrown('EINVAL')],
  ] as const)('is none on a device %s', (_name, info) => {
    expect(setUp(info).monitor).toBeUndefined()
  })

  it('gets the wished size, one at a time, the newest last', async () => {
    const { monitor, written, device } = setUp()
    for (const width of [800, 900, 1000]) monitor?.request(wish(width, 600))
    expect(written).toEqual([blob(800, 600)])
    device.ends[0]?.resolve()
    await settled()
    expect(written).toEqual([blob(800, 600), blob(1000, 600)])
  })

  it.each([
    ['the driver', limits, [1920, 1440]],
    ['the block', { ...limits, maxWidth: 0, maxHeight: 0 }, [4095, 4095]],
    ['the block', { ...limits, maxWidth: 7680, maxHeight: 4320 }, [4095, 4095]],
  ] as const)('is no larger than %s allows', (_name, info, [width, height]) => {
    const { monitor, written } = setUp(info)
    monitor?.request(wish(16384, 16384))
    expect(written).toEqual([blob(width, height)])
  })

  it('says once that it cannot be had, and goes on trying', async () => {
    const { monitor, news, written, device } = setUp()
    for (const width of [800, 900]) {
      monitor?.request(wish(width, 600))
      device.ends.at(-1)?.reject(thrown('EIO'))
      await settled()
    }
    expect(written).toHaveLength(2)
    expect(news).toMatchObject([{ kind: 'trouble', failure: { code: 'no-resize' } }])
  })

  it('is left alone after its end', async () => {
    const { monitor, news, written } = setUp()
    monitor?.request(wish(800, 600))
    monitor?.request(wish(900, 600))
    monitor?.[Symbol.dispose]()
    await settled()
    expect(written).toHaveLength(1)
    expect(news).toEqual([])
  })

  it('does nothing for other requests', () => {
    const { monitor, written } = setUp()
    monitor?.request({ kind: 'sound', on: true })
    expect(written).toEqual([])
  })
})
