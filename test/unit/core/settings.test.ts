// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  checkSettings,
  initialSettings,
  type SettingName,
  settingNames,
  settingRows,
} from '../../../core/settings.ts'

/** A value of each setting other than its initial one, and values that are none. */
const values: Record<SettingName, { good: unknown; bad: readonly unknown[] }> = {
  scale: { good: 'integer', bad: ['huge', 1, null] },
  zoom: { good: 150, bad: [0, 9, 801, 99.5, '100', Number.NaN] },
  rotation: { good: 270, bad: [45, -90, '90'] },
  guestFollows: { good: true, bad: ['true', 1, null] },
  muted: { good: true, bad: [0] },
  keepOnTop: { good: true, bad: [undefined] },
  toolbarAtEdge: { good: false, bad: ['no'] },
  monitor: { good: 'DP-1', bad: [1, 'x'.repeat(256)] },
  windowSize: {
    good: { width: 1280, height: 760 },
    bad: [{ width: 1280 }, { width: 1, height: 760 }, { width: 1280, height: 760, x: 0 }, []],
  },
  keepsAwake: { good: false, bad: [1] },
  tellsStop: { good: false, bad: [{}] },
  remembered: { good: false, bad: [0] },
  presenter: { good: 'canvas2d', bad: ['gl', null] },
  screenshotFolder: { good: '/srv/shots', bad: ['shots', '~/shots', '/a\0b', 5] },
  screenshotFormat: { good: 'webp', bad: ['jpeg', ''] },
  screenshotCursor: { good: false, bad: ['false'] },
  screenshotEvery: { good: 60, bad: [0, 86_401, 1.5] },
  recordingFolder: { good: '/home/ada/Videos', bad: ['Videos', 1] },
  recordingCodec: { good: 'vp9', bad: ['hevc', null] },
  recordingRate: { good: 60, bad: [0, 61, 29.97] },
  recordingCursor: { good: false, bad: [1] },
  keepsReplay: { good: true, bad: ['yes'] },
  inspectorDock: { good: 'bottom', bad: ['left', null] },
  inspectorWidth: { good: 500, bad: [10, 9000, 400.5] },
  inspectorHeight: { good: 240, bad: [10, '240'] },
  keys: {
    good: { fullscreen: ['Ctrl+Alt+F'], mute: [] },
    bad: [
      [],
      { fullscreen: 'F11' },
      { fullscreen: ['Hyper+F'] },
      { 'a b': ['F5'] },
      { fullscreen: ['F1', 'F2', 'F3', 'F4', 'F5'] },
      Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`a${at}`, []])),
    ],
  },
}

describe.each(settingNames)('the setting %s', (name) => {
  const { check, initial } = settingRows[name]

  it('begins with a value that it takes', () => {
    expect(check(initial)).toBe(true)
    expect(initialSettings[name]).toBe(initial)
  })

  it('takes another and refuses what is none', () => {
    expect(check(values[name].good)).toBe(true)
    expect(values[name].good).not.toEqual(initial)
    for (const value of values[name].bad) expect(check(value), String(value)).toBe(false)
  })
})

describe('settings from outside', () => {
  it('are taken field by field', () => {
    const mixed = { scale: 'integer', zoom: 'big', muted: true, unknown: 1 }
    expect(checkSettings(mixed)).toEqual({ scale: 'integer', muted: true })
  })

  it('of a VM are only those that a VM may have', () => {
    const all = Object.fromEntries(settingNames.map((name) => [name, values[name].good]))
    expect(Object.keys(checkSettings(all, 'global'))).toEqual(settingNames)
    const own = settingNames.filter((name) => settingRows[name].scope === 'vm')
    expect(Object.keys(checkSettings(all, 'vm'))).toEqual(own)
  })

  it.each([null, undefined, 5, 'x', [], [1]])('that are %j are none at all', (value) => {
    expect(checkSettings(value)).toEqual({})
  })

  it('do not come from a prototype', () => {
    expect(checkSettings(Object.create({ scale: 'integer' }))).toEqual({})
    expect(checkSettings(JSON.parse('{"__proto__":{"scale":"integer"}}'))).toEqual({})
  })
})
