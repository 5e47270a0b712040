// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { shim } from '../../native-shim/index.ts'
import { runChild } from './child.ts'
import { failing } from './native-error.ts'
import { expectNoLeaks } from './no-leaks.ts'
import { sharedWasmMemory } from './shared-wasm-memory.ts'

const wasmPage = 65_536

describe('mapOver', () => {
  expectNoLeaks()

  it('shows the file in the memory, both ways', () => {
    const memory = sharedWasmMemory(4)
    using fd = shim.createMemfd('over', wasmPage)
    using mapping = shim.map(fd, 0, wasmPage, true)
    using _over = shim.mapOver(memory, wasmPage, fd, 0, wasmPage, true)
    const view = new Uint8Array(memory.buffer)
    mapping.write(5, Uint8Array.of(77))
    expect(view[wasmPage + 5]).toBe(77)
    view[wasmPage + 6] = 78
    expect(mapping.copyOut(6, 1)[0]).toBe(78)
  })

  it('touches no page before or behind it', () => {
    const memory = sharedWasmMemory(3)
    const view = new Uint8Array(memory.buffer)
    view.fill(9)
    using fd = shim.createMemfd('over', 5000)
    using _over = shim.mapOver(memory, 8192, fd, 0, 5000, false)
    expect([view[8191], view[8192], view[8192 + 8191], view[8192 + 8192]]).toEqual([9, 0, 0, 9])
  })

  it('makes the pages anonymous and zero again when disposed, once or twice', () => {
    const memory = sharedWasmMemory(2)
    using fd = shim.createMemfd('over', 4096)
    using mapping = shim.map(fd, 0, 4096, true)
    mapping.write(0, Uint8Array.of(1))
    const over = shim.mapOver(memory, 4096, fd, 0, 4096, true)
    const view = new Uint8Array(memory.buffer)
    expect(view[4096]).toBe(1)
    over[Symbol.dispose]()
    over[Symbol.dispose]()
    expect(view[4096]).toBe(0)
    view[4096] = 2
    expect(mapping.copyOut(0, 1)[0]).toBe(1)
  })

  it('can be followed by another file at the same place', () => {
    const memory = sharedWasmMemory(2)
    const view = new Uint8Array(memory.buffer)
    for (let value = 1; value < 20; value += 1) {
      using fd = shim.createMemfd('next', 8192)
      using mapping = shim.map(fd, 0, 8192, true)
      mapping.write(4096, Uint8Array.of(value))
      using _over = shim.mapOver(memory, 0, fd, 4096, 4096, false)
      expect(view[0]).toBe(value)
    }
  })

  it('refuses pages that are mapped over already', () => {
    const memory = sharedWasmMemory(2)
    using fd = shim.createMemfd('over', 8192)
    using _over = shim.mapOver(memory, 8192, fd, 0, 8192, false)
    for (const offset of [4096, 8192, 12_288]) {
      expect(() => shim.mapOver(memory, offset, fd, 0, 8192, false)).toThrow(
        failing('EEXIST', 'mmap'),
      )
    }
    using _before = shim.mapOver(memory, 0, fd, 0, 8192, false)
    using _behind = shim.mapOver(memory, 16_384, fd, 0, 8192, false)
  })

  it('leaves the memory as it was when the file cannot be mapped', () => {
    const memory = sharedWasmMemory(1)
    const view = new Uint8Array(memory.buffer).fill(6)
    using fd = shim.openFile('/proc/self/exe', false)
    expect(() => shim.mapOver(memory, 0, fd, 0, 4096, true)).toThrow(failing('EACCES', 'mmap'))
    expect(view.every((byte) => byte === 6)).toBe(true)
    using short = shim.createMemfd('short', 100)
    expect(() => shim.mapOver(memory, 0, short, 0, 101, true)).toThrow(failing('EINVAL', 'mmap'))
    expect(view.every((byte) => byte === 6)).toBe(true)
  })

  it.each([
    ['a plain SharedArrayBuffer', { buffer: new SharedArrayBuffer(wasmPage) }],
    ['a memory that is not shared', new WebAssembly.Memory({ initial: 1 })],
    ['a forgery', Object.create(WebAssembly.Memory.prototype)],
    ['nothing', undefined],
  ])('refuses %s', (_what, memory) => {
    using fd = shim.createMemfd('over', 4096)
    expect(() => shim.mapOver(memory, 0, fd, 0, 4096, true)).toThrow(TypeError)
  })

  it.each([
    [1, 0, 4096],
    [0, 1, 4096],
    [0, 0, 0],
    [0, 0, wasmPage + 1],
    [wasmPage, 0, 4096],
    [61_440, 0, 4097],
    [2 ** 52, 0, 4096],
  ])('refuses memory offset %i, file offset %i, length %i', (memoryOffset, offset, length) => {
    const memory = sharedWasmMemory(1)
    using fd = shim.createMemfd('over', wasmPage * 2)
    expect(() => shim.mapOver(memory, memoryOffset, fd, offset, length, true)).toThrow(RangeError)
  })

  it('shows what another process writes', async () => {
    expect(await runChild('map-over-process.ts')).toMatchObject({ status: 0, stdout: 'seen 123\n' })
  })

  it('survives garbage collection of memory, handle and view in any order', async () => {
    const outcome = await runChild('map-over-gc.ts', [], ['--expose-gc'])
    expect(outcome).toMatchObject({ status: 0, stdout: 'kept 200, mappings 0, intact true\n' })
  })
})
