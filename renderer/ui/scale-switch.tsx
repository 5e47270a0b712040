// SPDX-License-Identifier: GPL-2.0-or-later
import { scaleModes } from '../../core/settings.ts'
import { keyOf } from './shortcuts.ts'
import { useView, useViewState } from './view.ts'
import { scaleWords } from './words.ts'

/** Fit, integer, 1:1 or stretch: a radio group, so the arrow keys move in it. */
export function ScaleSwitch() {
  const { session } = useView()
  const scale = useViewState((state) => state.settings.scale)
  return (
    <fieldset className="switch">
      <legend className="unseen">Scale</legend>
      {scaleModes.map((mode) => (
        <label key={mode} title={`${scaleWords[mode].hint} (${keyOf(`scale:${mode}`)})`}>
          <input
            type="radio"
            name="scale"
            value={mode}
            checked={mode === scale}
            onChange={() => void session.scale(mode)}
          />
          <span>{scaleWords[mode].name}</span>
        </label>
      ))}
    </fieldset>
  )
}
