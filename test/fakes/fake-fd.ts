// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd } from '../../native-shim/api.ts'

/** What descriptors of one file have in common. */
export type FakeFile = { readonly link: string; readonly size: number; open: number }

/** A descriptor of a file that exists in a test alone; its file counts those that are open. */
export class FakeFd implements Fd {
  readonly file: FakeFile
  readonly number: number
  #isOpen = true
  static #next = 100

  constructor(file: FakeFile) {
    this.file = file
    this.number = FakeFd.#next++
    file.open += 1
  }

  static dmabuf(size: number): FakeFd {
    return new FakeFd({ link: '/dmabuf:', size, open: 0 })
  }

  dup(): Fd {
    this.#check()
    return new FakeFd(this.file)
  }

  release(): number {
    this.#check()
    this.#isOpen = false
    return this.number
  }

  size(): number {
    this.#check()
    return this.file.size
  }

  link(): string {
    this.#check()
    return this.file.link
  }

  identity(): string {
    return String(this.number)
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) this.file.open -= 1
    this.#isOpen = false
  }

  #check(): void {
    if (!this.#isOpen) throw new Error('descriptor is closed or given away')
  }
}
