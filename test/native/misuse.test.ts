// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import type { Fd, Layout, Mapping, NativeShim, PixelFormat } from '../../native-shim/api.ts'
import { type Bindings, native } from '../../native-shim/bindings.ts'
import { shim } from '../../native-shim/index.ts'
import { expectNoLeaks } from './no-leaks.ts'

/** Values of every kind that no argument of the addon may be, unless its own kind is left out. */
const nonsense: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  boolean: true,
  number: -1.5,
  bigint: 5n,
  text: 'text\0with NUL',
  symbol: Symbol('x'),
  function: () => 1,
  object: {},
  array: [],
  proxy: new Proxy({}, {}),
  date: new Date(0),
}

/** Good arguments of a function; each is replaced by nonsense in turn. */
type Call = { readonly name: keyof NativeShim; readonly given: (held: Held) => unknown[] }
type Held = { readonly fd: Fd; readonly source: Mapping; readonly shadow: Mapping }

const place = { offset: 0, stride: 4, tiling: undefined, grid: undefined }
const layout: Layout = { width: 1, height: 1, bytes: 4, ...place }
const format: PixelFormat = {
  planes: [{ bytes: 4, across: 1, down: 1 }],
  channels: new Array(4).fill({ plane: 0, shift: 0, bits: 8, step: 0 }),
  half: false,
  yuv: undefined,
}
const picture = { width: 1, height: 1, bottomUp: false }
const part = { x: 0, y: 0, width: 1, height: 1 }
const firstRow = { offset: 0, pitch: 4 }
const shape = {
  sourceOffset: 0,
  sourcePitch: 64,
  shadowPitch: 64,
  rows: 1,
  rowBytes: 64,
  lastRowBytes: 64,
  cellWidth: 16,
  cellRows: 1,
}
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })

const calls: readonly Call[] = [
  { name: 'adoptFd', given: () => [1_000_000] },
  { name: 'openFile', given: () => ['/nonexistent', false] },
  { name: 'openVfioMdev', given: () => ['/nonexistent'] },
  { name: 'adoptVfioDevice', given: ({ fd }) => [fd] },
  { name: 'adoptSocket', given: ({ fd }) => [fd] },
  { name: 'takeVfioDevice', given: () => [1, 0] },
  { name: 'listen', given: () => ['/nonexistent/socket'] },
  { name: 'createMemfd', given: () => ['name', 1] },
  { name: 'createUdmabuf', given: ({ fd }) => [fd, 0, 4096] },
  { name: 'seals', given: ({ fd }) => [fd] },
  { name: 'map', given: ({ fd }) => [fd, 0, 64, true] },
  { name: 'mapOver', given: ({ fd }) => [memory, 0, fd, 0, 64, true] },
  { name: 'syncDmabuf', given: ({ fd }) => [fd, 'start'] },
  { name: 'scanDamage', given: ({ source, shadow }) => [source, shadow, shape] },
  { name: 'packRects', given: ({ source }) => [source, 64, Int32Array.of(), new Uint8Array(1)] },
  { name: 'linearise', given: () => [new Uint8Array(4), layout] },
  {
    name: 'decodeRgba8',
    given: () => [[{ memory: new Uint8Array(4), layout }], format, picture],
  },
  {
    name: 'lineariseInto',
    given: ({ source, shadow }) => [source, layout, part, { memory: shadow, ...firstRow }],
  },
  {
    name: 'decodeRgba8Into',
    given: ({ source, shadow }) => [
      [{ memory: source, layout }],
      format,
      picture,
      part,
      { memory: shadow, ...firstRow },
    ],
  },
  { name: 'watchProcess', given: () => [1] },
]
/** Arguments that may be left out. */
const optional = new Set(['takeVfioDevice 1'])

const misuses = calls.flatMap(({ name, given }) => {
  const count = given({} as Held).length
  return Array.from({ length: count }, (_, position) => ({ name, given, position }))
})

describe('nonsense as an argument', () => {
  expectNoLeaks()

  it.each(misuses)('is refused by $name at position $position', ({ name, given, position }) => {
    using fd = shim.createMemfd('misuse', 4096)
    using source = shim.map(fd, 0, 2048, true)
    using shadow = shim.map(fd, 0, 2048, true)
    for (const [kind, value] of Object.entries(nonsense)) {
      if (value === undefined && optional.has(`${name} ${position}`)) continue
      if (kind === 'boolean' && typeof given({ fd, source, shadow })[position] === 'boolean')
        continue
      const args = given({ fd, source, shadow })
      args[position] = value
      const call = Reflect.get(shim, name) as (...args: unknown[]) => unknown
      const caught = thrownBy(() => call(...args))
      const right = caught instanceof TypeError || caught instanceof RangeError
      expect(right, `${kind}: ${String(caught)}`).toBe(true)
      expect(String(caught)).not.toContain('scanout_shim:')
    }
  })

  it('covers every function that takes arguments', () => {
    const covered = new Set<string>(calls.map(({ name }) => name))
    const left = Object.keys(shim).filter((name) => !covered.has(name))
    expect(left.sort()).toEqual(['connect', 'counts', 'socketEnds', 'socketPair'])
  })

  it('rejects connect, send and nothing else', async () => {
    for (const value of Object.values(nonsense)) {
      await expect(shim.connect(value as string)).rejects.toThrow(/path must be/)
    }
    const [one, other] = shim.socketPair()
    for (const value of Object.values(nonsense)) {
      await expect(one.send(value as Uint8Array)).rejects.toThrow(/bytes must be a Uint8Array/)
      if (value === undefined) continue
      const send = one.send(Uint8Array.of(1), value as Fd[])
      await (Array.isArray(value) ? send : expect(send).rejects.toThrow(/fds must be an array/))
    }
    one[Symbol.dispose]()
    other[Symbol.dispose]()
  })

  it.each(Object.entries(nonsense))('is refused by a mapping: %s', (_kind, value) => {
    using fd = shim.createMemfd('misuse', 64)
    using mapping = shim.map(fd, 0, 64, true)
    const wrong = value as number
    expect(() => mapping.copyOut(wrong, 1)).toThrow(/offset must be/)
    expect(() => mapping.copyOut(0, wrong)).toThrow(/length must be/)
    expect(() => mapping.write(wrong, Uint8Array.of(1))).toThrow(/offset must be/)
    expect(() => mapping.write(0, value as Uint8Array)).toThrow(/bytes must be/)
  })
})

function thrownBy(call: () => unknown): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    return error
  }
}

describe('a closed mapping', () => {
  expectNoLeaks()

  it('is refused by every function that takes one', () => {
    using fd = shim.createMemfd('closed', 4096)
    const closed = shim.map(fd, 0, 4096, true)
    using open = shim.map(fd, 0, 4096, true)
    closed[Symbol.dispose]()
    const none = Int32Array.of()
    expect(() => shim.scanDamage(closed, open, shape)).toThrow('mapping is unmapped')
    expect(() => shim.scanDamage(open, closed, shape)).toThrow('mapping is unmapped')
    expect(() => shim.packRects(closed, 64, none, new Uint8Array(1))).toThrow('mapping is unmapped')
  })
})

describe('an object that only looks right', () => {
  it('is refused where an Fd or a Mapping is wanted', () => {
    using fd = shim.createMemfd('real', 4096)
    using mapping = shim.map(fd, 0, 4096, true)
    const fakeFd = Object.create(fd) as Fd
    const fakeMapping = Object.create(mapping) as Mapping
    expect(() => shim.seals(fakeFd)).toThrow('fd must be an Fd')
    expect(() => shim.scanDamage(fakeMapping, mapping, shape)).toThrow('source must be a Mapping')
  })
})

describe('the raw bindings', () => {
  expectNoLeaks()
  // Not part of the interface; what they promise is that no argument can crash the process.
  const names = Object.keys(native()) as (keyof Bindings)[]
  const quiet = new Set<string>(['counts', 'socketPair'])

  it.each(names.filter((name) => !quiet.has(name)))('throw on nonsense: %s', (name) => {
    const call = native()[name] as (...args: unknown[]) => unknown
    for (const value of Object.values(nonsense)) {
      expect(() => call()).toThrow()
      expect(() => call(value, value, value, value, value, value, value)).toThrow()
    }
  })

  it('refuse a handle of another kind', () => {
    const fd = native().memfdCreate('kind', 64)
    const mapping = native().map(fd, 0, 64, true)
    const target = new Uint8Array(1)
    expect(() => native().fdNumber(mapping as never)).toThrow('not a handle of the expected kind')
    expect(() => native().copyOut(fd as never, 0, target)).toThrow(
      'not a handle of the expected kind',
    )
    native().unmap(mapping)
    native().fdClose(fd)
  })

  it('refuse what lies beyond a mapping, a target or a layout, unchecked by index.ts', () => {
    const fd = native().memfdCreate('bounds', 64)
    const mapping = native().map(fd, 0, 64, true)
    const other = native().map(fd, 0, 64, true)
    const target = new Uint8Array(64)
    const whole = { ...part, ...firstRow, length: 4, threads: 1 }
    const placeOf = ({ offset, pitch, length }: typeof whole) => ({
      memory: new Uint8Array(length),
      offset,
      pitch,
    })
    const untile = (from: Layout, wish: Partial<typeof whole> = {}) => {
      const given = { ...whole, ...wish }
      native().linearise(target, from, given, placeOf(given), given.threads)
    }
    const decode = (from: Layout, wish: Partial<typeof whole> = {}) => {
      const given = { ...whole, ...wish }
      const planes = [{ memory: target, layout: from }]
      native().decodeRgba8(planes, format, picture, given, placeOf(given), given.threads)
    }
    expect(() => untile(layout)).not.toThrow()
    expect(() => decode(layout)).not.toThrow()
    const beyond: (() => unknown)[] = [
      () => native().copyOut(mapping, 60, new Uint8Array(5)),
      () => native().writeInto(mapping, 60, new Uint8Array(5)),
      () => native().scanDamage(mapping, other, { ...shape, rows: 2 }, 0, 1, 0, 64),
      () => native().scanDamage(mapping, other, { ...shape, sourceOffset: 1 }, 0, 1, 0, 64),
      () => native().scanDamage(mapping, other, { ...shape, rowBytes: 65 }, 0, 1, 0, 64),
      () => native().scanDamage(mapping, other, shape, 0, 1, 0, 65),
      () => native().scanDamage(mapping, other, shape, 0, 1, 1, 64),
      () => native().scanDamage(mapping, other, shape, 0, 1, 64, 0),
      () => native().writeRows(mapping, 0, new Uint8Array(64), 2, 33, 33, 64),
      () => native().writeRows(mapping, 1, new Uint8Array(64), 1, 64, 64, 64),
      () => native().writeRows(mapping, 0, new Uint8Array(64), 0, 8, 8, 8),
      () => native().writeRows(mapping, 0, new Uint8Array(64), 2 ** 52, 8, 0, 0),
      () => native().writeRows(mapping, 65, new Uint8Array(64), 1, 8, 8, 8),
      () =>
        native().scanDamage(
          mapping,
          other,
          { ...shape, rows: 2 ** 31, sourcePitch: 2 ** 52 },
          0,
          1,
          0,
          64,
        ),
      () => native().packRects(mapping, 64, Int32Array.of(0, 1, 4, 1), target, 0, 0),
      () => native().packRects(mapping, 8, Int32Array.of(4, 0, 8, 1), target, 0, 0),
      () => native().packRects(mapping, 64, Int32Array.of(0, 0, 64, 1, 0, 0, 4, 1), target, 0, 0),
      () => native().packRects(mapping, 64, Int32Array.of(0, 0, 4, 1), target, 61, 0),
      () => native().packRects(mapping, 64, Int32Array.of(0, 0, 4, 1), target, 65, 0),
      () => native().packRects(mapping, 64, Int32Array.of(2, 0, 4, 1), target, 0, 1),
      () => native().packRects(mapping, 64, Int32Array.of(0, 0, 4, 1), target, 0, 4),
      () => untile({ ...layout, height: 17 }),
      () => untile({ ...layout, width: 17 }),
      () => untile({ ...layout, offset: 61 }),
      () => untile(layout, { x: 1 }),
      () => untile(layout, { y: 1 }),
      () => untile(layout, { width: 2 }),
      () => untile(layout, { height: 0 }),
      () => untile(layout, { length: 3 }),
      () => untile(layout, { offset: 1 }),
      () => untile(layout, { pitch: 3 }),
      () => untile(layout, { threads: 0 }),
      () => untile(layout, { threads: 17 }),
      () => untile({ ...layout, height: 2 }, { height: 2, pitch: 2 ** 52 }),
      () => native().linearise(target, layout, part, { memory: target, ...firstRow }, 1),
      () => decode({ ...layout, bytes: 2 }),
      () => decode({ ...layout, height: 17 }),
      () => decode(layout, { width: 2 }),
      () => decode(layout, { length: 3 }),
      () => native().socketSend(fd, target, 64, []),
    ]
    for (const call of beyond) expect(call).toThrow(TypeError)
    native().unmap(mapping)
    native().unmap(other)
    native().fdClose(fd)
  })
})

describe('a worker', () => {
  expectNoLeaks()

  it('uses a descriptor that came from another thread by number', async () => {
    const fd = shim.createMemfd('moved', 4096)
    using mapping = shim.map(fd, 0, 4096, true)
    const script = new URL('./children/adopting-worker.ts', import.meta.url)
    const worker = new Worker(script, { workerData: fd.release() })
    const [[answer]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')])
    expect(answer).toEqual({ size: 4096, misuse: 'TypeError', twice: 'fine' })
    expect(mapping.copyOut(100, 1)[0]).toBe(55)
  })
})
