// SPDX-License-Identifier: GPL-2.0-or-later
import type { MixerMessage } from './mixer.ts'
import { PROCESSOR, WORKLET } from './processor-name.ts'

/** Nothing came for so long: the device is let go until something comes, ms. */
const REST_MS = 3000
/** A device that does not begin within this time waits for a gesture, ms; sound until then is lost. */
const START_MS = 1000

/** Plays sound on the desktop's device. One for as long as somebody listens. */
export class Player implements Disposable {
  readonly #context: AudioContext
  readonly #ready: Promise<AudioWorkletNode | undefined>
  readonly #owned = new DisposableStack()
  #node: AudioWorkletNode | undefined
  #rest: ReturnType<typeof setTimeout> | undefined
  #askedAtMs: number | undefined

  /**
   * @param rate samples per second of the guest: the device's own when the browser lets it
   * @param failed hears why there will be no sound; at most once
   */
  constructor(rate: number, failed: (why: string) => void) {
    this.#context = new AudioContext({ sampleRate: rate, latencyHint: 'interactive' })
    this.#owned.defer(() => void this.#context.close().catch(() => {}))
    this.#owned.defer(() => clearTimeout(this.#rest))
    // A browser that was told to wait for a gesture gets one sooner or later.
    const gesture = () => this.#wake()
    for (const name of ['pointerdown', 'keydown'] as const) {
      window.addEventListener(name, gesture, { capture: true, passive: true })
      this.#owned.defer(() => window.removeEventListener(name, gesture, { capture: true }))
    }
    this.#ready = this.#load().catch((error: unknown) => {
      if (!this.#owned.disposed) failed(error instanceof Error ? error.message : String(error))
      return undefined
    })
    this.#wake()
  }

  /** What the device plays at; tests look at it through this. */
  get output(): Promise<AudioWorkletNode | undefined> {
    return this.#ready
  }

  tell(message: MixerMessage): void {
    if (message.kind === 'sound') this.#wake()
    const isLate = this.#askedAtMs !== undefined && performance.now() - this.#askedAtMs > START_MS
    if (message.kind === 'sound' && isLate) return
    const transfer = message.kind === 'sound' ? [message.left.buffer, message.right.buffer] : []
    this.#node?.port.postMessage(message, transfer)
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  async #load(): Promise<AudioWorkletNode | undefined> {
    await this.#context.audioWorklet.addModule(new URL(WORKLET, document.baseURI))
    if (this.#owned.disposed) return undefined
    const node = new AudioWorkletNode(this.#context, PROCESSOR, {
      numberOfInputs: 0,
      outputChannelCount: [2],
    })
    node.connect(this.#context.destination)
    this.#node = node
    return node
  }

  /** Begins to play, if that is not so; rests when nothing more comes. */
  #wake(): void {
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => void this.#context.suspend(), REST_MS)
    if (this.#context.state === 'running') this.#askedAtMs = undefined
    else if (this.#context.state === 'suspended') {
      this.#askedAtMs ??= performance.now()
      this.#context.resume().catch(() => {})
    }
  }
}
