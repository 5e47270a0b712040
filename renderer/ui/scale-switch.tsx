// SPDX-License-Identifier: GPL-2.0-or-later
import { type ScaleMode, scaleModes } from '../../core/settings.ts'
import { firstKeyOf } from './actions.ts'
import { useView, useViewState } from './view.ts'
import { scaleWords } from './words.ts'
import { words } from './words-window.ts'

/** Fit, integer, 1:1 or stretch: a radio group, so the arrow keys move in it. */
export function ScaleSwitch() {
  const { session } = useView()
  const { scale, zoom, keys } = useViewState((state) => state.settings)
  return (
    <fieldset className="switch">
      <legend className="unseen">{words.toolbar.scale}</legend>
      {scaleModes.map((mode) => (
        <label key={mode} title={hintOf(mode, firstKeyOf(`scale:${mode}`, keys))}>
          <input
            type="radio"
            name="scale"
            value={mode}
            checked={mode === scale}
            onChange={() => void session.scale(mode)}
            onClick={() => {
              if (mode === scale && zoom !== 100) void session.scale(mode)
            }}
          />
          <span>{mode === '1:1' && zoom !== 100 ? `${zoom} %` : scaleWords[mode].name}</span>
        </label>
      ))}
    </fieldset>
  )
}

function hintOf(mode: ScaleMode, key: string): string {
  const { hint } = scaleWords[mode]
  return key ? `${hint} (${key})` : hint
}
