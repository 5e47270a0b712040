// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LEAST_MS, Pacer } from '../../../renderer/compositor/pacer.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, 16))
  vi.stubGlobal('cancelAnimationFrame', (id: number) => clearTimeout(id))
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

it('draws at once, and then no more often than it may', () => {
  const draw = vi.fn()
  using pacer = new Pacer(draw, () => true)
  pacer.request()
  expect(draw).toHaveBeenCalledTimes(1)
  for (let wish = 0; wish < 5; wish += 1) pacer.request()
  expect(draw).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(Math.ceil(LEAST_MS))
  expect(draw).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(1000)
  expect(draw).toHaveBeenCalledTimes(2)
  pacer.request()
  expect(draw).toHaveBeenCalledTimes(3)
})

it('lets a drawing ask for the next one', () => {
  let drawn = 0
  using pacer = new Pacer(
    () => {
      drawn += 1
      if (drawn < 3) pacer.request()
    },
    () => true,
  )
  pacer.request()
  expect(drawn).toBe(1)
  vi.advanceTimersByTime(3 * LEAST_MS)
  expect(drawn).toBe(3)
})

it('waits for the refresh where that is wanted, once for many wishes', () => {
  const draw = vi.fn()
  using pacer = new Pacer(draw, () => false)
  pacer.request()
  pacer.request()
  expect(draw).not.toHaveBeenCalled()
  vi.advanceTimersByTime(16)
  expect(draw).toHaveBeenCalledTimes(1)
})

it.each([true, false])('draws nothing after its end (at once: %s)', (atOnce) => {
  const draw = vi.fn()
  const pacer = new Pacer(draw, () => atOnce)
  pacer.request()
  pacer.request()
  const before = draw.mock.calls.length
  pacer[Symbol.dispose]()
  vi.advanceTimersByTime(1000)
  expect(draw).toHaveBeenCalledTimes(before)
})
