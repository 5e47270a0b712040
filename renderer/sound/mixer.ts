// SPDX-License-Identifier: GPL-2.0-or-later
import { type BufferFaults, JitterBuffer } from './jitter-buffer.ts'

/** What the page tells the thread that plays. */
export type MixerMessage =
  | {
      readonly kind: 'sound'
      readonly stream: number
      readonly rate: number
      /** Of the stream from now on, 0 to 1. */
      readonly volume: number
      readonly left: Float32Array
      readonly right: Float32Array
    }
  | { readonly kind: 'end'; readonly stream: number }

type Voice = {
  readonly rate: number
  readonly buffer: JitterBuffer
  /** Undefined once it has ended and only plays out. */
  stream: number | undefined
  volume: number
  wantedVolume: number
}

/** More than a guest has cards; the oldest gives way. */
const MOST_VOICES = 32
/** How fast a volume changes, parts of full volume per second: a jump would click. */
const TURN = 20

/** Every stream of a guest, mixed into one. */
export class Mixer {
  readonly #outRate: number
  #voices: Voice[] = []
  readonly #past: BufferFaults = { gaps: 0, cuts: 0 }

  /** @param outRate frames per second that are pulled */
  constructor(outRate: number) {
    this.#outRate = outRate
  }

  get voices(): number {
    return this.#voices.length
  }

  /** The longest that anything waits, seconds. */
  get latency(): number {
    return Math.max(0, ...this.#voices.map(({ buffer }) => buffer.latency))
  }

  get faults(): BufferFaults {
    const all = [this.#past, ...this.#voices.map(({ buffer }) => buffer.faults)]
    const sum = (name: keyof BufferFaults) => all.reduce((total, one) => total + one[name], 0)
    return { gaps: sum('gaps'), cuts: sum('cuts') }
  }

  hear(message: MixerMessage): void {
    const { stream } = message
    if (message.kind === 'end') {
      this.#end(this.#voices.find((voice) => voice.stream === stream))
      return
    }
    const { rate, volume, left, right } = message
    const voice = this.#voice(stream, rate, volume)
    voice.wantedVolume = volume
    voice.buffer.push(left, right)
  }

  /** Fills both channels, which come silent. */
  pull(left: Float32Array, right: Float32Array): void {
    const turn = (TURN * left.length) / this.#outRate
    for (const voice of this.#voices) {
      voice.volume += Math.max(-turn, Math.min(voice.wantedVolume - voice.volume, turn))
      voice.buffer.pull(left, right, voice.volume)
    }
    for (const { buffer } of this.#voices.filter(({ buffer }) => buffer.isDone)) this.#drop(buffer)
    for (let at = 0; at < left.length; at += 1) {
      left[at] = Math.max(-1, Math.min(left[at] ?? 0, 1))
      right[at] = Math.max(-1, Math.min(right[at] ?? 0, 1))
    }
  }

  /** A stream that comes at another rate is another voice; the one before plays out. */
  #voice(stream: number, rate: number, volume: number): Voice {
    const known = this.#voices.find((voice) => voice.stream === stream)
    if (known?.rate === rate) return known
    this.#end(known)
    const [oldest] = this.#voices
    if (oldest && this.#voices.length >= MOST_VOICES) this.#drop(oldest.buffer)
    const buffer = new JitterBuffer(rate, this.#outRate)
    const made: Voice = { rate, buffer, stream, volume, wantedVolume: volume }
    this.#voices.push(made)
    return made
  }

  #end(voice: Voice | undefined): void {
    if (!voice) return
    voice.buffer.end()
    voice.stream = undefined
  }

  #drop(buffer: JitterBuffer): void {
    this.#past.gaps += buffer.faults.gaps
    this.#past.cuts += buffer.faults.cuts
    this.#voices = this.#voices.filter((voice) => voice.buffer !== buffer)
  }
}
