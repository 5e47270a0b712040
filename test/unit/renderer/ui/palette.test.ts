// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { settingNames } from '../../../../core/settings.ts'
import { createViewStore } from '../../../../renderer/store.ts'
import { fuzzyMatch } from '../../../../renderer/ui/fuzzy.ts'
import { findEntries, paletteEntries } from '../../../../renderer/ui/palette-entries.ts'
import { preferenceRows } from '../../../../renderer/ui/preference-rows.ts'

const state = {
  ...createViewStore().getState(),
  picture: { width: 640, height: 480 },
  input: { keyboard: true, pointer: 'absolute' as const },
  hello: { viewOnly: false } as never,
  viewOnly: false,
}
const entries = paletteEntries(state)
const labels = (query: string) => findEntries(query, entries).map(({ label }) => label)

describe('a fuzzy match', () => {
  it.each([
    ['fs', 'Fullscreen', [0, 4]],
    ['FULL', 'Fullscreen', [0, 1, 2, 3]],
    ['key short', 'Keyboard shortcuts…', [0, 1, 2, 9, 10, 11, 12, 13]],
    ['', 'Anything', []],
    ['ks', 'Keyboard shortcuts…', [0, 9]],
    ['short key', 'Keyboard shortcuts…', [0, 1, 2, 9, 10, 11, 12, 13]],
  ])('finds "%s" in "%s"', (query, text, at) => {
    expect(fuzzyMatch(query, text)?.at).toEqual(at)
  })

  it.each([
    ['nf', 'Fullscreen'],
    ['fulls reset', 'Fullscreen'],
    ['zz', 'Zoom in'],
  ])('does not find "%s" in "%s"', (query, text) => {
    expect(fuzzyMatch(query, text)).toBeUndefined()
  })

  it.each([
    ['mute', 'Mute the guest', 'Most pictures, unseen timers'],
    ['rr', 'Rotate right', 'Mirror'],
    ['cad', 'Ctrl+Alt+Del', 'Cascade'],
  ])('of "%s" is better in "%s" than in "%s"', (query, good, bad) => {
    expect(fuzzyMatch(query, good)?.score).toBeGreaterThan(fuzzyMatch(query, bad)?.score ?? -1)
  })

  it('takes no time over the longest line', () => {
    expect(fuzzyMatch('a'.repeat(200), 'ab'.repeat(400))?.at.length).toBe(200)
  })
})

describe('the palette', () => {
  it('begins with everything, in the order of the menus', () => {
    expect(findEntries('  ', entries).map(({ id }) => id)).toEqual(entries.map(({ id }) => id))
    expect(entries.length).toBeGreaterThan(40)
  })

  it.each([
    ['full', 'Fullscreen'],
    ['cad', 'Send Ctrl+Alt+Del'],
    ['sysrq b', 'Send SysRq+B: restart at once'],
    ['zoom in', 'Zoom in'],
    ['scr folder', 'Open screenshot folder'],
    ['prefs', 'Preferences…'],
    ['short', 'Keyboard shortcuts…'],
    ['awake', 'Keep the display awake in fullscreen'],
    ['quit', 'Quit viewer'],
  ])('puts for "%s" first: %s', (query, label) => {
    expect(labels(query)[0]).toBe(label)
  })

  it('finds the actions of a menu by its name', () => {
    const ids = findEntries('send keys alt', entries).map(({ id }) => id)
    expect(ids).toContain('send:alt-tab')
  })

  it('has every setting that the preferences show', () => {
    const shown = settingNames.filter((name) => preferenceRows[name])
    const ids = entries.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(shown.map((name) => `setting:${name}`)))
  })

  it('finds nothing for nonsense', () => expect(labels('qqqq')).toEqual([]))
})
