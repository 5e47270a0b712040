// SPDX-License-Identifier: GPL-2.0-or-later
import './dock.css'
import './inspector.css'
import './timeline.css'
import './statistics.css'
import { InspectorPanel } from './inspector-panel.tsx'
import { StatisticsOverlay } from './statistics-overlay.tsx'

/** What looks closer at the picture: nothing of it is there until it is asked for. */
export function Inspection() {
  return (
    <>
      <StatisticsOverlay />
      <InspectorPanel />
    </>
  )
}
