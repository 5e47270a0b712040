// SPDX-License-Identifier: GPL-2.0-or-later
// Figures of viewers as one table of Markdown: a row for each figure, a column for each viewer, and how
// many times Scanout's each is.
import { cases } from './cases.mjs'

const fixed = (value, digits) => (value === undefined ? undefined : value.toFixed(digits))
const perFrame = (ms, shown) => (shown > 0 ? ms / shown : undefined)

/** What a viewer costs for each frame that it shows: its own processes, and what QEMU does for it. */
const own = ({ cpu, shown }) => perFrame(cpu.viewer, shown)
const inQemu = ({ cpu, shown }) => perFrame(cpu.qemuMore, shown)
const whole = ({ cpu, shown }) => perFrame(cpu.viewer + cpu.qemuMore, shown)

const pair = ({ p50, p95 } = {}) =>
  p50 === undefined ? 'none seen' : `${fixed(p50, 1)} / ${fixed(p95, 1)}`
const latencyRow = (title, of) => ({
  title: `${title}, ms p50 / p95`,
  value: (result) => of(result)?.p50,
  text: (result) => pair(of(result)),
})

/** A guest that makes another number of frames than 60 a second bounds what can be shown. */
const LEAST = 58.5
const MOST = 61.5
const framesText = ({ shown, made }) => {
  if (shown === 0) return 'none seen'
  return made < LEAST || made > MOST ? `${fixed(shown, 1)} of ${fixed(made, 1)}` : undefined
}

/** `value` is what ratios are taken of; `text`, where it says something, is shown in its place. */
function caseRows(name) {
  const { title, keys } = cases[name]
  const of = (get) => (result) => result.cases[name] && get(result.cases[name])
  const row = (what, value, digits, text) => ({ title: `${title}: ${what}`, value, digits, text })
  if (name === 'static') {
    const share = of(({ cpu }) => (cpu.viewer + cpu.qemuMore) / 10)
    const wakeups = of((one) => one.wakeups)
    return [row('% of a core', share, 2), row('wakeups/s', wakeups, 1, inQemuText)]
  }
  const frames = of(({ shown }) => (shown > 0 ? shown : undefined))
  const parts = of((one) =>
    one.shown > 0 ? `${fixed(own(one), 2)} + ${fixed(inQemu(one), 2)}` : undefined,
  )
  const inX = of(({ cpu, shown }) => perFrame(cpu.x, shown))
  const drawn = of(({ latency }) => latency)
  const typed = of(({ latency }) => latency?.key)
  return [
    row('frames shown/s', frames, 1, of(framesText)),
    row('CPU ms a frame', of(whole), 2),
    row('· of it viewer + QEMU', undefined, 2, parts),
    row('· X server beside it', inX, 2),
    latencyRow(`${title}: write → pixel`, drawn),
    ...(keys ? [latencyRow(`${title}: key → glyph`, typed)] : []),
  ]
}

const rows = (names) => [
  { title: 'start to picture, ms', value: ({ startMs }) => startMs, digits: 0, text: inQemuText },
  { title: 'memory, MB', value: ({ memoryMb }) => memoryMb, digits: 0, text: inQemuText },
  ...names.flatMap(caseRows),
]
const inQemuText = ({ startMs }) => (startMs === undefined ? 'in QEMU' : undefined)

function cell({ value, digits, text }, result, ours) {
  const shown = text?.(result) ?? fixed(value?.(result), digits) ?? '–'
  const [mine, reference] = [value?.(result), ours && value?.(ours)]
  const hasRatio = result !== ours && mine !== undefined && reference > 0 && shown !== 'in QEMU'
  return hasRatio ? `${shown} (× ${(mine / reference).toFixed(2)})` : shown
}

/** Lines of a table of all results of one size, its columns as wide as what is in them. */
export function table(results, names) {
  const ours = results.find(({ viewer }) => viewer === 'Scanout')
  const lines = [
    ['', ...results.map(({ viewer }) => viewer)],
    ...rows(names).map((row) => [row.title, ...results.map((result) => cell(row, result, ours))]),
  ]
  const widths = lines[0].map((_, at) => Math.max(...lines.map((cells) => cells[at].length)))
  const pad = (text, at) => (at === 0 ? text.padEnd(widths[at]) : text.padStart(widths[at]))
  const rule = widths.map((width, at) => `${'-'.repeat(width - (at > 0))}${at > 0 ? ':' : ''}`)
  const [head, ...body] = lines.map((cells) => cells.map(pad))
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`)
}

export function hostLine({ cores, model, memoryGb, kernel, qemu, guest, viewers, date }) {
  const version = (text) => /\d+(\.\d+)+/.exec(text)?.[0] ?? text
  const named = Object.entries(viewers).map(([name, text]) => `${name} ${version(text)}`)
  const programs = `QEMU ${version(qemu)} (TCG), guest ${guest}; ${named.join(', ')}`
  return `${date.slice(0, 10)}: ${cores} × ${model}, ${memoryGb} GB, Linux ${kernel}, no GPU used; ${programs}`
}

const MARKS = ['<!-- bench:view -->', '<!-- /bench:view -->']

/** A text with other lines between its two marks. */
export function between(text, lines) {
  const [start, end] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])]
  if (start < 0 || end < start) throw new Error(`no place for the table: ${MARKS.join(' … ')}`)
  return [text.slice(0, start + MARKS[0].length), '', ...lines, '', text.slice(end)].join('\n')
}
