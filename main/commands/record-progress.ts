// SPDX-License-Identifier: GPL-2.0-or-later
import type { RecordingFigures } from '../../core/recording.ts'
import type { Writer } from '../command.ts'

/** Between two lines of progress, ms. */
const STEP_MS = 500

/** `12.3 s, 369 frames, 4.1 MB` */
export function figuresText({ seconds, frames, bytes }: RecordingFigures): string {
  return `${seconds.toFixed(1)} s, ${frames} frames, ${(bytes / 1e6).toFixed(1)} MB`
}

/** One line on a terminal that says how far a recording is. Nothing where nobody reads along. */
export class Progress implements AsyncDisposable {
  readonly #writer: Writer
  readonly #nowMs: () => number
  #shownMs = Number.NEGATIVE_INFINITY
  #writing: Promise<void> = Promise.resolve()
  #width = 0

  constructor(writer: Writer, nowMs: () => number = () => performance.now()) {
    this.#writer = writer
    this.#nowMs = nowMs
  }

  show(figures: RecordingFigures): void {
    const now = this.#nowMs()
    if (!this.#writer.isTerminal || now < this.#shownMs + STEP_MS) return
    this.#shownMs = now
    const text = figuresText(figures)
    this.#put(`\r${text.padEnd(this.#width)}`)
    this.#width = text.length
  }

  /** Leaves an empty line to whoever writes next. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#width > 0) this.#put(`\r${' '.repeat(this.#width)}\r`)
    this.#width = 0
    await this.#writing
  }

  #put(text: string): void {
    // A terminal that is gone is no reason to end a recording.
    this.#writing = this.#writing.then(() => this.#writer.write(text)).catch(() => {})
  }
}
