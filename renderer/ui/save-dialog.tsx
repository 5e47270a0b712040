// SPDX-License-Identifier: GPL-2.0-or-later
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { Failure } from '../../core/failure.ts'
import { shotFormats } from '../../core/settings.ts'
import type { Saving } from '../store.ts'
import { Modal } from './modal.tsx'
import { sentence } from './sentence.ts'
import { useView, useViewState } from './view.ts'
import { formatWords } from './words-actions.ts'
import { words } from './words-window.ts'

/** Asks where to save a picture, a plane or a dump, and saves it. */
export function SaveDialog({ saving }: { readonly saving: Saving }) {
  const { store, session, shots } = useView()
  const { screenshotCursor: cursor, screenshotFormat: format } = useViewState(
    (state) => state.settings,
  )
  const nameField = useRef<HTMLInputElement>(null)
  const [folder, setFolder] = useState('')
  const [name, setName] = useState('')
  const [failure, setFailure] = useState<Failure>()
  const [busy, setBusy] = useState(false)
  const dump = saving.as === 'dump'

  useEffect(() => {
    let current = true
    void shots.suggest().then((suggested) => {
      if (!current) return
      setFolder(suggested.folder)
      setName(saving.plane === 'all' ? suggested.name : `${suggested.name}-${saving.plane}`)
      requestAnimationFrame(() => nameField.current?.select())
    })
    return () => {
      current = false
    }
  }, [shots, saving.plane])

  const close = () => store.setState({ saving: undefined })
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    const { plane } = saving
    const problem = await shots.save({ plane, as: dump ? 'dump' : format, folder, name })
    setBusy(false)
    setFailure(problem)
    if (!problem) close()
  }
  return (
    <Modal title={titleOf(saving)} onClose={close}>
      <form onSubmit={(event) => void submit(event)}>
        <label className="field">
          <span>{words.save.name}</span>
          <span className="field-box">
            <input
              ref={nameField}
              value={name}
              required
              spellCheck={false}
              autoComplete="off"
              maxLength={200}
              pattern="[^\/]+"
              onChange={(event) => setName(event.target.value)}
            />
            <span className="suffix">{dump ? words.save.folderEnd : `.${format}`}</span>
          </span>
        </label>
        <label className="field">
          <span>{words.save.folder}</span>
          <span className="field-box">
            <input
              value={folder}
              required
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setFolder(event.target.value)}
            />
          </span>
        </label>
        {!dump && (
          <fieldset className="switch switch-left">
            <legend className="unseen">{words.save.format}</legend>
            {shotFormats.map((one) => (
              <label key={one} title={formatWords[one].hint}>
                <input
                  type="radio"
                  name="format"
                  value={one}
                  checked={one === format}
                  onChange={() => void session.change({ screenshotFormat: one })}
                />
                <span>{formatWords[one].name}</span>
              </label>
            ))}
          </fieldset>
        )}
        {saving.plane === 'all' && !dump && (
          <label className="tick">
            <input
              type="checkbox"
              checked={cursor}
              onChange={() => void session.change({ screenshotCursor: !cursor })}
            />
            <span>{words.save.cursor}</span>
          </label>
        )}
        {failure && (
          <p className="form-failure" role="alert">
            {sentence(`${failure.what}: ${failure.why}`)} {sentence(failure.remedy)}
          </p>
        )}
        <div className="actions">
          <button type="button" className="button" onClick={close}>
            {words.cancel}
          </button>
          <button type="submit" className="button button-main" disabled={busy}>
            {words.save.save}
          </button>
        </div>
      </form>
    </Modal>
  )
}

function titleOf({ plane, as }: Saving): string {
  if (as === 'dump') return words.save.dumpTitle
  return plane === 'all' ? words.save.pictureTitle : words.save.planeTitle(plane)
}
