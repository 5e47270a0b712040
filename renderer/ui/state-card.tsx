// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect, useMemo, useRef } from 'react'
import type { ViewState } from '../store.ts'
import { useView, useViewState } from './view.ts'
import { runActions } from './vm-words.ts'
import { actionWords, type StateAction, type StateWords, stateWords } from './words.ts'

/** A picture that only stands still stays readable: its words take one strip, not the middle. */
function isStrip(state: ViewState): boolean {
  if (state.picture === undefined || state.closed) return false
  const { kind } = state.session
  return kind === 'stalled' || (kind === 'live' && state.problem === undefined)
}

/** What there is to say when the picture is not there: in the middle of the window. */
export function StateCard() {
  const state = useViewState((all) => all)
  const words = useMemo(() => stateWords(state), [state])
  if (!words || isStrip(state)) return null
  return (
    <main className="state">
      <section className="card" role={words.tone} aria-labelledby="state-title">
        <Told words={words} />
      </section>
    </main>
  )
}

/** What there is to say when the picture is not new: along the bottom edge. */
export function StateStrip() {
  const state = useViewState((all) => all)
  const words = useMemo(() => stateWords(state), [state])
  if (!words || !isStrip(state)) return null
  return (
    <section className="strip" role={words.tone} aria-labelledby="state-title">
      <Told words={words} />
    </section>
  )
}

function Told({ words }: { readonly words: StateWords }) {
  const { session } = useView()
  const buttons = useRef<HTMLDivElement>(null)
  const tries = words.actions[0] === 'reopen'
  useEffect(() => {
    // Enter tries again, unless the person is in the middle of something else.
    if (tries && document.activeElement === document.body) {
      buttons.current?.querySelector('button')?.focus()
    }
  }, [tries])
  const act: Record<StateAction, () => void> = {
    reopen: () => void session.reopen(),
    close: () => void session.close(),
    resume: () => void session.act(runActions.resume),
    wake: () => void session.act(runActions.wake),
    start: () => void session.act(runActions.start),
    reset: () => void session.act(runActions.reset),
  }
  return (
    <>
      <h2 id="state-title">{words.title}</h2>
      {words.why && <p>{words.why}</p>}
      {words.fact && <p className="mono fact">{words.fact}</p>}
      {words.remedy && <p className="remedy">{words.remedy}</p>}
      <div ref={buttons} className="actions">
        {words.actions.map((action, index) => (
          <button
            key={action}
            type="button"
            className={index === 0 && action !== 'close' ? 'button button-main' : 'button'}
            onClick={act[action]}
          >
            {actionWords[action]}
          </button>
        ))}
      </div>
    </>
  )
}
