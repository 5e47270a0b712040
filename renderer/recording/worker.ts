// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../core/assert-never.ts'
import { openVideoEncoder } from './open-encoder.ts'
import { openWebglReader } from './open-reader.ts'
import { pageClock, pictureBroken, RecordingEngine } from './recording-engine.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

// Encodes beside the page, so that the live picture does not wait for it.

/** The worker's own end; the page's types have no name for it. */
type Scope = {
  postMessage(message: FromWorker, transfer?: readonly Transferable[]): void
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null
}
const scope = globalThis as unknown as Scope

let engine: RecordingEngine | undefined

scope.onmessage = ({ data }) => {
  try {
    hear(data)
  } catch (error) {
    scope.postMessage({ kind: 'failed', failure: pictureBroken(error) })
  }
}

function hear(message: ToWorker): void {
  switch (message.kind) {
    case 'start':
      engine = new RecordingEngine(
        message.wish,
        {
          begun: (container, size) => scope.postMessage({ kind: 'begun', container, size }),
          piece: (piece, track) =>
            scope.postMessage({ kind: 'piece', piece, track }, [piece.bytes.buffer as ArrayBuffer]),
          // Only a recording without a window ends by itself.
          over: () => {},
          failed: (failure) => scope.postMessage({ kind: 'failed', failure }),
        },
        openVideoEncoder,
        pageClock,
        openWebglReader,
      )
      break
    case 'frame':
      engine?.take(message.frame, message.payload)
      scope.postMessage({ kind: 'took', seq: message.frame.seq })
      break
    case 'key':
      engine?.requestKey()
      break
    case 'rest':
      if (engine) engine.resting = message.on
      break
    case 'hold':
      if (engine) engine.held = message.on
      break
    case 'settle':
      void engine?.settle().then(() => scope.postMessage({ kind: 'settled', id: message.id }))
      break
    default:
      assertNever(message)
  }
}
