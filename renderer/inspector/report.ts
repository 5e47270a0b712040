// SPDX-License-Identifier: GPL-2.0-or-later
import { plainText } from '../../core/failure.ts'
import type { ViewState } from '../store.ts'
import { planeStateWords, planeTitles } from '../ui/words-inspector.ts'
import type { InspectorState } from './inspector-state.ts'
import { pipelineRows } from './pipeline-rows.ts'
import { planeRows } from './plane-rows.ts'

/** What the inspector shows as text, for a bug report: what came from the guest is escaped. */
export function inspectionText(view: ViewState, inspector: InspectorState): string {
  const { hello, presenter, guest } = view
  const { facts, live } = inspector
  const lines = [guest.title]
  for (const { name, value, notes } of pipelineRows(hello, presenter, facts)) {
    lines.push(line(name, [value, ...notes].join(' · ')))
  }
  for (const status of facts?.statuses ?? view.statuses) {
    lines.push('', `${planeTitles[status.kind]}: ${planeStateWords(status)}`)
    const failure =
      status.state === 'refused'
        ? status.verdict
        : status.state === 'stalled'
          ? status.failure
          : undefined
    if (failure)
      lines.push(line('Why', `${failure.what}: ${failure.why}`), line('Try', failure.remedy))
    const rows = planeRows(status, status.state === 'shown' ? live[status.kind] : undefined)
    for (const { name, value, code } of rows) lines.push(line(name, [value, code ?? ''].join(' ')))
  }
  return `${lines.map(plainText).join('\n')}\n`
}

function line(name: string, value: string): string {
  return `  ${name.padEnd(12)}${value}`.trimEnd()
}
