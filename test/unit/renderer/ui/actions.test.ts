// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { isChoosable, type KeyChord, parseChord } from '../../../../core/key-chord.ts'
import { settingRows } from '../../../../core/settings.ts'
import { createViewStore, type ViewState } from '../../../../renderer/store.ts'
import { type Action, actionGroups, canRun, labelOf } from '../../../../renderer/ui/action.ts'
import {
  actionOfKeys,
  actions,
  actionsOf,
  allActions,
  firstKeyOf,
  keysOf,
} from '../../../../renderer/ui/actions.ts'
import { withKeys, withoutChoice } from '../../../../renderer/ui/chosen-keys.ts'
import { folderWords, groupWords } from '../../../../renderer/ui/words-actions.ts'

const nothing = createViewStore().getState()
/** A VM of which everything can be asked. */
const everything: ViewState = {
  ...nothing,
  picture: { width: 640, height: 480 },
  vm: { run: 'running', note: '' },
  viewOnly: false,
  input: { keyboard: true, pointer: 'absolute' },
  hello: { viewOnly: false, shell: 'electron' } as ViewState['hello'],
  guest: {
    title: 'Debian 12',
    console: { id: 1, label: 'VGA', type: 'Graphic' },
    consoles: [
      { id: 1, label: 'VGA', type: 'Graphic' },
      { id: 2, label: 'serial0', type: 'Text' },
    ],
    capabilities: { input: true, resize: true, clipboard: true, audio: true, pushes: true },
  },
  screens: [
    { label: 'DELL U2720Q', width: 2560, height: 1440, isPrimary: true },
    { label: '', width: 1920, height: 1080, isPrimary: false },
  ],
}

const byId = (id: string): Action => {
  const found = allActions(everything).find((action) => action.id === id)
  if (!found) throw new Error(`no action ${id}`)
  return found
}

function press(text: string) {
  const { ctrl, alt, shift, key } = parseChord(text) as KeyChord
  const isDigit = /^\d$/.test(key)
  const code = isDigit ? `Digit${key}` : key
  return { key, code, ctrlKey: ctrl, altKey: alt, shiftKey: shift, metaKey: false }
}

describe.each(allActions(everything))('the action $id', (action) => {
  it('has a name that settings and session files can hold', () => {
    expect(settingRows.keys.check({ [action.id]: ['F5'] })).toBe(true)
  })

  it('is called something, and belongs somewhere', () => {
    for (const state of [nothing, everything]) {
      expect(labelOf(action, state)).toMatch(/^[A-Z0-9]/)
      expect(action.objection?.(state) ?? 'Fine').toMatch(/^([A-Z].*)?$/)
    }
    expect(groupWords[action.group]).toBeTruthy()
    if (action.folder) expect(folderWords[action.folder]).toBeTruthy()
  })

  it('has keys that a person could have chosen', () => {
    for (const key of action.keys ?? []) {
      const chord = parseChord(key)
      expect(chord && isChoosable(chord), key).toBe(true)
    }
  })
})

describe('all actions', () => {
  it('have different names', () => {
    const ids = allActions(everything).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('share no keys', () => {
    const keys = actions.flatMap((action) => action.keys ?? [])
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
  })

  it('can be told apart by their labels', () => {
    const labels = allActions(everything).map((action) => labelOf(action, everything))
    expect(labels.filter((label, at) => labels.indexOf(label) !== at)).toEqual([])
  })

  it('fill every group for a VM that can do everything', () => {
    for (const group of actionGroups) {
      expect(actionsOf(group, everything).length, group).toBeGreaterThan(0)
    }
  })

  it('offer nothing of the guest where there is none', () => {
    const ids = allActions(nothing).flatMap((action) => (canRun(action, nothing) ? action.id : []))
    expect(ids.filter((id) => /^(send|vm:p|vm:reset|console|mute|save)/.test(id))).toEqual([])
  })
})

describe('keys', () => {
  const running = actions.filter((action) => canRun(action, everything))
  const rows = running.flatMap((action) => (action.keys ?? []).map((key) => [key, action.id]))
  it.each(rows)('%s run %s', (key, id) => {
    expect(actionOfKeys(press(key), everything)?.id).toBe(id)
    expect(actionOfKeys({ ...press(key), metaKey: true }, everything)).toBeUndefined()
  })

  it('of an action that cannot be done now are free', () => {
    expect(actionOfKeys(press('Ctrl+Shift+S'), nothing)).toBeUndefined()
    expect(actionOfKeys(press('Ctrl+Shift+M'), nothing)).toBeUndefined()
  })

  it('that were chosen take the place of an action’s own', () => {
    const settings = { ...everything.settings, keys: { fullscreen: ['Ctrl+Alt+F'], save: [] } }
    const state = { ...everything, settings }
    expect(actionOfKeys(press('Ctrl+Alt+F'), state)?.id).toBe('fullscreen')
    expect(actionOfKeys(press('F11'), state)).toBeUndefined()
    expect(actionOfKeys(press('Ctrl+Shift+S'), state)).toBeUndefined()
    expect(firstKeyOf('fullscreen', settings.keys)).toBe('Ctrl+Alt+F')
    expect(firstKeyOf('save', settings.keys)).toBe('')
  })

  it('do not come from a prototype', () => {
    expect(keysOf({ ...byId('status'), id: 'constructor' }, {})).toEqual(['Alt+Enter'])
  })

  it('are taken from the action that has them, which keeps its others', () => {
    const chosen = withKeys({}, byId('fullscreen'), ['Ctrl+0'], actions)
    expect(chosen).toEqual({ fullscreen: ['Ctrl+0'], 'scale:1:1': ['Alt+3'] })
    expect(withoutChoice(chosen, 'fullscreen')).toEqual({ 'scale:1:1': ['Alt+3'] })
  })

  it('of the way out are heard only while the guest has all keys', () => {
    const settings = { ...everything.settings, keys: { release: ['Ctrl+Alt+R'] } }
    const state = { ...everything, settings }
    expect(actionOfKeys(press('Ctrl+Alt+R'), state)).toBeUndefined()
    expect(actionOfKeys(press('Ctrl+Alt+R'), { ...state, grabbed: true })?.id).toBe('release')
  })
})
