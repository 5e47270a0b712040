// SPDX-License-Identifier: GPL-2.0-or-later
import type { InspectFacts } from '../../core/inspection.ts'
import type { Hello } from '../../core/protocol.ts'
import { isSoftware } from '../compositor/webgl/context.ts'
import type { PresenterFacts } from '../store.ts'
import { sentence } from '../ui/sentence.ts'
import { accessWords, presenterNames, transportNames } from '../ui/words-inspector.ts'

/** One step of the picture's way, and why it is not a better one. */
export type PipelineRow = {
  readonly name: string
  readonly value: string
  readonly notes: readonly string[]
}

/** How the picture gets from the guest onto the screen. */
export function pipelineRows(
  hello: Hello | undefined,
  presenter: PresenterFacts | undefined,
  facts: InspectFacts | null | undefined,
): readonly PipelineRow[] {
  const rows: PipelineRow[] = []
  if (hello) rows.push({ name: 'Source', value: hello.address, notes: [] })
  if (facts) {
    const { access, engine, refreshes, frames, queryErrors } = facts
    rows.push({ name: 'Access', value: accessWords[access] ?? access, notes: [] })
    const failed = queryErrors === 1 ? '1 query failed' : `${queryErrors} queries failed`
    const read = `${refreshes} times, ${frames} frames`
    rows.push({ name: 'Planes read', value: `${read}, ${failed}`, notes: [] })
    rows.push({
      name: 'Screenshots',
      value: `${engine.name} engine`,
      notes: reasons(engine.reason),
    })
  } else if (facts === null) {
    rows.push({ name: 'Access', value: 'No source is open', notes: [] })
  }
  if (hello) {
    const { sharing, sharingReason } = hello
    rows.push({ name: 'Transport', value: transportNames[sharing], notes: reasons(sharingReason) })
    rows.push({
      name: 'Shell',
      value: hello.shell === 'electron' ? 'Electron' : 'Chromium',
      notes: [],
    })
  }
  if (presenter) {
    const { kind, detail } = presenter
    const isSlow = kind === 'webgl' && isSoftware(detail)
    const why = isSlow
      ? ['The processor draws: this host’s browser has no graphics driver it uses.']
      : []
    rows.push({ name: 'Drawn by', value: presenterNames[kind] ?? kind, notes: [detail, ...why] })
  }
  return rows
}

function reasons(text: string): readonly string[] {
  return text
    .split(';')
    .map(sentence)
    .filter((one) => one !== '')
}
