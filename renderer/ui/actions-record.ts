// SPDX-License-Identifier: GPL-2.0-or-later
import { REPLAY_SECONDS } from '../recording/recording-state.ts'
import type { ViewState } from '../store.ts'
import { type Action, always } from './action.ts'

const isRunning = ({ recording }: ViewState): boolean => recording.kind !== 'idle'

function noPicture({ picture, closed }: ViewState): string | undefined {
  return picture && !closed ? undefined : 'There is no picture'
}

function replayObjection({ replay }: ViewState): string | undefined {
  if (!replay.isKept) return 'Instant replay is off'
  if (replay.isSaving) return 'It is being saved'
  return replay.seconds > 0 ? undefined : 'Nothing was kept yet'
}

/** What is done with the picture as it moves. */
export const recordActions: readonly Action[] = [
  {
    id: 'record',
    label: (state) => (isRunning(state) ? 'Stop recording' : 'Start recording'),
    line: (state) => (isRunning(state) ? 'Stop' : 'Start'),
    group: 'record',
    section: 'recording',
    keys: ['Ctrl+Shift+R'],
    isOffered: always,
    objection: (state) => {
      if (state.recording.kind === 'saving') return 'It is being saved'
      return isRunning(state) ? undefined : noPicture(state)
    },
    run: ({ recorder }) => void recorder.toggle(),
  },
  {
    id: 'record:pause',
    label: ({ recording }) =>
      recording.kind === 'paused' ? 'Resume recording' : 'Pause recording',
    line: ({ recording }) => (recording.kind === 'paused' ? 'Resume' : 'Pause'),
    group: 'record',
    section: 'recording',
    isOffered: always,
    objection: ({ recording }) => {
      const canPause = recording.kind === 'recording' || recording.kind === 'paused'
      return canPause ? undefined : 'Nothing is being recorded'
    },
    run: ({ recorder, store }) => {
      if (store.getState().recording.kind === 'paused') recorder.resume()
      else void recorder.pause()
    },
  },
  {
    id: 'record:replay',
    label: `Save the last ${REPLAY_SECONDS} seconds`,
    group: 'record',
    section: 'replay',
    keys: ['Ctrl+Shift+E'],
    isOffered: always,
    objection: replayObjection,
    run: ({ recorder }) => void recorder.saveReplay(),
  },
  {
    id: 'record:keep',
    label: `Instant replay: keep the last ${REPLAY_SECONDS} seconds`,
    line: 'Instant replay',
    group: 'record',
    section: 'replay',
    stays: true,
    isOffered: always,
    isOn: ({ settings }) => settings.keepsReplay,
    run: ({ store, session }) => {
      const { keepsReplay } = store.getState().settings
      void session.change({ keepsReplay: !keepsReplay })
    },
  },
  {
    id: 'record:cursor',
    label: 'Recordings with cursor',
    line: 'With cursor',
    group: 'record',
    section: 'files',
    stays: true,
    isOffered: always,
    isOn: ({ settings }) => settings.recordingCursor,
    run: ({ store, session }) => {
      const { recordingCursor } = store.getState().settings
      void session.change({ recordingCursor: !recordingCursor })
    },
  },
  {
    id: 'record:folder',
    label: 'Open recording folder',
    line: 'Open folder',
    group: 'record',
    section: 'files',
    isOffered: ({ closed }) => !closed,
    run: ({ recorder }) => void recorder.reveal(),
  },
]
