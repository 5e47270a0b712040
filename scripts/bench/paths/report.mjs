// SPDX-License-Identifier: GPL-2.0-or-later
// What was measured, as a table and as what it says of growth.

/** More than this times what linear growth would be is worse than linear. */
const WORSE = 1.3
/** Ratios above this are explained. */
const BAD = 3

/**
 * Adds to each row how it grew from the one before it along the same axis: the factor of its time, of what
 * grew, and `worse` when the first is beyond the second: `limit` where the limit grows so too.
 */
export function withGrowth(rows) {
  const last = new Map()
  return rows.map((row) => {
    if (row.axis === undefined) return row
    const key = `${row.stage} ${row.presenter} ${row.axis}`
    const before = last.get(key)
    last.set(key, row)
    if (!before) return row
    const of = row.amount / before.amount
    const time = row.ms / before.ms
    const isWorse = time > of * WORSE
    const isLimits = row.limitMs / before.limitMs > of * WORSE || row.ratio < before.ratio * WORSE
    const worse = isWorse ? (isLimits ? 'limit' : 'stage') : undefined
    return { ...row, from: before.step, growth: { time, of, ...(worse && { worse }) } }
  })
}

function duration(ms) {
  if (ms >= 100) return `${ms.toFixed(0)} ms`
  if (ms >= 1) return `${ms.toFixed(2)} ms`
  return `${(ms * 1000).toFixed(ms >= 0.1 ? 0 : 2)} µs`
}

function factor(value) {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

const columns = [
  ['stage', 20, 'left'],
  ['grows with', 15, 'left'],
  ['step', 29, 'left'],
  ['time', 10, 'right'],
  ['limit', 10, 'right'],
  ['× limit', 9, 'right'],
  ['× time', 8, 'right'],
  ['of ×', 7, 'right'],
]

const line = (texts) =>
  columns
    .map(([, width, side], at) =>
      side === 'left' ? (texts[at] ?? '').padEnd(width) : (texts[at] ?? '').padStart(width),
    )
    .join('')
    .trimEnd()

export const heading = line(columns.map(([name]) => name))

const nameOf = ({ stage, presenter }) => (presenter ? `${stage}, ${presenter}` : stage)

/** One row of the table. */
export function rowText(row) {
  const { axis = '', step, ms, limitMs, ratio, growth } = row
  const grown = growth ? [factor(growth.time), factor(growth.of)] : []
  const figures = [duration(ms), duration(limitMs), factor(ratio), ...grown]
  const mark = growth?.worse ? (growth.worse === 'limit' ? '  as its limit' : '  worse') : ''
  return `${line([nameOf(row), axis, step, ...figures])}${mark}`
}

/** Which threads a row's time went to, the busiest first; nothing where nobody looked. */
export function partsText({ busiest = [] }) {
  const parts = busiest.slice(0, 6).map(({ part, ms }) => `${part} ${duration(ms)}`)
  return parts.length > 0 ? [`  of it: ${parts.join(', ')}`] : []
}

/** What the table says of growth and of bad ratios, in lines. */
export function findings(rows, stages) {
  const worse = rows.filter(({ growth }) => growth?.worse === 'stage')
  const words = worse.map((row) => {
    const { time, of } = row.growth
    return `  ${nameOf(row)}, ${row.axis}: ${row.from} → ${row.step}, × ${factor(time)} of × ${factor(of)}`
  })
  const growth =
    worse.length > 0
      ? ['Worse than linear, and not as its limit:', ...words]
      : ['Nothing grows worse than linear unless its limit does.']
  const bad = stages.flatMap(({ name, why }) => {
    const [worst] = rows.filter(({ stage }) => stage === name).toSorted((a, b) => b.ratio - a.ratio)
    const { presenter, step, ratio } = worst
    const where = presenter ? `${presenter}, ${step}` : step
    return ratio > BAD ? [`  ${name}, up to × ${factor(ratio)} (${where}): ${why}`] : []
  })
  return [...growth, ...(bad.length > 0 ? [`Beyond × ${BAD} of the limit, and why:`, ...bad] : [])]
}
