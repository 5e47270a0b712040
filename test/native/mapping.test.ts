// SPDX-License-Identifier: GPL-2.0-or-later
import { closeSync, ftruncateSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Mapping } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { runChild } from './child.ts'
import { failing } from './native-error.ts'
import { expectNoLeaks } from './no-leaks.ts'
import { sharedWasmMemory } from './shared-wasm-memory.ts'

const pages = 4
const size = pages * 4096

describe('a Mapping', () => {
  expectNoLeaks()

  it('shows what another mapping of the file writes', () => {
    using fd = shim.createMemfd('shared', size)
    using writer = shim.map(fd, 0, size, true)
    using reader = shim.map(fd, 4096, 4096, false)
    writer.write(4096 + 17, Uint8Array.of(42))
    expect(reader.copyOut(17, 1)[0]).toBe(42)
  })

  it('copies, so that later writes do not show', () => {
    using fd = shim.createMemfd('copy', size)
    using mapping = shim.map(fd, 0, size, true)
    const before = mapping.copyOut(0, 8)
    mapping.write(0, new Uint8Array(8).fill(9))
    expect([...before]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
  })

  it('stays valid after its descriptor is closed', () => {
    const fd = shim.createMemfd('outlives', size)
    using mapping = shim.map(fd, 0, size, true)
    fd[Symbol.dispose]()
    mapping.write(0, Uint8Array.of(1))
    expect(mapping.copyOut(0, 1)[0]).toBe(1)
  })

  it('copies nothing, at its very end too', () => {
    using fd = shim.createMemfd('empty', size)
    using mapping = shim.map(fd, 0, size, true)
    expect(mapping.copyOut(size, 0)).toHaveLength(0)
    mapping.write(size, new Uint8Array(0))
  })

  it.each([
    [0, size + 1],
    [size, 1],
    [size + 1, 0],
    [1, size],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('refuses to copy at %i the length %i', (offset, length) => {
    using fd = shim.createMemfd('bounds', size)
    using mapping = shim.map(fd, 0, size, true)
    expect(() => mapping.copyOut(offset, length)).toThrow(RangeError)
  })

  it('too large to copy is a RangeError, not the end of the process', () => {
    using fd = shim.createMemfd('sparse', 2 ** 44)
    using mapping = shim.map(fd, 0, 2 ** 44, false)
    expect(() => mapping.copyOut(0, 2 ** 44)).toThrow(RangeError)
  })

  it('refuses to be written when it is read-only', () => {
    using fd = shim.createMemfd('readonly', size)
    using mapping = shim.map(fd, 0, size, false)
    expect(() => mapping.write(0, Uint8Array.of(1))).toThrow('mapping is read-only')
  })

  it('refuses use after it was disposed, and may be disposed twice', () => {
    using fd = shim.createMemfd('gone', size)
    const mapping = shim.map(fd, 0, size, true)
    mapping[Symbol.dispose]()
    mapping[Symbol.dispose]()
    expect(() => mapping.copyOut(0, 1)).toThrow('mapping is unmapped')
    expect(() => mapping.write(0, Uint8Array.of(1))).toThrow('mapping is unmapped')
  })

  it('longer than its file is EINVAL, before anything can fault', () => {
    using fd = shim.createMemfd('short', size)
    expect(() => shim.map(fd, 0, size + 1, false)).toThrow(failing('EINVAL', 'mmap'))
    expect(() => shim.map(fd, 4096, size, false)).toThrow(failing('EINVAL', 'mmap'))
  })

  it('of a descriptor that cannot be written is EACCES when it should be', () => {
    using fd = shim.openFile('/proc/self/exe', false)
    expect(() => shim.map(fd, 0, 4096, true)).toThrow(failing('EACCES', 'mmap'))
  })

  it('at an offset inside a page is a RangeError', () => {
    using fd = shim.createMemfd('unaligned', size)
    expect(() => shim.map(fd, 100, 1, false)).toThrow(/offset must be page aligned, not 100/)
  })
})

describe('a mapping whose file was truncated', () => {
  expectNoLeaks()
  const file = path.join(tmpdir(), `scanout-truncated-${process.pid}`)
  let number: number
  let mapping: Mapping

  beforeEach(() => {
    writeFileSync(file, new Uint8Array(size).fill(7))
    number = openSync(file, 'r+')
    using fd = shim.openFile(file, true)
    mapping = shim.map(fd, 0, size, true)
    ftruncateSync(number, 4096)
  })
  afterEach(() => {
    mapping[Symbol.dispose]()
    closeSync(number)
    unlinkSync(file)
  })

  const shape = {
    sourceOffset: 0,
    sourcePitch: 4096,
    shadowPitch: 4096,
    rows: pages,
    rowBytes: 4096,
    lastRowBytes: 4096,
    cellWidth: 256,
    cellRows: 2,
  }

  it('still gives what is left', () => {
    expect(mapping.copyOut(4000, 96).every((byte) => byte === 7)).toBe(true)
  })

  it('is EFAULT for copyOut', () => {
    for (let i = 0; i < 100; i += 1) {
      expect(() => mapping.copyOut(0, size)).toThrow(failing('EFAULT', 'copyOut'))
    }
  })

  it('is EFAULT for write', () => {
    expect(() => mapping.write(8192, Uint8Array.of(1))).toThrow(failing('EFAULT', 'write'))
  })

  it('is EFAULT for scanDamage, as source and as shadow', () => {
    using fd = shim.createMemfd('other', size)
    using other = shim.map(fd, 0, size, true)
    expect(() => shim.scanDamage(mapping, other, shape)).toThrow(failing('EFAULT', 'scanDamage'))
    expect(() => shim.scanDamage(other, mapping, shape)).toThrow(failing('EFAULT', 'scanDamage'))
  })

  it('is EFAULT for packRects', () => {
    const rects = Int32Array.of(0, 0, 64, 1, 0, 3, 64, 1)
    expect(() => shim.packRects(mapping, 4096, rects, new Uint8Array(128))).toThrow(
      failing('EFAULT', 'packRects'),
    )
  })

  it('is EFAULT for linearise and decodeRgba8 from memory that it lies over', () => {
    const memory = sharedWasmMemory(1)
    ftruncateSync(number, size)
    using fd = shim.openFile(file, true)
    using _over = shim.mapOver(memory, 0, fd, 0, size, true)
    ftruncateSync(number, 4096)
    const bytes = new Uint8Array(memory.buffer)
    const place = { offset: 0, stride: 4096, tiling: undefined, grid: undefined }
    const row = { width: 1024, height: pages, bytes: 4, ...place }
    const format = {
      planes: [{ bytes: 4, across: 1, down: 1 }],
      channels: new Array(4).fill({ plane: 0, shift: 0, bits: 8, step: 0 }),
      half: false,
      yuv: undefined,
    }
    const picture = { width: 1024, height: pages, bottomUp: false }
    const decode = () => shim.decodeRgba8([{ memory: bytes, layout: row }], format, picture, 2)
    expect(() => shim.linearise(bytes, row)).toThrow(failing('EFAULT', 'linearise'))
    expect(decode).toThrow(failing('EFAULT', 'decodeRgba8'))
    const part = { x: 0, y: 0, width: 1024, height: pages }
    const target = { memory: new Uint8Array(size), offset: 0, pitch: 4096 }
    expect(() => shim.lineariseInto(mapping, row, part, target)).toThrow(
      failing('EFAULT', 'linearise'),
    )
    const from = { ...target, memory: mapping }
    const whole = new Uint8Array(size)
    expect(() => shim.lineariseInto(whole, row, part, from)).toThrow(failing('EFAULT', 'linearise'))
  })

  it('recovers when the file has its length again', () => {
    expect(() => mapping.copyOut(0, size)).toThrow(failing('EFAULT', 'copyOut'))
    ftruncateSync(number, size)
    expect(mapping.copyOut(8192, 4)).toEqual(new Uint8Array(4))
  })

  it('is EFAULT in several workers at once', async () => {
    const outcome = await runChild('truncated-workers.ts', [file])
    expect(outcome).toMatchObject({ status: 0, stdout: '4 workers, 2000 faults\n' })
  })
})

describe('a SIGBUS that is not ours', () => {
  it('ends the process as it would without the addon', async () => {
    expect(await runChild('foreign-sigbus.ts')).toMatchObject({ signal: 'SIGBUS' })
  })

  it('reaches the handler that Node has for it', async () => {
    expect(await runChild('foreign-sigbus.ts', ['handled'])).toMatchObject({
      status: 0,
      stdout: 'SIGBUS heard\n',
    })
  })
})

describe('rows written into a mapping', () => {
  expectNoLeaks()

  it('lie apart by the pitch, and nothing between them is touched', () => {
    using fd = shim.createMemfd('rows', 4096)
    using mapping = shim.map(fd, 0, 4096, true)
    const bytes = Uint8Array.from({ length: 20 }, (_, at) => at + 1)
    mapping.write(2, bytes, { rows: 3, rowBytes: 4, sourcePitch: 8, pitch: 6 })
    const wanted = [0, 0, 1, 2, 3, 4, 0, 0, 9, 10, 11, 12, 0, 0, 17, 18, 19, 20, 0, 0]
    expect([...mapping.copyOut(0, 20)]).toEqual(wanted)
  })

  it.each([
    { rows: 0, rowBytes: 4, sourcePitch: 4, pitch: 4 },
    { rows: 6, rowBytes: 4, sourcePitch: 4, pitch: 4 },
    { rows: 2, rowBytes: 4, sourcePitch: 3, pitch: 4 },
    { rows: 2, rowBytes: 4, sourcePitch: 4, pitch: 3 },
    { rows: 2, rowBytes: 4, sourcePitch: 4, pitch: 4092 },
    { rows: 2 ** 20, rowBytes: 1, sourcePitch: 2 ** 31, pitch: 2 ** 31 },
  ])('are refused where they do not fit: %o', (rows) => {
    using fd = shim.createMemfd('rows', 4096)
    using mapping = shim.map(fd, 0, 4096, true)
    expect(() => mapping.write(2, new Uint8Array(20), rows)).toThrow(RangeError)
  })
})
