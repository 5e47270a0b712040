// SPDX-License-Identifier: GPL-2.0-or-later

import { sentence } from '../ui/sentence.ts'
import { useViewState } from '../ui/view.ts'
import { pipelineRows } from './pipeline-rows.ts'
import { useInspector } from './use-inspector.ts'

/** How the picture gets from the guest onto the screen, and why not in a better way. */
export function PipelineTable() {
  const hello = useViewState((state) => state.hello)
  const presenter = useViewState((state) => state.presenter)
  const problem = useViewState((state) => state.problem)
  const facts = useInspector((state) => state.facts)
  const rows = pipelineRows(hello, presenter, facts)
  return (
    <section aria-labelledby="pipeline-title">
      <h3 id="pipeline-title">Way of the picture</h3>
      {problem && (
        <div className="trouble">
          <p>{sentence(`${problem.what}: ${problem.why}`)}</p>
          <p>{sentence(problem.remedy)}</p>
        </div>
      )}
      <table className="facts">
        <tbody>
          {rows.map(({ name, value, notes }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <span>{value}</span>
                {notes.map((note) => (
                  <small key={note}>{note}</small>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
