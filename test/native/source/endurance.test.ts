// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { shim } from '../../../native-shim/index.ts'
import { picture } from '../../conformance/plane-device.ts'
import { expectNoLeaks } from '../no-leaks.ts'
import { DemoHost, show } from './demo-host.ts'

expectNoLeaks()

const FLIPS = 100_000

/** Everything that could pile up. */
function held(demo: DemoHost) {
  return {
    ...shim.counts(),
    files: readdirSync('/proc/self/fd').length,
    surfaces: demo.source.surfaces().length,
    gets: demo.device.gets(),
  }
}

function watchedDemo(): DemoHost {
  const demo = new DemoHost((device) => {
    for (const slot of [0, 1, 2]) show(device, { ...picture, slot }, slot)
  })
  demo.host.handle({ kind: 'watch', sharing: 'stream' })
  return demo
}

/** Draws into the next buffer and flips to it, again and again; the frames that came of it. */
function flip(demo: DemoHost, from: number, to: number): number {
  let frames = 0
  for (let at = from; at < to; at += 1) {
    demo.device.loadPixels(at % 3, (at * 4) % 8192, Uint8Array.of(at & 255))
    demo.device.setPlane('primary', { ...picture, slot: at % 3 })
    demo.clock.advance(17)
    for (const { frame, payload } of demo.take('frame')) {
      frames += 1
      demo.host.handle({ kind: 'presented', seq: frame.seq })
      const { buffer } = payload
      if (buffer.byteLength > 0) demo.host.handle({ kind: 'recycle', buffer })
    }
  }
  return frames
}

it('holds after 100,000 flips of three buffers what it held after a hundred', () => {
  {
    // The engine's own heap takes its size from the first thousands, whoever makes them.
    using warmUp = watchedDemo()
    flip(warmUp, 0, 20_000)
  }
  using demo = watchedDemo()
  flip(demo, 0, 100)
  const early = held(demo)
  const earlyRss = process.memoryUsage.rss()
  expect(flip(demo, 100, FLIPS)).toBe(FLIPS - 100)
  expect(held(demo)).toEqual(early)
  expect(early).toMatchObject({ surfaces: 3, gets: 3 })
  expect(process.memoryUsage.rss()).toBeLessThan(earlyRss * 1.05)
}, 120_000)
