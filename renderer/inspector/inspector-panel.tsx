// SPDX-License-Identifier: GPL-2.0-or-later
import { useEffect, useRef } from 'react'
import { canShoot } from '../store.ts'
import { Icon } from '../ui/icon.tsx'
import { useView, useViewState } from '../ui/view.ts'
import { BufferTable } from './buffer-table.tsx'
import { extentSetting } from './dock-extent.ts'
import { FlashLayer } from './flash-layer.tsx'
import { PipelineTable } from './pipeline-table.tsx'
import { PlaneCard } from './plane-card.tsx'
import { inspectionText } from './report.ts'
import { Splitter } from './splitter.tsx'
import { Timeline } from './timeline.tsx'
import { useInspector } from './use-inspector.ts'

/** The inspector, while it is open. */
export function InspectorPanel() {
  const isOpen = useViewState((state) => state.inspects)
  return isOpen ? <Panel /> : null
}

function Panel() {
  const { store } = useView()
  const dock = useViewState((state) => state.settings.inspectorDock)
  const extent = useViewState((state) => state.settings[extentSetting[dock]])
  const flashes = useViewState((state) => state.flashesDamage)
  const panel = useRef<HTMLElement>(null)
  useEffect(() => panel.current?.focus(), [])
  useEffect(() => {
    const { style } = document.documentElement
    style.setProperty(`--dock-${dock}`, `${extent}px`)
    return () => {
      style.removeProperty(`--dock-${dock}`)
    }
  }, [dock, extent])
  return (
    <>
      {flashes && <FlashLayer />}
      <aside
        ref={panel}
        className="inspector"
        data-dock={dock}
        aria-label="Inspector"
        tabIndex={-1}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented) return
          event.preventDefault()
          store.setState({ inspects: false })
        }}
        // What is pressed here keeps the focus: its keys are not the guest's.
        onClick={(event) => event.stopPropagation()}
      >
        <Splitter dock={dock} />
        <Header />
        <div className="inspector-body">
          <Timeline />
          <Planes />
          <PipelineTable />
          <BufferTable />
        </div>
      </aside>
    </>
  )
}

function Header() {
  const { store, session, inspector } = useView()
  const dock = useViewState((state) => state.settings.inspectorDock)
  const flashes = useViewState((state) => state.flashesDamage)
  const hasPicture = useViewState(canShoot)
  const copy = async () => {
    try {
      const text = inspectionText(store.getState(), inspector.state.getState())
      await navigator.clipboard.writeText(text)
      session.toast({ kind: 'done', title: 'Report copied', detail: '', reveal: false })
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      session.toast({ kind: 'failed', title: 'Cannot copy the report', detail, reveal: false })
    }
  }
  const other = dock === 'right' ? 'bottom' : 'right'
  return (
    <header className="inspector-head">
      <h2>Inspector</h2>
      <button
        type="button"
        className="button-small"
        aria-pressed={flashes}
        title="Light up what changes on the picture"
        onClick={() => store.setState({ flashesDamage: !flashes })}
      >
        Flash
      </button>
      <button
        type="button"
        className="button-small"
        title="Copy all of this as text"
        onClick={() => void copy()}
      >
        Copy
      </button>
      <button
        type="button"
        className="button-small"
        disabled={!hasPicture}
        title="Save the planes as they are"
        onClick={() => store.setState({ saving: { plane: 'all', as: 'dump' } })}
      >
        Dump…
      </button>
      <button
        type="button"
        className="button-icon"
        aria-label={`Move the inspector to the ${other}`}
        title={`To the ${other}`}
        onClick={() => void session.change({ inspectorDock: other })}
      >
        <Icon name={dock === 'right' ? 'dockBottom' : 'dockRight'} />
      </button>
      <button
        type="button"
        className="button-icon"
        aria-label="Close the inspector"
        title="Close (Esc)"
        onClick={() => store.setState({ inspects: false })}
      >
        <Icon name="close" />
      </button>
    </header>
  )
}

/** Main's newest word on each plane; before it spoke, what the window knows anyway. */
function Planes() {
  const facts = useInspector((state) => state.facts)
  const known = useViewState((state) => state.statuses)
  const statuses = facts?.statuses ?? known
  return (
    <div className="planes">
      {statuses.length === 0 && <p className="quiet">The source has not told of any plane yet.</p>}
      {statuses.map((status) => (
        <PlaneCard key={status.kind} status={status} />
      ))}
    </div>
  )
}
