// SPDX-License-Identifier: GPL-2.0-or-later
import { BUFFER_COLOURS, type PlaneUpdate } from './flip-history.ts'
import type { LaneSummary, Stretch } from './flip-summary.ts'

/** CSS pixels. */
const BAR = 18
const DAMAGE = 12
const BETWEEN = 1
export const LANE = BAR + BETWEEN + DAMAGE + 9
/** From the edge of a lane to its bar. */
const TOP = 4
/** A segment that is narrower loses the line that parts it from the next. */
const PARTED = 4

/** Colours of the drawing, from the design tokens. */
export type TimelineColours = {
  readonly buffers: readonly string[]
  readonly text: string
  readonly quiet: string
  readonly edge: string
  readonly mark: string
}

export type TimelineView = {
  readonly lanes: readonly LaneSummary[]
  /** Main's clock, ms. */
  readonly fromMs: number
  readonly toMs: number
  readonly selected: PlaneUpdate | undefined
}

/** Reads the tokens that hold for an element; they are registered as colours, so they come resolved. */
export function coloursOf(element: Element): TimelineColours {
  const style = getComputedStyle(element)
  const token = (name: string) => style.getPropertyValue(`--flip-${name}`)
  return {
    buffers: Array.from({ length: BUFFER_COLOURS }, (_, at) => token(String(at))),
    text: token('text'),
    quiet: token('quiet'),
    edge: token('edge'),
    mark: token('mark'),
  }
}

/** Draws the lanes, newest at the right. The context is scaled to CSS pixels. */
export function drawTimeline(
  context: CanvasRenderingContext2D,
  width: number,
  view: TimelineView,
  colours: TimelineColours,
): void {
  const { lanes, fromMs, toMs, selected } = view
  const height = lanes.length * LANE
  const x = (ms: number) => ((ms - fromMs) / (toMs - fromMs)) * width
  context.clearRect(0, 0, width, height)
  context.fillStyle = colours.edge
  for (const { share } of ticksOf(toMs - fromMs)) {
    context.fillRect(Math.round(share * width) - 1, 0, 1, height)
  }
  for (const [at, lane] of lanes.entries()) {
    const top = at * LANE + TOP
    for (const stretch of lane.stretches) drawStretch(context, stretch, top, x, fromMs, colours)
  }
  if (!selected) return
  context.fillStyle = colours.mark
  context.fillRect(Math.round(x(selected.atMs)) - 1, 0, 2, height)
}

function drawStretch(
  context: CanvasRenderingContext2D,
  { update, fromMs, toMs, isGap }: Stretch,
  top: number,
  x: (ms: number) => number,
  startMs: number,
  colours: TimelineColours,
): void {
  const left = x(fromMs)
  const width = Math.max(1, x(toMs) - left)
  const isParted = update.isFlip && width >= PARTED
  context.globalAlpha = isGap ? 0.35 : 1
  context.fillStyle = colours.buffers[update.colour] ?? colours.text
  context.fillRect(left, top, isParted ? width - 1 : width, BAR)
  context.globalAlpha = 1
  if (isGap) drawGap(context, left, width, top, toMs - update.atMs, colours)
  if (update.damaged === 0 || update.atMs < startMs) return
  // Small damage is the usual kind: a root makes it visible beside a whole picture.
  const tall = Math.max(2, Math.sqrt(update.share) * DAMAGE)
  context.fillStyle = colours.quiet
  const thick = Math.min(3, Math.max(1, width - 1))
  context.fillRect(left, top + BAR + BETWEEN + DAMAGE - tall, thick, tall)
}

/** A pause that is longer than usual: pale, underlined, and with its length where there is room. */
function drawGap(
  context: CanvasRenderingContext2D,
  left: number,
  width: number,
  top: number,
  ms: number,
  colours: TimelineColours,
): void {
  context.fillStyle = colours.mark
  context.fillRect(left, top + BAR - 2, Math.max(1, width - 1), 2)
  const words = `${Math.round(ms)} ms`
  context.font = '11px sans-serif'
  if (context.measureText(words).width > width - 8) return
  context.fillStyle = colours.text
  context.textBaseline = 'middle'
  context.textAlign = 'center'
  context.fillText(words, left + width / 2, top + BAR / 2 + 1)
}

/** A place on the axis: how far from the left, 0 to 1, and what it is called. */
export type Tick = { readonly share: number; readonly label: string }

/** One each second, or each fifth of it when one second is all that is shown; the newest first. */
export function ticksOf(spanMs: number): readonly Tick[] {
  const stepMs = spanMs > 2000 ? 1000 : 200
  return Array.from({ length: Math.ceil(spanMs / stepMs) }, (_, at) => ({
    share: 1 - (at * stepMs) / spanMs,
    label: at === 0 ? 'now' : `−${(at * stepMs) / 1000} s`,
  }))
}

/** The update that a moment falls on; undefined where a lane has none. */
export function updateAt(lane: LaneSummary, ms: number): PlaneUpdate | undefined {
  return lane.stretches.findLast((stretch) => stretch.fromMs <= ms)?.update
}
