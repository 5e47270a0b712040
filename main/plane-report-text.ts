// SPDX-License-Identifier: GPL-2.0-or-later
import { plainText } from '../core/failure.ts'
import type { PlaneFacts, PlaneReport } from '../core/plane-facts.ts'
import type { SourceReport } from './plane-report.ts'
import type { SourceInfo } from './source/source.ts'

type Row = readonly [name: string, value: string]

/** A report for people: one block for the source, one a plane, one for the cache; names aligned. */
export function reportText(report: SourceReport): string {
  const { source, planes, cache, counters } = report
  const can = Object.entries(source.capabilities).flatMap(([name, has]) => (has ? [name] : []))
  const lines = [
    source.name === source.address ? source.address : `${source.address}  ${source.name}`,
    ...indented([
      ['access', source.access],
      ...consoleRows(source),
      ['can', can.length > 0 ? can.join(', ') : 'show planes, nothing else'],
      ['refreshes', `${counters.refreshes}, ${counters.queryErrors} failed queries`],
      ['frames', String(counters.frames)],
      ['cached', cache.length === 0 ? 'nothing' : `${cache.length} buffers`],
      ...cache.map(
        ({ identity, bytes, plane }): Row => [
          '',
          `${identity}  ${plane.width} × ${plane.height} ${plane.fourcc}  ${bytes} bytes`,
        ],
      ),
    ]),
    ...planes.flatMap((plane) => ['', ...planeLines(plane)]),
  ]
  if (planes.length === 0) lines.push('', 'The source has not said anything about its planes.')
  return `${lines.map(plainText).join('\n')}\n`
}

/** Every screen of a VM that has several, by the number to open it with. */
function consoleRows({ console: shown, consoles = [] }: SourceInfo): Row[] {
  return consoles.map(({ id, label, type }, at) => {
    const name = [String(id), label, type === 'Text' ? 'text' : '']
    const mark = id === shown?.id ? 'shown here' : `open it with ?console=${id}`
    return [at === 0 ? 'consoles' : '', [...name, `(${mark})`].filter((word) => word).join('  ')]
  })
}

const stateWords: Readonly<Record<PlaneReport['state'], string>> = {
  shown: 'shown',
  disabled: 'off: the guest does not use it now',
  absent: 'absent: the source has no such plane',
  refused: 'cannot be shown',
  stalled: 'stalled: the last picture stays',
}

function planeLines(report: PlaneReport): string[] {
  const { kind, state, identity, engine, readBack, plane, verdict, failure } = report
  const rows: Row[] = []
  if (verdict) {
    rows.push(['why', verdict.why], ['try', verdict.remedy])
    rows.push(['field', `${verdict.field} = ${verdict.value}`])
  }
  if (failure) rows.push(['what', failure.what], ['why', failure.why], ['try', failure.remedy])
  if (identity !== null) rows.push(['identity', identity])
  if (plane) rows.push(...factRows(plane))
  if (readBack) rows.push(['read by', `${readBack.device} (GPU read-back)`], ['', readBack.why])
  if (engine !== null) rows.push(['engine', engine])
  return [`${kind.padEnd(8)}  ${stateWords[state]}`, ...indented(rows)]
}

function factRows(plane: PlaneFacts): Row[] {
  const { x, y, hotspot } = plane
  const rows: Row[] = [
    ['fourcc', words(plane.fourcc, plane.fourccName, plane.fourccCode)],
    ['modifier', words(plane.modifier, plane.modifierName)],
    ['layout', layoutWords(plane)],
    ['size', `${plane.width} × ${plane.height}`],
    ['position', `${x}, ${y}`],
    ['hotspot', hotspot ? `${hotspot.x}, ${hotspot.y}` : 'none'],
    ['rows', plane.bottomUp ? 'bottom row first' : 'top row first'],
  ]
  if (plane.note !== null) rows.push(['note', plane.note])
  if (plane.color) rows.push(['colour', `${plane.color.matrix}, ${plane.color.range} range`])
  for (const [at, memory] of plane.memory.entries()) {
    const needs = memory.needed === null ? '' : ` (needs ${memory.needed})`
    const place = `buffer ${memory.buffer}, offset ${memory.offset}, stride ${memory.stride}`
    rows.push([`memory ${at}`, `${place}, size ${memory.size}${needs} bytes`])
  }
  return rows
}

/** `tiled  128 bytes × 32 rows` */
function layoutWords({ layout, memory }: PlaneFacts): string {
  const sizes = memory.flatMap(({ tile }) => tile ?? [])
  const texts = sizes.map(({ width, height }) => `${width} bytes × ${height} rows`)
  return words(layout, ...new Set(texts))
}

function words(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null).join('  ')
}

function indented(rows: readonly Row[]): string[] {
  return rows.map(([name, value]) => `  ${name.padEnd(10)}${value}`.trimEnd())
}
