// SPDX-License-Identifier: GPL-2.0-or-later

// Between sound that comes in bursts, by the guest's clock, and a device that takes it evenly by its
// own. No Web Audio here: the worklet pulls, tests pull by a clock of theirs.

/** Sound kept back at first, seconds: what the road from the guest may hesitate. */
export const TARGET = 0.06
/** A road that hesitates longer gets more, up to this, seconds. */
const MOST_TARGET = 0.12
const MORE = 0.03
/** After so long without a gap a little less is tried again, seconds. */
const CALM = 20
const LESS = 0.01
/** More than this is never kept, seconds: the oldest is left out. */
export const LIMIT = 0.18
/** Gaps and cuts are blended over this, seconds. */
const FADE = 0.005
/** What one push adds at most, seconds; the rest of it would be left out at once. */
const MOST_PUSH = LIMIT
/** Room for what is kept, one push more, and the blend out of what is left out. */
const ROOM = LIMIT + MOST_PUSH + 4 * FADE
/** How soon the measured level follows, seconds. */
const SETTLE = 1
/** Clocks that differ are followed by playing this much faster or slower at most. */
const MOST_BEND = 0.01
/** Part of the rate that a level twice the target adds. */
const STIFFNESS = 0.02
/** Samples around a place that its value is made of. */
const BEFORE = 1
const BEHIND = 2

/** What happened so far; both are blended and neither is heard as a click. */
export type BufferFaults = {
  /** Silence, because nothing was there. */
  gaps: number
  /** Sound left out, because too much was there. */
  cuts: number
}

/** One stereo stream: pushed at one rate, pulled at another. */
export class JitterBuffer {
  readonly faults: BufferFaults = { gaps: 0, cuts: 0 }
  readonly #rate: number
  readonly #outRate: number
  readonly #left: Float32Array
  readonly #right: Float32Array
  /** Frames pushed since the start. */
  #written = 0
  /** Place of the next frame to be pulled, in frames pushed; between two of them most of the time. */
  #place = 0
  /** Where the sound goes on that was left out, while it is blended out. */
  #cut: { place: number; weight: number } | undefined
  #isPlaying = false
  #hasEnded = false
  #loudness = 0
  #target = TARGET
  /** Seconds of waiting for the target, or of playing without a gap. */
  #since = 0
  #level = TARGET

  /** @param rate frames per second pushed; `outRate` frames per second pulled */
  constructor(rate: number, outRate: number) {
    this.#rate = rate
    this.#outRate = outRate
    const room = Math.ceil(ROOM * rate) + BEFORE + BEHIND
    this.#left = new Float32Array(room)
    this.#right = new Float32Array(room)
  }

  /** Sound that waits, seconds. */
  get latency(): number {
    return (this.#written - this.#place) / this.#rate
  }

  /** True when it was ended and all of it was pulled. */
  get isDone(): boolean {
    return this.#hasEnded && !this.#isPlaying && this.#framesLeft() <= 0
  }

  /** Nothing more will be pushed; what waits is still played. */
  end(): void {
    this.#hasEnded = true
  }

  /** Adds frames, -1 to 1, both channels of the same length. */
  push(left: Float32Array, right: Float32Array): void {
    const from = Math.max(0, left.length - Math.floor(MOST_PUSH * this.#rate))
    for (let at = from; at < left.length; at += 1) {
      const index = this.#written % this.#left.length
      this.#left[index] = left[at] ?? 0
      this.#right[index] = right[at] ?? 0
      this.#written += 1
    }
    if (from > 0 || this.latency > LIMIT) this.#leaveOut()
  }

  /** Adds what is due to both channels, and moves on. */
  pull(left: Float32Array, right: Float32Array, volume = 1): void {
    this.#steer(left.length / this.#outRate)
    const step = (this.#rate / this.#outRate) * (1 + this.#bend())
    const fade = FADE * this.#outRate
    for (let at = 0; at < left.length && this.#isPlaying; at += 1) {
      const framesLeft = this.#framesLeft() / step
      this.#loudness = Math.min(this.#loudness + 1 / fade, 1, framesLeft / fade)
      if (framesLeft <= 0) this.#runDry()
      else {
        const loud = this.#loudness * volume
        left[at] = (left[at] ?? 0) + loud * this.#sample(this.#left)
        right[at] = (right[at] ?? 0) + loud * this.#sample(this.#right)
        this.#move(step, fade)
      }
    }
  }

  /** Frames that can be played; a frame's neighbours must be there too. */
  #framesLeft(): number {
    return this.#written - BEHIND - this.#place
  }

  #steer(seconds: number): void {
    this.#since += seconds
    if (this.#isPlaying) {
      this.#level += (this.latency - this.#level) * Math.min(1, seconds / SETTLE)
      if (this.#since < CALM) return
      this.#target = Math.max(TARGET, this.#target - LESS)
      this.#since = 0
      return
    }
    const waits = this.#framesLeft() > 0
    if (!waits) this.#since = 0
    // A sound shorter than the target is not kept for ever.
    if (waits && (this.latency >= this.#target || this.#since > this.#target || this.#hasEnded)) {
      this.#isPlaying = true
      this.#loudness = 0
      this.#since = 0
      this.#level = this.latency
    }
  }

  /** How much faster than by its own rate it is played, so that the level returns to the target. */
  #bend(): number {
    const bend = ((this.#level - this.#target) / this.#target) * STIFFNESS
    return Math.max(-MOST_BEND, Math.min(bend, MOST_BEND))
  }

  #runDry(): void {
    this.#isPlaying = false
    this.#cut = undefined
    this.#since = 0
    if (this.#hasEnded) return
    this.faults.gaps += 1
    this.#target = Math.min(MOST_TARGET, this.#target + MORE)
  }

  /** Goes on at the target; what was about to be played is blended out. */
  #leaveOut(): void {
    if (this.#isPlaying && !this.#cut) this.faults.cuts += 1
    const old = this.#cut?.place ?? this.#place
    const oldest = this.#written - this.#left.length + BEFORE
    this.#place = this.#written - Math.floor(this.#target * this.#rate)
    this.#level = this.#target
    if (!this.#isPlaying) return
    const weight = this.#cut?.weight ?? 1
    const lasts = old >= oldest && old + FADE * this.#rate * 2 + BEHIND < this.#written
    this.#cut = lasts ? { place: old, weight } : undefined
    if (!lasts) this.#loudness = 0
  }

  #move(step: number, fade: number): void {
    this.#place += step
    const cut = this.#cut
    if (!cut) return
    cut.place += step
    cut.weight -= 1 / fade
    if (cut.weight <= 0) this.#cut = undefined
  }

  #sample(channel: Float32Array): number {
    const here = at(channel, this.#place)
    const cut = this.#cut
    return cut ? here + (at(channel, cut.place) - here) * cut.weight : here
  }
}

/** The value between samples: Catmull and Rom's cubic through the four around it. */
function at(channel: Float32Array, place: number): number {
  const whole = Math.floor(place)
  const part = place - whole
  const length = channel.length
  const before = channel[(whole - BEFORE + length) % length] ?? 0
  const here = channel[whole % length] ?? 0
  const next = channel[(whole + 1) % length] ?? 0
  const behind = channel[(whole + BEHIND) % length] ?? 0
  const bow = 2 * before - 5 * here + 4 * next - behind
  const tension = 3 * (here - next) + behind - before
  return here + 0.5 * part * (next - before + part * (bow + part * tension))
}
