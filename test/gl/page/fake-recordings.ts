// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import type { Calls } from '../../../core/protocol.ts'
import type {
  RecordingContainer,
  RecordingFigures,
  RecordingPiece,
  RecordingTrack,
} from '../../../core/recording.ts'

/** What main got of one recording. */
export type FakeRecording = {
  readonly container: RecordingContainer
  readonly path: string
  readonly pieces: RecordingPiece[]
  track: RecordingTrack | null
}

type Answers = {
  [N in keyof Calls as N extends `record:${string}` ? N : never]: (
    ...args: Parameters<Calls[N]>
  ) => unknown
}

/** The recordings that main keeps, played by a test. */
export type FakeRecordings = {
  /** By id less one. */
  readonly list: FakeRecording[]
  /** What `record:write` answers from now on instead of success. */
  failure: Failure | undefined
  readonly answers: Answers
}

export const fakeRecordings: FakeRecordings = {
  list: [],
  failure: undefined,
  answers: {
    'record:wish': () => null,
    'record:start': ({ container, replay }) => {
      const id = fakeRecordings.list.length + 1
      const path = `/home/ada/Videos/${replay ? 'Replay' : 'Recording'}-${id}.part.${container}`
      fakeRecordings.list.push({ container, path, pieces: [], track: null })
      return { ok: true, value: { id, path } }
    },
    'record:write': (id, pieces, track) => {
      const { failure, list } = fakeRecordings
      if (failure) return { ok: false, failure }
      const recording = list[id - 1]
      if (track && recording) recording.track = track
      recording?.pieces.push(...pieces)
      return { ok: true, value: figures(id) }
    },
    'record:close': (id) => {
      const path = fakeRecordings.list[id - 1]?.path.replace('.part', '') ?? ''
      return { ok: true, value: { ...figures(id), path } }
    },
    'record:reveal': () => ({ ok: true, value: undefined }),
  },
}

function figures(id: number): RecordingFigures {
  const pieces = fakeRecordings.list[id - 1]?.pieces ?? []
  const last = pieces.at(-1)
  return {
    bytes: pieces.reduce((sum, piece) => sum + piece.bytes.length, 0),
    frames: pieces.length,
    seconds: last ? (last.timestampUs + last.durationUs) / 1e6 : 0,
  }
}
