// SPDX-License-Identifier: GPL-2.0-or-later
import { Mixer, type MixerMessage } from './mixer.ts'
import { PROCESSOR } from './processor-name.ts'

// Runs in the thread that plays, which nothing of the page can hold up.

declare const sampleRate: number
declare class AudioWorkletProcessor {
  readonly port: MessagePort
}
declare function registerProcessor(name: string, made: new () => AudioWorkletProcessor): void

class GuestSoundProcessor extends AudioWorkletProcessor {
  readonly #mixer = new Mixer(sampleRate)

  constructor() {
    super()
    this.port.onmessage = ({ data }: MessageEvent<MixerMessage>) => this.#mixer.hear(data)
  }

  process(_inputs: unknown, outputs: readonly (readonly Float32Array[])[]): boolean {
    const [left, right] = outputs[0] ?? []
    if (left && right) this.#mixer.pull(left, right)
    return true
  }
}

registerProcessor(PROCESSOR, GuestSoundProcessor)
