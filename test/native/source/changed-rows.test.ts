// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { FrameWriter } from '../../../main/source/frame-writer.ts'
import { systemClock } from '../../../main/source/poller.ts'
import { ConsolePlanes } from '../../../main/source/qemu/listener.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

const XRGB = 0x2002_0888
const [width, height, stride] = [64, 256, 256]

/** A console of 64 × 256 pixels and who writes its frames. */
class Console implements Disposable {
  readonly planes = new ConsolePlanes(
    shim,
    systemClock,
    () => {},
    () => {},
  )
  readonly #writer = new FrameWriter(shim, () => 0)

  scanout(byte: number): void {
    const bytes = new Uint8Array(stride * height).fill(byte)
    this.planes.scanout(width, height, stride, XRGB, bytes)
  }

  update(y: number, rows: number, byte: number): void {
    const bytes = new Uint8Array(stride * rows).fill(byte)
    this.planes.update([0, y, width, rows], stride, XRGB, bytes)
  }

  map(fd: Fd): void {
    this.planes.scanoutMap(fd.dup(), 0, width, height, stride, XRGB)
  }

  /** Reads without writing, as somebody does who nobody looks at. */
  read(): void {
    this.#writer.note(this.planes.readings())
  }

  /** The rows of the next frame that changed, in cells of 64. */
  frame(): readonly (readonly [number, number])[] {
    const readings = this.planes.readings()
    this.#writer.note(readings)
    const { written } = this.#writer.write(readings)
    const rects = written?.frame.damage.flatMap((damage) => damage.rects) ?? []
    return rects.map(({ y, height: rows }) => [y, rows] as const)
  }

  [Symbol.dispose](): void {
    this.planes[Symbol.dispose]()
    this.#writer[Symbol.dispose]()
  }
}

describe('a console that tells which rows changed', () => {
  it('is read there, and everywhere at first', () => {
    using console = new Console()
    console.scanout(1)
    expect(console.frame()).toEqual([[0, 256]])
    console.update(70, 1, 2)
    expect(console.frame()).toEqual([[64, 64]])
    expect(console.frame()).toEqual([])
  })

  it('loses no rows that were told while nobody looked', () => {
    using console = new Console()
    console.scanout(1)
    console.frame()
    console.update(200, 5, 2)
    console.read()
    console.update(0, 1, 3)
    console.read()
    console.read()
    expect(console.frame()).toEqual([
      [0, 64],
      [192, 64],
    ])
  })

  it('is read everywhere after a whole picture', () => {
    using console = new Console()
    console.scanout(1)
    console.frame()
    console.update(3, 1, 2)
    console.scanout(4)
    expect(console.frame().reduce((sum, [, rows]) => sum + rows, 0)).toBe(256)
  })

  it('is read in a shared map where the update lies, and everywhere after a flip', () => {
    using console = new Console()
    using one = shim.createMemfd('one', stride * height)
    using other = shim.createMemfd('other', stride * height)
    using memory = shim.map(one, 0, stride * height, true)
    console.map(one)
    console.frame()
    memory.write(0, Uint8Array.of(9))
    memory.write(stride * 100, Uint8Array.of(9))
    console.planes.updateMap([0, 100, 64, 1])
    expect(console.frame()).toEqual([[64, 64]])
    console.map(other)
    console.frame()
    console.map(one)
    expect(console.frame()).toEqual([[0, 64]])
  })

  it('is not confused by rows that it does not have', () => {
    using console = new Console()
    using fd = shim.createMemfd('one', stride * height)
    using memory = shim.map(fd, 0, stride * height, true)
    console.map(fd)
    console.frame()
    memory.write(0, Uint8Array.of(9))
    for (const [y, rows] of [
      [-100, 50],
      [2 ** 31 - 1, 2 ** 31 - 1],
      [-(2 ** 31), 1],
      [5, -5],
    ] as const) {
      console.planes.updateMap([0, y, 64, rows])
      console.frame()
    }
    console.planes.updateMap([0, -1, 64, 2 ** 31 - 1])
    expect(console.frame().length).toBeLessThanOrEqual(1)
  })
})
