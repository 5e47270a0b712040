// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect, useId, useRef, useState } from 'react'
import { type SettingName, type Settings, settingRows } from '../../core/settings.ts'
import { Icon } from './icon.tsx'
import { type PreferenceControl, preferenceRows } from './preference-rows.ts'
import { words } from './words-window.ts'

type PreferenceFieldProps = {
  readonly name: SettingName
  readonly value: unknown
  /** The VM has a value of its own. */
  readonly isOwn: boolean
  /** Takes the focus. */
  readonly isSought: boolean
  readonly onChange: (change: Partial<Settings>) => void
  readonly onReset: () => void
}

/** One setting: its words, its control, and the way back to what holds for all VMs. */
export function PreferenceField(props: PreferenceFieldProps) {
  const { name, value, isOwn, isSought, onChange, onReset } = props
  const id = useId()
  const line = useRef<HTMLDivElement>(null)
  const row = preferenceRows[name]
  useEffect(() => {
    if (!isSought) return
    line.current?.scrollIntoView({ block: 'center' })
    line.current?.querySelector<HTMLElement>('input, select')?.focus()
  }, [isSought])
  if (!row) return null
  const change = (to: unknown) => {
    if (settingRows[name].check(to)) onChange({ [name]: to })
  }
  return (
    <div ref={line} className="preference">
      <div className="preference-words">
        <label htmlFor={id}>{row.label}</label>
        {row.hint && <small id={`${id}-hint`}>{row.hint}</small>}
      </div>
      {isOwn && (
        <button
          type="button"
          className="button-icon"
          aria-label={words.preferences.resetOf(row.label)}
          title={words.preferences.resets.vm}
          onClick={onReset}
        >
          <Icon name="undo" />
        </button>
      )}
      <Control
        id={id}
        control={row.control}
        value={value}
        hint={row.hint ? `${id}-hint` : undefined}
        onChange={change}
      />
    </div>
  )
}

type ControlProps = {
  readonly id: string
  readonly control: PreferenceControl
  readonly value: unknown
  readonly hint: string | undefined
  readonly onChange: (value: unknown) => void
}

function Control({ id, control, value, hint, onChange }: ControlProps) {
  switch (control.kind) {
    case 'tick':
      return (
        <input
          id={id}
          type="checkbox"
          role="switch"
          aria-checked={value === true}
          className="toggle"
          aria-describedby={hint}
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      )
    case 'choice':
      return (
        <select
          id={id}
          className="select"
          aria-describedby={hint}
          value={String(value)}
          onChange={({ target }) =>
            onChange(control.choices.find((one) => String(one.value) === target.value)?.value)
          }
        >
          {control.choices.map((one) => (
            <option key={one.value} value={String(one.value)}>
              {one.name}
            </option>
          ))}
        </select>
      )
    case 'number':
      return (
        <span className="field-box field-short">
          <Typed
            id={id}
            hint={hint}
            value={String(value)}
            inputMode="numeric"
            onTyped={(text) => onChange(/^\d+$/.test(text) ? Number(text) : undefined)}
          />
          <span className="suffix">{control.unit}</span>
        </span>
      )
    case 'text':
      return (
        <span className="field-box">
          <Typed id={id} hint={hint} value={String(value)} onTyped={onChange} />
        </span>
      )
  }
}

type TypedProps = {
  readonly id: string
  readonly hint: string | undefined
  readonly value: string
  readonly inputMode?: 'numeric'
  readonly onTyped: (text: string) => void
}

/** A text that counts when it is left or Enter is pressed; what does not count gives way to what did. */
function Typed({ id, hint, value, inputMode, onTyped }: TypedProps) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  const done = () => {
    if (text === value) return
    onTyped(text.trim())
    setText(value)
  }
  return (
    <input
      id={id}
      aria-describedby={hint}
      inputMode={inputMode}
      spellCheck={false}
      autoComplete="off"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === 'Enter') done()
      }}
    />
  )
}
