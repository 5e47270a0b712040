// SPDX-License-Identifier: GPL-2.0-or-later
// What Scanout has to reach at 1920×1080 on two cores without a GPU.
const perFrame = ({ cpu, shown }) => cpu.viewer / shown

/** `of` a result's cases; at least or at most so much. */
// biome-ignore format: one row per target
const targets = [
  { title: 'bar, frames shown/s',            least: 59,  of: ({ bar }) => bar?.shown },
  { title: 'typing, frames shown/s',         least: 59,  of: ({ typing }) => typing?.shown },
  { title: 'full redraw, frames shown/s',    least: 55,  of: ({ full }) => full?.shown },
  { title: 'bar, CPU ms a frame',            most: 4,    of: ({ bar }) => bar && perFrame(bar) },
  { title: 'full redraw, CPU ms a frame',    most: 7,    of: ({ full }) => full && perFrame(full) },
  { title: 'bar, ms to the screen, p50',     most: 5,    of: ({ bar }) => bar?.latency?.p50 },
  { title: 'bar, ms to the screen, p95',     most: 10,   of: ({ bar }) => bar?.latency?.p95 },
  { title: 'full, ms to the screen, p95',    most: 20,   of: ({ full }) => full?.latency?.p95 },
  { title: 'unchanged, % of a core',         most: 0.5,  of: (cases) => cases.static && cases.static.cpu.viewer / 10 },
  { title: 'unchanged, wakeups/s',           most: 5,    of: (cases) => cases.static?.wakeups },
]

/** Viewer's own processes; the guest's share in QEMU is not theirs. */
const peerRows = [
  { title: 'bar', of: ({ bar }) => bar && perFrame(bar) },
  { title: 'full redraw', of: ({ full }) => full && perFrame(full) },
]

/** A line for each target that was measured: what was reached, and whether it is enough. */
export function judged(results) {
  const ours = results.find(({ viewer }) => viewer === 'Scanout')
  if (!ours) return []
  const lines = targets.flatMap(({ title, of, least, most }) => {
    const value = of(ours.cases)
    if (value === undefined) return []
    const isEnough = least === undefined ? value <= most : value >= least
    const limit = least === undefined ? `at most ${most}` : `at least ${least}`
    return [`  ${isEnough ? 'yes' : 'NO '}  ${title}: ${value.toFixed(2)}, ${limit}`]
  })
  const peers = results.filter(({ viewer }) => viewer.startsWith('remote-viewer'))
  const compared = peerRows.flatMap(({ title, of }) => {
    const best = peers
      .map((peer) => ({ name: peer.viewer, value: of(peer.cases) }))
      .filter(({ value }) => value > 0)
      .sort((a, b) => a.value - b.value)[0]
    const value = of(ours.cases)
    if (!best || value === undefined) return []
    const verdict = value <= best.value ? 'yes' : 'NO '
    return [
      `  ${verdict}  ${title}, CPU ms a frame: ${value.toFixed(2)}, at most ${best.name}'s ${best.value.toFixed(2)}`,
    ]
  })
  return [...lines, ...compared]
}
