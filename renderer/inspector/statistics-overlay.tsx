// SPDX-License-Identifier: GPL-2.0-or-later
import { useViewState } from '../ui/view.ts'
import { bytesWords, msWords, shareWords, stageWords } from '../ui/words-inspector.ts'
import { type Statistics, stages } from './frame-meter.ts'
import { binEnds, type Spread } from './samples.ts'
import { useInspector } from './use-inspector.ts'

/** Figures in a corner of the picture, while they are wanted. */
export function StatisticsOverlay() {
  const isShown = useViewState((state) => state.showsStatistics)
  return isShown ? <Overlay /> : null
}

function Overlay() {
  const statistics = useInspector((state) => state.statistics)
  return (
    <section className="statistics" aria-label="Statistics">
      {statistics ? <Figures statistics={statistics} /> : <p className="quiet">Measuring…</p>}
    </section>
  )
}

function Figures({ statistics }: { readonly statistics: Statistics }) {
  const { presented, updates, dropped, bytesPerSecond, cpu, latency } = statistics
  return (
    <>
      <dl>
        <Figure name="Presented" value={`${presented.toFixed(1)} frames/s`} />
        <Figure name="Source" value={`${updates.toFixed(1)} updates/s`} />
        <Figure name="Dropped" value={`${dropped} frames`} isBad={dropped > 0} />
        <Figure name="Data" value={`${bytesWords(bytesPerSecond)}/s`} />
        {cpu && (
          <Figure
            name="CPU"
            value={`${shareWords(cpu.main + cpu.window)} of a core`}
            note={`${shareWords(cpu.main)} main, ${shareWords(cpu.window)} window`}
          />
        )}
      </dl>
      <table>
        <thead>
          <tr>
            <th scope="col">Latency</th>
            <th scope="col">
              <span className="unseen">Spread</span>
            </th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <StageRow
              key={stage}
              name={stageWords[stage].name}
              hint={stageWords[stage].hint}
              spread={statistics.stages[stage]}
            />
          ))}
          <StageRow
            name="total"
            hint="From reading the planes to the drawn picture"
            spread={latency}
          />
        </tbody>
      </table>
    </>
  )
}

type FigureProps = {
  readonly name: string
  readonly value: string
  readonly note?: string
  readonly isBad?: boolean
}

function Figure({ name, value, note, isBad = false }: FigureProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd className={isBad ? 'figure-bad' : undefined}>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </>
  )
}

type StageRowProps = {
  readonly name: string
  readonly hint: string
  readonly spread: Spread | undefined
}

function StageRow({ name, hint, spread }: StageRowProps) {
  return (
    <tr title={hint}>
      <th scope="row">{name}</th>
      <td>{spread && <Bars spread={spread} />}</td>
      <td>{spread ? msWords(spread.p50) : '–'}</td>
      <td>{spread ? msWords(spread.p95) : '–'}</td>
    </tr>
  )
}

/** Pixels of one bar of the histogram, and of its gap. */
const BAR = 6
const HEIGHT = 14

/** How many frames took how long: each bar takes twice as long as the one before it. */
function Bars({ spread: { bins } }: { readonly spread: Spread }) {
  const most = Math.max(1, ...bins)
  const ends = ['', ...binEnds.map((end) => `${end} ms`)]
  return (
    <svg width={bins.length * BAR} height={HEIGHT} aria-hidden="true">
      {bins.map((count, at) => {
        const tall = count === 0 ? 1 : Math.max(2, (count / most) * HEIGHT)
        return (
          <rect
            key={ends[at]}
            className={count === 0 ? 'bar-empty' : 'bar'}
            x={at * BAR}
            y={HEIGHT - tall}
            width={BAR - 1}
            height={tall}
          />
        )
      })}
    </svg>
  )
}
