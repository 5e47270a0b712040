// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Size } from '../../core/geometry.ts'
import type { Bridge } from '../../core/protocol.ts'
import type { RecordingContainer, RecordingPiece, RecordingTrack } from '../../core/recording.ts'
import type { Session } from '../session.ts'
import type { Store } from '../store.ts'
import { sentence } from '../ui/sentence.ts'
import { EncodingWorker } from './encoding-worker.ts'
import type { EngineWish } from './recording-engine.ts'
import { RecordingOutlet } from './recording-outlet.ts'
import { REPLAY_SECONDS } from './recording-state.ts'
import { RecordingTake } from './recording-take.ts'
import { ReplayBuffer } from './replay-buffer.ts'

/** Bytes that an instant replay may hold. */
const REPLAY_BYTES = 96 * 2 ** 20

/** A recording that a person started. */
type Running = { readonly take: RecordingTake; outlet: RecordingOutlet | undefined }

/**
 * Records what the window shows, and keeps the last seconds of it when a person wants that. Both live
 * on one encoding, which runs as long as one of them does.
 */
export class Recorder implements Disposable {
  readonly #bridge: Bridge
  readonly #store: Store
  readonly #session: Session
  readonly #owned = new DisposableStack()
  readonly #replay = new ReplayBuffer({ seconds: REPLAY_SECONDS, bytes: REPLAY_BYTES })
  #encoding: EncodingWorker | undefined
  /** What the encoding makes; undefined until its first picture. */
  #made: { readonly container: RecordingContainer; readonly size: Size } | undefined
  #track: RecordingTrack | undefined
  #wish: EngineWish | undefined
  #running: Running | undefined

  constructor(bridge: Bridge, store: Store, session: Session) {
    this.#bridge = bridge
    this.#store = store
    this.#session = session
    this.#owned.defer(store.subscribe(() => this.#keepReplay()))
    this.#owned.defer(bridge.onClosed(() => this.#drop()))
    const visible = () => this.#encoding && bridge.tell('view:visible', true)
    document.addEventListener('visibilitychange', visible)
    this.#owned.defer(() => document.removeEventListener('visibilitychange', visible))
    this.#owned.defer(() => this.#drop())
  }

  /** Starts a recording, or completes the one that runs. */
  async toggle(): Promise<void> {
    if (this.#running) await this.stop()
    else this.#start()
  }

  /** Leaves out what happens until {@link resume}. */
  async pause(): Promise<void> {
    const { take } = this.#running ?? {}
    if (!take || take.paused) return
    this.#show('paused')
    await this.#encoding?.settle()
    take.pause()
    this.#rest()
  }

  resume(): void {
    const { take } = this.#running ?? {}
    if (!take?.paused) return
    take.resume()
    this.#show('recording')
    this.#rest()
    this.#encoding?.requestKey()
  }

  /** Completes the recording and says where it is. */
  async stop(): Promise<void> {
    const running = this.#running
    if (!running || this.#store.getState().recording.kind === 'saving') return
    this.#show('saving')
    if (!running.take.paused) await this.#encoding?.settle()
    if (this.#running !== running) return
    this.#running = undefined
    this.#release()
    if (running.outlet) await this.#complete(running.outlet, () => 'Recording saved')
    else this.#store.setState({ recording: { kind: 'idle' } })
  }

  /** Saves what was shown in the last seconds. */
  async saveReplay(): Promise<void> {
    if (this.#store.getState().replay.isSaving) return
    await this.#encoding?.settle()
    const kept = this.#replay.take()
    if (!kept || !this.#made) return
    this.#setReplay({ isSaving: true })
    const outlet = new RecordingOutlet(this.#bridge, this.#made.container, true)
    for (const piece of kept.pieces) outlet.add(piece, kept.track)
    await this.#complete(outlet, (seconds) => {
      return seconds === 1 ? 'Last second saved' : `Last ${seconds} seconds saved`
    })
    this.#setReplay({ isSaving: false })
  }

  /** Opens the folder of the recordings. */
  async reveal(): Promise<void> {
    const shown = await this.#bridge.call('record:reveal').catch(() => undefined)
    if (shown?.ok === false) this.#tell(shown.failure)
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  #start(): void {
    const { picture } = this.#store.getState()
    if (!picture) return
    // A replay that began at another size goes on at that of the recording.
    const isOther =
      this.#made &&
      (this.#made.size.width !== picture.width || this.#made.size.height !== picture.height)
    if (isOther) this.#drop()
    this.#running = { take: new RecordingTake(), outlet: undefined }
    this.#store.setState({ recording: { kind: 'recording', seconds: 0, bytes: 0 } })
    if (this.#encoding) this.#encoding.requestKey()
    else this.#encode()
    if (this.#made) this.#openFile(this.#made.container)
  }

  #keepReplay(): void {
    const { settings, closed, picture } = this.#store.getState()
    const isWanted = settings.keepsReplay && !closed
    // What is kept was made by other settings; a recording goes on as it began.
    const isOther = this.#encoding && !this.#running && !sameWish(this.#wish, this.#wished())
    if (isOther) this.#drop()
    if (isWanted && !this.#encoding && picture) this.#encode()
    if (isWanted !== this.#store.getState().replay.isKept) {
      this.#setReplay({ isKept: isWanted, seconds: 0 })
      if (!isWanted) this.#replay.clear()
      this.#release()
    }
  }

  #wished(): EngineWish {
    const { recordingCodec, recordingRate, recordingCursor } = this.#store.getState().settings
    return {
      codec: recordingCodec === 'auto' ? null : recordingCodec,
      container: null,
      framesPerSecond: recordingRate,
      cursor: recordingCursor,
      seconds: null,
    }
  }

  #encode(): void {
    this.#wish = this.#wished()
    this.#encoding = new EncodingWorker(this.#bridge, this.#wish, {
      begun: (container, size) => {
        this.#made = { container, size }
        if (this.#running) this.#openFile(container)
      },
      piece: (piece, track) => this.#hear(piece, track),
      failed: (failure) => this.#broken(failure),
    })
    if (document.hidden) this.#bridge.tell('view:visible', true)
  }

  #openFile(container: RecordingContainer): void {
    if (!this.#running || this.#running.outlet) return
    this.#running.outlet = new RecordingOutlet(this.#bridge, container, false, {
      grown: ({ bytes }) => this.#grown(bytes),
      held: (isHeld) => {
        if (this.#encoding) this.#encoding.held = isHeld
      },
      failed: (failure) => this.#ended(failure),
    })
  }

  #hear(piece: RecordingPiece, track: RecordingTrack | undefined): void {
    if (track) this.#track = track
    if (this.#store.getState().replay.isKept) {
      this.#replay.add(piece, track ?? this.#track)
      this.#setReplay({ seconds: Math.floor(this.#replay.seconds) })
    }
    const own = this.#running?.take.add(piece)
    if (own) this.#running?.outlet?.add(own, this.#track)
  }

  #grown(bytes: number): void {
    const { recording } = this.#store.getState()
    const seconds = Math.floor((this.#running?.take.lengthUs ?? 0) / 1e6)
    if (recording.kind !== 'recording' && recording.kind !== 'paused') return
    this.#store.setState({ recording: { kind: recording.kind, seconds, bytes } })
  }

  #show(kind: 'recording' | 'paused' | 'saving'): void {
    const { recording } = this.#store.getState()
    const { seconds, bytes } = recording.kind === 'idle' ? { seconds: 0, bytes: 0 } : recording
    this.#store.setState({ recording: { kind, seconds, bytes } })
  }

  /** Nobody needs the encoding while the only recording is paused. */
  #rest(): void {
    const { isKept } = this.#store.getState().replay
    if (this.#encoding) this.#encoding.resting = this.#running?.take.paused === true && !isKept
  }

  /** Ends the encoding when nobody uses it any more. */
  #release(): void {
    if (this.#running || this.#store.getState().replay.isKept) this.#rest()
    else this.#drop()
  }

  #drop(): void {
    this.#encoding?.[Symbol.dispose]()
    this.#encoding = undefined
    this.#made = undefined
    this.#track = undefined
    this.#replay.clear()
    if (document.hidden) this.#bridge.tell('view:visible', false)
  }

  async #complete(outlet: RecordingOutlet, title: (seconds: number) => string): Promise<void> {
    const finished = await outlet.finish()
    const { recording } = this.#store.getState()
    if (recording.kind === 'saving') this.#store.setState({ recording: { kind: 'idle' } })
    if (!finished.ok) {
      this.#tell(finished.failure)
      return
    }
    const { path, seconds } = finished.value
    const words = title(Math.round(seconds))
    this.#session.toast({ kind: 'done', title: words, detail: path, reveal: 'recordings' })
  }

  /** The encoding ended by itself: what came until then is completed. */
  #broken(failure: Failure): void {
    const outlet = this.#running?.outlet
    this.#ended(failure)
    void outlet?.finish()
    if (this.#store.getState().settings.keepsReplay)
      void this.#session.change({ keepsReplay: false })
  }

  /** The file cannot grow any more. */
  #ended(failure: Failure): void {
    this.#running = undefined
    this.#store.setState({ recording: { kind: 'idle' } })
    this.#tell(failure)
    this.#release()
  }

  #tell(failure: Failure): void {
    const title = sentence(failure.what).replace(/\.$/, '')
    const detail = sentence(`${failure.why}. ${failure.remedy}`)
    this.#session.toast({ kind: 'failed', title, detail, reveal: false })
  }

  #setReplay(change: Partial<ReturnType<Store['getState']>['replay']>): void {
    const { replay } = this.#store.getState()
    const next = { ...replay, ...change }
    const isSame = Object.entries(next).every(([name, value]) => replay[name as never] === value)
    if (!isSame) this.#store.setState({ replay: next })
  }
}

function sameWish(a: EngineWish | undefined, b: EngineWish): boolean {
  return a?.codec === b.codec && a.framesPerSecond === b.framesPerSecond && a.cursor === b.cursor
}
