// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { shim } from '../../../native-shim/index.ts'
import { expectNoLeaks } from '../no-leaks.ts'
import { DemoHost, picture, show } from './demo-host.ts'

expectNoLeaks()

const FLIPS = 100_000

/** Everything that could pile up. RSS after a collection, where one can be asked for. */
function held(demo: DemoHost) {
  globalThis.gc?.()
  return {
    ...shim.counts(),
    files: readdirSync('/proc/self/fd').length,
    surfaces: demo.source.surfaces().length,
    gets: demo.device.gets(),
  }
}

it('holds after 100,000 flips of three buffers what it held after a hundred', () => {
  using demo = new DemoHost((device) => {
    for (const slot of [0, 1, 2]) show(device, { ...picture, slot }, slot)
  })
  demo.host.handle({ kind: 'watch', sharing: 'stream' })
  let frames = 0
  const flip = (count: number) => {
    demo.device.loadPixels(count % 3, (count * 4) % 8192, Uint8Array.of(count & 255))
    demo.device.setPlane('primary', { ...picture, slot: count % 3 })
    demo.clock.advance(17)
    for (const { frame, payload } of demo.take('frame')) {
      frames += 1
      demo.host.handle({ kind: 'presented', seq: frame.seq })
      const { buffer } = payload
      if (buffer.byteLength > 0) demo.host.handle({ kind: 'recycle', buffer })
    }
  }
  for (let count = 0; count < 100; count += 1) flip(count)
  const early = held(demo)
  // The engine's own heap settles over the first thousands.
  for (let count = 100; count < FLIPS / 5; count += 1) flip(count)
  globalThis.gc?.()
  const earlyRss = process.memoryUsage.rss()
  for (let count = FLIPS / 5; count < FLIPS; count += 1) flip(count)
  expect(held(demo)).toEqual(early)
  expect(early).toMatchObject({ surfaces: 3, gets: 3 })
  expect(frames).toBeGreaterThan(FLIPS * 0.99)
  expect(process.memoryUsage.rss()).toBeLessThan(earlyRss * 1.05)
}, 120_000)
