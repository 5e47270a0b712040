// SPDX-License-Identifier: GPL-2.0-or-later
import { named } from '../input/typing.ts'
import { Modal } from './modal.tsx'
import { useView, useViewState } from './view.ts'

const count = (characters: number) =>
  `${characters.toLocaleString('en')} ${characters === 1 ? 'character' : 'characters'}`

/** Asks when not all of a text can be typed, then says how far it is. Escape ends it. */
export function TypingDialog() {
  const { typing: typist } = useView()
  const typing = useViewState((state) => state.typing)
  if (!typing) return null
  const { done, total, missing, leftOut, isRunning } = typing
  return (
    <Modal title="Type clipboard text" low onClose={() => typist.stop()}>
      {isRunning ? (
        <>
          <progress className="progress" max={total} value={done} />
          <p>
            {done.toLocaleString('en')} of {count(total)} typed
          </p>
        </>
      ) : (
        <p>
          {count(leftOut)} cannot be typed on a US keyboard and will be left out: {named(missing)}
        </p>
      )}
      <div className="actions">
        <button type="button" className="button" onClick={() => typist.stop()}>
          {isRunning ? 'Stop' : 'Cancel'}
        </button>
        {!isRunning && (
          <button type="button" className="button button-main" onClick={() => typist.start()}>
            Type the rest
          </button>
        )}
      </div>
    </Modal>
  )
}
