// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneStatus } from '../../core/plane.ts'
import { sentence } from '../ui/sentence.ts'
import { emptyPlaneWords, planeStateWords, planeTitles } from '../ui/words-inspector.ts'
import { CodeButton } from './code-button.tsx'
import { PlanePreview } from './plane-preview.tsx'
import { planeRows } from './plane-rows.ts'
import { useInspector } from './use-inspector.ts'

/** Everything about one plane: its picture, what it was described as, and why it does not show. */
export function PlaneCard({ status }: { readonly status: PlaneStatus }) {
  const { kind, state } = status
  const live = useInspector((all) => all.live[kind])
  const rows = planeRows(status, state === 'shown' ? live : undefined)
  return (
    <section className="plane" data-state={state} aria-label={`${planeTitles[kind]} plane`}>
      <h3>
        {planeTitles[kind]}
        <span className="plane-state">{planeStateWords(status)}</span>
      </h3>
      <Trouble status={status} />
      <div className="plane-body">
        {live && state !== 'disabled' && state !== 'absent' && <PlanePreview kind={kind} />}
        {rows.length > 0 && (
          <table className="facts">
            <tbody>
              {rows.map(({ name, value, code, isWrong }) => (
                <tr key={name} className={isWrong ? 'fact-wrong' : undefined}>
                  <th scope="row">{name}</th>
                  <td>
                    <span>{value}</span>
                    {code !== undefined && <CodeButton name={name} code={code} />}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  )
}

/** Why a plane is not there as it should be, and what would help. */
function Trouble({ status }: { readonly status: PlaneStatus }) {
  switch (status.state) {
    case 'shown':
      return null
    case 'disabled':
    case 'absent':
      return <p className="quiet">{emptyPlaneWords(status.state)}</p>
    case 'stalled':
    case 'refused': {
      const failure = status.state === 'refused' ? status.verdict : status.failure
      const fact = status.state === 'refused' && `${status.verdict.field} = ${status.verdict.value}`
      return (
        <div className="trouble">
          <p>{sentence(`${failure.what}: ${failure.why}`)}</p>
          <p>{sentence(failure.remedy)}</p>
          {fact && <p className="mono">{fact}</p>}
        </div>
      )
    }
  }
}
