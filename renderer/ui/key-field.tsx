// SPDX-License-Identifier: GPL-2.0-or-later
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { chordOf, chordText, isChoosable } from '../../core/key-chord.ts'
import type { ChosenKeys } from '../../core/settings.ts'
import { type Action, labelOf } from './action.ts'
import { actions, keysOf } from './actions.ts'
import { withKeys, withoutChoice } from './chosen-keys.ts'
import { Icon } from './icon.tsx'
import { useView, useViewState } from './view.ts'
import { words } from './words-window.ts'

type KeyFieldProps = {
  readonly action: Action
  readonly isChanging: boolean
  readonly onBegin: () => void
  readonly onEnd: () => void
  readonly onKeep: (keys: ChosenKeys) => void
}

/** The keys of an action. Pressed, it hears the next chord and asks before it takes one from another. */
export function KeyField({ action, isChanging, onBegin, onEnd, onKeep }: KeyFieldProps) {
  const chosen = useViewState((state) => state.settings.keys)
  const label = useViewState((state) => labelOf(action, state))
  const keys = keysOf(action, chosen)
  if (isChanging) return <Listening action={action} onEnd={onEnd} onKeep={onKeep} />
  return (
    <span className="key-field">
      {Object.hasOwn(chosen, action.id) && (
        <button
          type="button"
          className="button-icon"
          aria-label={words.shortcuts.resetOf(label)}
          title={words.shortcuts.reset}
          onClick={() => onKeep(withoutChoice(chosen, action.id))}
        >
          <Icon name="undo" />
        </button>
      )}
      <button type="button" className="key-button" title={words.shortcuts.change} onClick={onBegin}>
        <span className="unseen">{label}: </span>
        {action.builtIn && <kbd>{action.builtIn}</kbd>}
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
        {keys.length === 0 && !action.builtIn && (
          <span className="key-none">{words.shortcuts.add}</span>
        )}
      </button>
    </span>
  )
}

type ListeningProps = Pick<KeyFieldProps, 'action' | 'onEnd' | 'onKeep'>

function Listening({ action, onEnd, onKeep }: ListeningProps) {
  const { store } = useView()
  const chosen = useViewState((state) => state.settings.keys)
  const [wanted, setWanted] = useState<string>()
  const [why, setWhy] = useState('')
  const field = useRef<HTMLButtonElement>(null)
  useEffect(() => field.current?.focus(), [])
  const holder = wanted === undefined ? undefined : holderOf(wanted, action, chosen)
  const keep = (keys: readonly string[]) => {
    onKeep(withKeys(chosen, action, keys, actions))
    onEnd()
  }
  const hear = (event: KeyboardEvent) => {
    if (event.key === 'Tab') return
    event.preventDefault()
    // Not for the window's own shortcuts.
    event.stopPropagation()
    if (event.key === 'Escape') onEnd()
    else if (event.key === 'Backspace' && !event.ctrlKey && !event.altKey) keep([])
    else if (event.key === 'Enter' && !event.ctrlKey && !event.altKey && wanted) keep([wanted])
    else take(event)
  }
  const take = (event: KeyboardEvent) => {
    const chord = chordOf(event)
    if (!chord) return
    const text = chordText(chord)
    if (!isChoosable(chord)) {
      setWhy(words.shortcuts.typed(text))
      return
    }
    setWhy('')
    if (holderOf(text, action, chosen)) setWanted(text)
    else keep([text])
  }
  const told =
    holder && wanted
      ? words.shortcuts.taken(wanted, labelOf(holder, store.getState()))
      : why || words.shortcuts.press
  return (
    <span className="key-field">
      <span className="key-words" id="key-words" role="status">
        {told}
      </span>
      <button
        ref={field}
        type="button"
        className="key-button key-listening"
        aria-describedby="key-words"
        onKeyDown={hear}
        onBlur={onEnd}
      >
        <span className="unseen">{labelOf(action, store.getState())}: </span>
        {wanted ? (
          <kbd>{wanted}</kbd>
        ) : (
          <span className="key-none">{words.shortcuts.pressKeys}</span>
        )}
      </button>
    </span>
  )
}

/** Who has these keys already. */
function holderOf(key: string, action: Action, chosen: ChosenKeys): Action | undefined {
  return actions.find((one) => one.id !== action.id && keysOf(one, chosen).includes(key))
}
