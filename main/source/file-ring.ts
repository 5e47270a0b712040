// SPDX-License-Identifier: GPL-2.0-or-later

/** Frames that may be read while the next one is written: a source has two under way at most. */
const KEPT = 2
const ALIGNMENT = 4096

/** Places in a file, each beside those that were given last. The file grows to what that needs. */
export class FileRing {
  readonly #first: number
  #kept: readonly { readonly at: number; readonly end: number }[] = []

  /** @param first where places begin, bytes */
  constructor(first: number) {
    this.#first = first
  }

  /** The lowest place for so many bytes that is none of the last ones. */
  place(bytes: number): number {
    const free = [this.#first, ...this.#kept.map(({ end }) => end)]
      .toSorted((a, b) => a - b)
      .find((from) => this.#kept.every(({ at, end }) => from + bytes <= at || from >= end))
    const at = free ?? this.#first
    const end = Math.ceil((at + bytes) / ALIGNMENT) * ALIGNMENT
    this.#kept = [...this.#kept, { at, end }].slice(-KEPT)
    return at
  }
}
