// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect, useState } from 'react'
import {
  type SettingLayer,
  type SettingLayers,
  type SettingName,
  type Settings,
  settingNames,
  settingRows,
} from '../../core/settings.ts'
import { Modal } from './modal.tsx'
import { PreferenceField } from './preference-field.tsx'
import { preferenceHeadings, preferenceRows } from './preference-rows.ts'
import { useView, useViewState } from './view.ts'
import { words } from './words-window.ts'

/** The table of settings as a dialog: what this VM has of its own, and what holds for all. */
export function PreferencesDialog() {
  const { store, session } = useView()
  const title = useViewState(({ guest }) => guest.title)
  const sought = useViewState((state) => state.sought)
  const [layers, setLayers] = useState<SettingLayers>()
  const [layer, setLayer] = useState<SettingLayer>(() => (sought ? scopeOf(sought) : 'vm'))
  useEffect(() => {
    let current = true
    void session.layers().then((answer) => current && setLayers(answer))
    return () => {
      current = false
    }
  }, [session])
  const close = () => store.setState({ panel: 'none', sought: undefined })
  const changed = (answer: SettingLayers | undefined) => answer && setLayers(answer)
  const names = settingNames.filter(
    (name) => preferenceRows[name] && (layer === 'global' || scopeOf(name) === 'vm'),
  )
  return (
    <Modal title={words.preferences.title} tall onClose={close}>
      <fieldset className="switch switch-left">
        <legend className="unseen">{words.preferences.for}</legend>
        {(['vm', 'global'] as const).map((one) => (
          <label key={one} title={one === 'vm' ? title : undefined}>
            <input
              type="radio"
              name="layer"
              checked={one === layer}
              onChange={() => setLayer(one)}
            />
            <span>{words.preferences.layers[one]}</span>
          </label>
        ))}
      </fieldset>
      <div className="dialog-list">
        {layers &&
          preferenceHeadings.map((heading) => {
            const shown = names.filter((name) => preferenceRows[name]?.heading === heading)
            if (shown.length === 0) return null
            return (
              <section key={heading} aria-labelledby={`heading-${heading}`}>
                <h3 id={`heading-${heading}`}>{heading}</h3>
                {shown.map((name) => (
                  <PreferenceField
                    key={`${layer} ${name}`}
                    name={name}
                    value={shownValue(name, layer, layers)}
                    isOwn={layer === 'vm' && Object.hasOwn(layers.vm, name)}
                    isSought={name === sought}
                    onChange={(change: Partial<Settings>) =>
                      void session.set(layer, change).then(changed)
                    }
                    onReset={() => void session.reset(layer, [name]).then(changed)}
                  />
                ))}
              </section>
            )
          })}
      </div>
      <div className="actions actions-apart">
        <button
          type="button"
          className="button"
          onClick={() => void session.reset(layer, names).then(changed)}
        >
          {words.preferences.resets[layer]}
        </button>
        <button type="button" className="button button-main" onClick={close}>
          {words.close}
        </button>
      </div>
    </Modal>
  )
}

function scopeOf(name: SettingName): SettingLayer {
  return settingRows[name].scope
}

function shownValue(
  name: SettingName,
  layer: SettingLayer,
  { global, vm }: SettingLayers,
): unknown {
  return layer === 'vm' && Object.hasOwn(vm, name) ? vm[name] : global[name]
}
