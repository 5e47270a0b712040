// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { settingRows } from '../../../../core/settings.ts'
import { createViewStore } from '../../../../renderer/store.ts'
import { nextZoom, zoomOf, zoomSteps } from '../../../../renderer/ui/zoom.ts'

describe('zoom', () => {
  it.each(zoomSteps)('of %d percent can be remembered', (step) => {
    expect(settingRows.zoom.check(step)).toBe(true)
  })

  it.each([
    [100, 1, 110],
    [100, -1, 90],
    [137, 1, 150],
    [137, -1, 125],
    [800, 1, 800],
    [10, -1, 10],
    [4, 1, 10],
    [4, -1, 10],
    [2000, 1, 800],
  ] as const)('from %d percent by %d is %d', (from, direction, to) => {
    expect(nextZoom(from, direction)).toBe(to)
  })

  it('comes back the way it went', () => {
    let percent = 100
    for (let step = 0; step < 30; step += 1) percent = nextZoom(percent, 1)
    for (let step = 0; step < 30; step += 1) percent = nextZoom(percent, -1)
    expect(percent).toBe(zoomSteps[0])
  })

  it('begins with what is seen', () => {
    const state = createViewStore().getState()
    expect(zoomOf({ ...state, factor: 0.6372 })).toBe(64)
    expect(zoomOf({ ...state, factor: undefined })).toBe(100)
    const settings = { ...state.settings, scale: '1:1', zoom: 250 } as const
    expect(zoomOf({ ...state, settings, factor: 1 })).toBe(250)
  })
})
