// SPDX-License-Identifier: GPL-2.0-or-later
import { named } from '../input/typing.ts'
import { Modal } from './modal.tsx'
import { useView, useViewState } from './view.ts'
import { words } from './words-window.ts'

/** Asks when not all of a text can be typed, then says how far it is. Escape ends it. */
export function TypingDialog() {
  const { typing: typist } = useView()
  const typing = useViewState((state) => state.typing)
  if (!typing) return null
  const { done, total, missing, leftOut, isRunning } = typing
  return (
    <Modal title={words.typing.title} low onClose={() => typist.stop()}>
      {isRunning ? (
        <>
          <progress className="progress" max={total} value={done} />
          <p>{words.typing.done(done.toLocaleString('en'), words.typing.characters(total))}</p>
        </>
      ) : (
        <p>{words.typing.left(words.typing.characters(leftOut), named(missing))}</p>
      )}
      <div className="actions">
        <button type="button" className="button" onClick={() => typist.stop()}>
          {isRunning ? words.typing.stop : words.cancel}
        </button>
        {!isRunning && (
          <button type="button" className="button button-main" onClick={() => typist.start()}>
            {words.typing.rest}
          </button>
        )}
      </div>
    </Modal>
  )
}
