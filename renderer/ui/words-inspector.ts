// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../core/assert-never.ts'
import type { PlaneKind, PlaneStatus } from '../../core/plane.ts'
import type { Sharing } from '../../core/protocol.ts'
import type { PlaneUpdate } from '../inspector/flip-history.ts'
import type { LaneSummary } from '../inspector/flip-summary.ts'
import type { Stage } from '../inspector/frame-meter.ts'

// What the inspector and the statistics say.

export const planeTitles: Readonly<Record<PlaneKind, string>> = {
  primary: 'Primary',
  overlay: 'Overlay',
  cursor: 'Cursor',
}

export const stageWords: Readonly<Record<Stage, { name: string; hint: string }>> = {
  source: { name: 'source', hint: 'From reading the planes to main: comparing and copying' },
  session: { name: 'session', hint: 'From main to the page and the answer back' },
  upload: { name: 'upload', hint: 'Handing the changed bytes to the graphics driver' },
  present: { name: 'present', hint: "Waiting for the display's refresh, and drawing" },
}

export const transportNames: Readonly<Record<Sharing, string>> = {
  stream: 'Stream of changes',
  'shared-memory': 'Shared memory',
  'shared-texture': 'Shared texture',
}

export const presenterNames: Readonly<Record<string, string>> = {
  webgl: 'WebGL2',
  canvas2d: '2D canvas',
}

/** What a plane does, in a word or two. */
export function planeStateWords(status: PlaneStatus): string {
  switch (status.state) {
    case 'shown':
      return 'Shown'
    case 'disabled':
      return 'Off'
    case 'absent':
      return 'None'
    case 'refused':
      return 'Cannot be shown'
    case 'stalled':
      return 'Not updating'
    default:
      return assertNever(status)
  }
}

/** What it means when nothing of a plane is known. */
export function emptyPlaneWords(state: 'disabled' | 'absent'): string {
  return state === 'disabled'
    ? 'The guest does not use this plane now.'
    : 'This source has no such plane.'
}

/** `12.3 MB`; decimal units, as file managers have them. */
export function bytesWords(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB'] as const
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** at
  return `${at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at]}`
}

/** `12.3 ms`; long times in seconds. */
export function msWords(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** `34 %` of one core. */
export function shareWords(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** One plane's flips in a sentence: the timeline for who does not see it. */
export function laneWords(lane: LaneSummary): string {
  const name = planeTitles[lane.kind]
  if (lane.flips + lane.others === 0) return `${name}: no change`
  const among = lane.buffers.length === 1 ? '1 buffer' : `${lane.buffers.length} buffers`
  return `${name}: ${lane.rate.toFixed(1)} flips/s over ${among}${pauseWords(lane)}`
}

/** The same without what its row says already. */
export function laneFigures(lane: LaneSummary): string {
  if (lane.flips + lane.others === 0) return 'No change'
  return `${lane.rate.toFixed(1)} flips/s${pauseWords(lane)}`
}

function pauseWords({ others, longestMs }: LaneSummary): string {
  const more = others === 0 ? '' : `, ${others} other change${others === 1 ? '' : 's'}`
  return `${more}, longest pause ${msWords(longestMs)}`
}

/** One update of a plane, for the line below the timeline. */
export function updateWords(update: PlaneUpdate, nowMs: number): string {
  const { kind, seq, identity, isFlip, damaged, share, atMs } = update
  const ago = `${((atMs - nowMs) / 1000).toFixed(3)} s`.replace('-', '−')
  const what = isFlip ? `flip to ${identity}` : `in ${identity}`
  const changed =
    damaged === 0 ? 'no pixels changed' : `${damaged} pixels changed (${percentWords(share)})`
  return [planeTitles[kind], ago, `frame ${seq}`, what, changed].join(' · ')
}

/** `0.04 %`: small parts keep a digit that says something. */
function percentWords(share: number): string {
  const percent = share * 100
  if (percent >= 10) return `${Math.round(percent)} %`
  return `${percent >= 1 ? percent.toFixed(1) : percent.toPrecision(1)} %`
}

/** How a source reaches pixels. */
export const accessWords: Readonly<Record<string, string>> = {
  'dma-buf': 'dma-buf: the guest’s own buffers',
  region: 'Region: a copy that the device keeps',
  memfd: 'Shared memory of the producer',
  file: 'File',
  dbus: 'D-Bus: sent by QEMU',
}
