// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'
import type { Bridge } from '../core/protocol.ts'
import type { RecordingWish } from '../core/recording.ts'
import { openBridge } from './bridge/bridge.ts'
import { FrameCredit } from './recording/frame-credit.ts'
import { openVideoEncoder } from './recording/open-encoder.ts'
import { openWebglReader } from './recording/open-reader.ts'
import { pageClock, pictureBroken, RecordingEngine } from './recording/recording-engine.ts'
import { RecordingOutlet } from './recording/recording-outlet.ts'

// Records without a window: nothing is drawn, frames go straight to the encoder.

const bridge = openBridge((why) => bridge.tell('log:problem', why.slice(0, 2000)))
const report = (error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  bridge.tell('log:problem', text.slice(0, 2000))
}
window.addEventListener('error', (event) => report(event.error ?? event.message))
window.addEventListener('unhandledrejection', (event) => report(event.reason))

void start(bridge)

async function start(bridge: Bridge): Promise<void> {
  await bridge.call('session:hello')
  const wish = await bridge.call('record:wish')
  if (wish) record(bridge, wish)
}

/** Records until the time is over, main wants it to end, or something breaks. */
function record(bridge: Bridge, wish: RecordingWish): void {
  let outlet: RecordingOutlet | undefined
  const failed = (failure: Failure) => bridge.tell('record:problem', failure)
  const engine = new RecordingEngine(
    wish,
    {
      begun: (container) => {
        outlet = new RecordingOutlet(bridge, container, false, {
          held: (isHeld) => {
            engine.held = isHeld
          },
          failed,
        })
      },
      piece: (piece, track) => outlet?.add(piece, track),
      over: () => void close(),
      failed,
    },
    openVideoEncoder,
    pageClock,
    openWebglReader,
  )
  const close = async () => {
    // Main hears of the end as it names the file.
    if (outlet) await outlet.finish()
    else failed(nothing)
  }
  const credit = new FrameCredit(bridge, wish.framesPerSecond)
  bridge.on('record:stop', () => void engine.finish().then(close))
  bridge.onFrame((frame, payload) => {
    try {
      engine.take(frame, payload)
    } catch (error) {
      failed(pictureBroken(error))
    }
    credit.took(frame.seq)
  })
}

const nothing: Failure = {
  code: 'nothing-recorded',
  what: 'nothing was recorded',
  why: 'no picture came',
  remedy: 'Record while the display is on',
}
