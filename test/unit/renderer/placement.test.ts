// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { scaleModes } from '../../../core/settings.ts'
import { clampPan, deviceRect, place, zoomed } from '../../../renderer/compositor/placement.ts'

const sizes = [
  { width: 1, height: 1 },
  { width: 640, height: 480 },
  { width: 1920, height: 1080 },
  { width: 3, height: 2000 },
  { width: 16384, height: 16384 },
]

describe('placement', () => {
  const cases = scaleModes.flatMap((mode) =>
    sizes.flatMap((guest) => sizes.map((view) => ({ mode, guest, view }))),
  )
  it.each(cases)('$mode puts $guest into $view on whole device pixels', ({ mode, guest, view }) => {
    const { rect, smooth } = place(mode, guest, view)
    expect([rect.x, rect.y, rect.width, rect.height].every(Number.isInteger)).toBe(true)
    expect(rect.width).toBeGreaterThan(0)
    expect(rect.height).toBeGreaterThan(0)
    if (mode !== '1:1') {
      expect(rect.x).toBeGreaterThanOrEqual(0)
      expect(rect.x + rect.width).toBeLessThanOrEqual(view.width)
      expect(rect.y + rect.height).toBeLessThanOrEqual(view.height)
    }
    const whole = rect.width % guest.width === 0 && rect.height % guest.height === 0
    expect(smooth).toBe(!whole)
  })

  it('keeps the shape of the picture in fit and touches two edges', () => {
    const { rect } = place('fit', { width: 640, height: 480 }, { width: 1920, height: 1080 })
    expect(rect).toEqual({ x: 240, y: 0, width: 1440, height: 1080 })
  })

  it('takes the largest whole multiple in integer', () => {
    const { rect, smooth } = place(
      'integer',
      { width: 640, height: 480 },
      { width: 1999, height: 1080 },
    )
    expect(rect).toEqual({ x: 359, y: 60, width: 1280, height: 960 })
    expect(smooth).toBe(false)
  })

  it('fits a picture that is larger than the view in integer', () => {
    const guest = { width: 800, height: 600 }
    const view = { width: 700, height: 600 }
    expect(place('integer', guest, view)).toEqual(place('fit', guest, view))
  })

  it('shows the scrolled part of a large picture in 1:1 and never beyond it', () => {
    const guest = { width: 800, height: 400 }
    const view = { width: 700, height: 600 }
    expect(place('1:1', guest, view, { x: 60, y: 90 }).rect).toMatchObject({ x: -60, y: 100 })
    expect(place('1:1', guest, view, { x: 900, y: 0 }).rect).toMatchObject({ x: -100 })
    expect(clampPan(guest, view, { x: -5, y: -5 })).toEqual({ x: 0, y: 0 })
  })

  it.each([
    { zoom: 100, size: [640, 480], smooth: false },
    { zoom: 200, size: [1280, 960], smooth: false },
    { zoom: 150, size: [960, 720], smooth: true },
    { zoom: 67, size: [429, 322], smooth: true },
    { zoom: 50, size: [320, 240], smooth: true },
    { zoom: 10, size: [64, 48], smooth: true },
  ])('zooms to $zoom percent in 1:1', ({ zoom, size, smooth }) => {
    const room = { width: 800, height: 600 }
    const placed = place('1:1', { width: 640, height: 480 }, room, { x: 10, y: 20 }, zoom)
    expect([placed.rect.width, placed.rect.height]).toEqual(size)
    expect(placed.smooth).toBe(smooth)
    const [width = 0, height = 0] = size
    expect(placed.rect.x).toBe(width > 800 ? -10 : Math.floor((800 - width) / 2))
    expect(placed.rect.y).toBe(height > 600 ? -20 : Math.floor((600 - height) / 2))
    expect(zoomed({ width: 1, height: 1 }, zoom)).toEqual({
      width: Math.max(1, Math.round(zoom / 100)),
      height: Math.max(1, Math.round(zoom / 100)),
    })
  })

  it('ignores what else a size object carries', () => {
    const guest = { width: 100, height: 100, x: 77, y: 77 }
    expect(place('1:1', guest, { width: 300, height: 200 }).rect).toEqual({
      x: 100,
      y: 50,
      width: 100,
      height: 100,
    })
  })
})

describe('device rectangle of a part', () => {
  const guest = { width: 100, height: 50 }
  it('is exact when guest pixels are whole', () => {
    const placement = place('integer', guest, { width: 250, height: 120 })
    const part = { x: 10, y: 20, width: 5, height: 1 }
    expect(deviceRect(part, guest, placement)).toEqual({ x: 45, y: 50, width: 10, height: 2 })
  })

  it('holds every device pixel whose centre the part covers, and stays inside the picture', () => {
    for (const view of [
      { width: 333, height: 200 },
      { width: 37, height: 31 },
    ]) {
      const placement = place('stretch', guest, view)
      for (let x = 0; x < guest.width; x += 7) {
        const part = { x, y: 13, width: 3, height: 4 }
        const rect = deviceRect(part, guest, placement)
        expect(rect.x).toBeLessThanOrEqual((part.x * view.width) / guest.width)
        expect(rect.x + rect.width).toBeGreaterThanOrEqual(
          Math.min(view.width, ((part.x + 3) * view.width) / guest.width),
        )
        expect(rect.x).toBeGreaterThanOrEqual(0)
        expect(rect.x + rect.width).toBeLessThanOrEqual(view.width)
      }
    }
  })
})
