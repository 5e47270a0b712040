// SPDX-License-Identifier: GPL-2.0-or-later
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { planeKinds } from '../../core/plane.ts'
import { useView } from '../ui/view.ts'
import { laneFigures, laneWords, planeTitles, updateWords } from '../ui/words-inspector.ts'
import type { PlaneUpdate } from './flip-history.ts'
import { type LaneSummary, summarise } from './flip-summary.ts'
import { spans } from './inspector-state.ts'
import {
  coloursOf,
  drawTimeline,
  LANE,
  type TimelineColours,
  ticksOf,
  updateAt,
} from './timeline-drawing.ts'
import { useInspector } from './use-inspector.ts'

/** Which buffer each plane showed when, and what changed in it. */
export function Timeline() {
  const { inspector } = useView()
  const span = useInspector((state) => state.span)
  const heldAtMs = useInspector((state) => state.heldAtMs)
  useInspector((state) => state.moment)
  const [selected, select] = useState<PlaneUpdate>()
  const toMs = heldAtMs ?? inspector.history.atMain(performance.now())
  const { updates } = inspector.history
  const lanes = planeKinds
    .map((kind) => summarise(kind, updates, toMs - span, toMs))
    .filter(({ kind, stretches }) => kind === 'primary' || stretches.length > 0)
  const hold = (isHeld: boolean) => {
    if (!isHeld) select(undefined)
    inspector.hold(isHeld)
  }
  return (
    <section className="timeline" aria-labelledby="timeline-title">
      <h3 id="timeline-title">
        Flips
        <span className="timeline-tools">
          <SpanSwitch />
          <button
            type="button"
            className="button-small"
            aria-pressed={heldAtMs !== undefined}
            onClick={() => hold(heldAtMs === undefined)}
          >
            Hold
          </button>
        </span>
      </h3>
      <Lanes lanes={lanes} toMs={toMs} span={span} selected={selected} onSelect={select} />
      <p className="timeline-words">
        {selected
          ? updateWords(selected, toMs)
          : 'Point at a change, or go to it with the arrow keys.'}
      </p>
      <Legend lanes={lanes} />
    </section>
  )
}

type LanesProps = {
  readonly lanes: readonly LaneSummary[]
  readonly toMs: number
  readonly span: number
  readonly selected: PlaneUpdate | undefined
  readonly onSelect: (update: PlaneUpdate | undefined) => void
}

/** The drawing; arrow keys step through its updates, and it holds still for that. */
function Lanes({ lanes, toMs, span, selected, onSelect }: LanesProps) {
  const { inspector } = useView()
  const canvas = useRef<HTMLCanvasElement>(null)
  // Asking for styles makes the browser lay out everything first.
  const colours = useRef<TimelineColours & { readonly scheme: string }>(undefined)
  const fromMs = toMs - span
  const height = lanes.length * LANE
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const ratio = window.devicePixelRatio
    const width = element.clientWidth
    const size = { width: Math.round(width * ratio), height: Math.round(height * ratio) }
    if (element.width !== size.width) element.width = size.width
    if (element.height !== size.height) element.height = size.height
    const scheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    if (colours.current?.scheme !== scheme) colours.current = { scheme, ...coloursOf(element) }
    context.setTransform(size.width / width, 0, 0, ratio, 0, 0)
    drawTimeline(context, width, { lanes, fromMs, toMs, selected }, colours.current)
  })
  const steps = lanes
    .flatMap((lane) => lane.stretches.map(({ update }) => update))
    .filter(({ atMs }) => atMs >= fromMs)
    .sort((a, b) => a.atMs - b.atMs)
  const at = selected ? steps.indexOf(selected) : steps.length - 1
  const key = (event: KeyboardEvent) => {
    const to: Readonly<Record<string, number>> = {
      ArrowLeft: selected ? at - 1 : at,
      ArrowRight: at + 1,
      Home: 0,
      End: steps.length - 1,
    }
    const next = to[event.key]
    if (next === undefined || steps.length === 0) return
    event.preventDefault()
    inspector.hold(true)
    onSelect(steps[Math.min(Math.max(0, next), steps.length - 1)])
  }
  const point = ({ nativeEvent }: PointerEvent<HTMLElement>) => {
    const lane = lanes[Math.floor(nativeEvent.offsetY / LANE)]
    const width = canvas.current?.clientWidth ?? 1
    onSelect(lane && updateAt(lane, fromMs + (nativeEvent.offsetX / width) * span))
  }
  const isHeld = useInspector((state) => state.heldAtMs !== undefined)
  return (
    <div className="timeline-lanes">
      <div className="timeline-names" aria-hidden="true">
        {lanes.map(({ kind }) => (
          <span key={kind}>{planeTitles[kind]}</span>
        ))}
      </div>
      <div
        className="timeline-drawing"
        role="slider"
        tabIndex={0}
        aria-label="Flips, newest at the right"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, steps.length - 1)}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={selected ? updateWords(selected, toMs) : lanes.map(laneWords).join('. ')}
        onKeyDown={key}
        onPointerMove={point}
        onPointerLeave={() => !isHeld && onSelect(undefined)}
      >
        <canvas ref={canvas} style={{ height }} />
      </div>
      <ol className="timeline-axis" aria-hidden="true">
        {ticksOf(span).map(({ share, label }) => (
          <li key={label} style={{ left: `${share * 100}%` }}>
            {label}
          </li>
        ))}
      </ol>
    </div>
  )
}

function SpanSwitch() {
  const { inspector } = useView()
  const span = useInspector((state) => state.span)
  return (
    <fieldset className="switch switch-small">
      <legend className="unseen">Time shown</legend>
      {spans.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="span"
            checked={one === span}
            onChange={() => inspector.state.setState({ span: one })}
          />
          <span>{one / 1000} s</span>
        </label>
      ))}
    </fieldset>
  )
}

/** What each lane adds up to, and which of its colours is which buffer. */
function Legend({ lanes }: { readonly lanes: readonly LaneSummary[] }) {
  return (
    <table className="facts">
      <tbody>
        {lanes.map((lane) => (
          <tr key={lane.kind}>
            <th scope="row">{planeTitles[lane.kind]}</th>
            <td>
              {laneFigures(lane)}
              <ul className="legend" aria-label={`Buffers of the ${lane.kind} plane`}>
                {lane.buffers.map(({ colour, identity }) => (
                  <li key={identity}>
                    <i className="swatch" data-colour={colour} />
                    {identity}
                  </li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
