// SPDX-License-Identifier: GPL-2.0-or-later
import { chordText, isChoosable, type KeyChord, namedKeys, parseChord } from './key-chord.ts'
import { fail, ok, type Result } from './result.ts'
import { type ChosenKeys, scaleModes } from './settings.ts'

/** What virt-viewer calls actions that have another name here. */
const virtViewerNames: Readonly<Record<string, string>> = {
  'toggle-fullscreen': 'fullscreen',
  'release-cursor': 'release',
  'secure-attention': 'send:ctrl-alt-del',
}

/**
 * Actions that a session file or a link may give keys: they change what a person sees, and touch neither
 * the VM's run, nor files, nor the clipboard. A key that a stranger chose must do no harm.
 */
export const harmlessActions: readonly string[] = [
  'fullscreen',
  'release',
  'send:ctrl-alt-del',
  'status',
  'shortcuts',
  'palette',
  'toolbar',
  'mute',
  'zoom:in',
  'zoom:out',
  'rotate:left',
  'rotate:right',
  ...scaleModes.map((mode) => `scale:${mode}`),
]

const MOST_ACTIONS = 40

/**
 * Reads `fullscreen=shift+f11,release=ctrl+alt+r`, as virt-viewer's `--hotkeys` is written: actions and
 * the keys that do them, in any case; nothing behind `=` takes an action's keys away.
 *
 * @param chosenBy strangers get {@link harmlessActions} alone, and take no keys away
 * @returns the keys by action, or why it is none
 */
export function parseHotkeys(
  text: string,
  chosenBy: 'person' | 'stranger' = 'person',
): Result<ChosenKeys, string> {
  const chosen: Record<string, readonly string[]> = {}
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [, name, keys] = /^([a-z0-9][a-z0-9:.-]{0,63})=(.*)$/i.exec(part) ?? []
    if (name === undefined || keys === undefined) {
      return fail(`${part.slice(0, 40) || 'nothing'} is not ACTION=KEYS`)
    }
    const action = (Object.hasOwn(virtViewerNames, name) && virtViewerNames[name]) || name
    if (chosenBy === 'stranger' && (keys === '' || !harmlessActions.includes(action))) {
      return fail(`${part.slice(0, 40)} may be chosen by a person alone`)
    }
    if (Object.hasOwn(chosen, action)) return fail(`${action} stands twice`)
    const chord = keys === '' ? undefined : chordOfWords(keys)
    if (keys !== '' && !(chord && isChoosable(chord))) {
      return fail(
        `${keys.slice(0, 40)} is no combination of keys with Ctrl or Alt, or a function key`,
      )
    }
    chosen[action] = chord ? [chordText(chord)] : []
  }
  if (Object.keys(chosen).length > MOST_ACTIONS)
    return fail(`it names over ${MOST_ACTIONS} actions`)
  return ok(chosen)
}

const modifiers: Readonly<Record<string, 'ctrl' | 'alt' | 'shift'>> = {
  ctrl: 'ctrl',
  control: 'ctrl',
  alt: 'alt',
  shift: 'shift',
}

function chordOfWords(text: string): KeyChord | undefined {
  const words = text.toLowerCase().split('+')
  const last = words.pop() ?? ''
  const held = { ctrl: false, alt: false, shift: false }
  for (const word of words) {
    const modifier = Object.hasOwn(modifiers, word) ? modifiers[word] : undefined
    if (!modifier || held[modifier]) return undefined
    held[modifier] = true
  }
  const named = [...namedKeys].find((name) => name.toLowerCase() === last)
  const key = named ?? last.toUpperCase()
  return parseChord(chordText({ ...held, key }))
}
