// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Failure } from '../../../core/failure.ts'
import type { Capture, Plane } from '../../../core/plane.ts'
import type { Result } from '../../../core/result.ts'
import { capturePlanes } from '../../../main/source/capture-planes.ts'
import { openDump } from '../../../main/source/dump/open.ts'
import { writeDump } from '../../../main/source/dump/writer.ts'
import type { Source } from '../../../main/source/source.ts'
import { shim } from '../../../native-shim/index.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scanout-dump-'))
  mkdirSync(path.join(folder, 'dump'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const never = new AbortController().signal
const inDump = (name: string) => path.join(folder, 'dump', name)
const memory = { file: 'a.bin', offset: 0, stride: 16, size: 64 }
const plane = {
  ...{ kind: 'primary', fourcc: 'XR24', modifier: '0x0000000000000000', width: 4, height: 4 },
  ...{ x: 0, y: 0, hotX: null, hotY: null, bottomUp: false, memory: [memory] },
}

function open(file: string): Promise<Result<Source, Failure>> {
  return openDump({ text: `dump:${file}`, scheme: 'dump', path: file, query: new Map() }, never)
}

/** Writes a dump of one plane and opens it. */
function openPlane(change: object, bytes = 64): Promise<Result<Source, Failure>> {
  writeFileSync(inDump('a.bin'), new Uint8Array(bytes).fill(7))
  return openText(JSON.stringify({ scanoutDump: 1, planes: [{ ...plane, ...change }] }))
}

function openText(text: string): Promise<Result<Source, Failure>> {
  writeFileSync(inDump('d.json'), text)
  return open(inDump('d.json'))
}

async function refusal(opening: Promise<Result<Source, Failure>>): Promise<Failure> {
  const opened = await opening
  if (!opened.ok) return opened.failure
  opened.value[Symbol.dispose]()
  throw new Error('it was opened')
}

/** The state of the primary plane, and what was found wrong with it. */
async function primary(opening: Promise<Result<Source, Failure>>) {
  const opened = await opening
  if (!opened.ok) throw new Error(opened.failure.why)
  using source = opened.value
  const status = source.refresh()[0]?.status
  const verdict = status?.state === 'refused' ? status.verdict : undefined
  return { state: status?.state, field: verdict?.field, code: verdict?.code }
}

describe('a dump', () => {
  it('shows the plane that it holds and no others', async () => {
    const opened = await openPlane({})
    if (!opened.ok) throw new Error(opened.failure.why)
    using source = opened.value
    expect(source.refresh().map(({ status }) => status.state)).toEqual([
      'shown',
      'absent',
      'absent',
    ])
    expect(source.info).toMatchObject({ name: 'd.json', access: 'file' })
    const { planes } = capturePlanes(shim, source.refresh())
    expect(planes[0]?.buffers[0]).toEqual(new Uint8Array(64).fill(7))
  })

  it('is not touched by what happens to its files afterwards', async () => {
    const opened = await openPlane({})
    if (!opened.ok) throw new Error(opened.failure.why)
    using source = opened.value
    writeFileSync(inDump('a.bin'), '')
    expect(capturePlanes(shim, source.refresh()).planes[0]?.buffers[0]?.[63]).toBe(7)
  })

  it('takes a file of its folder by a link', async () => {
    writeFileSync(inDump('real.bin'), new Uint8Array(64))
    symlinkSync('real.bin', inDump('linked.bin'))
    const opened = await primary(openPlane({ memory: [{ ...memory, file: 'linked.bin' }] }))
    expect(opened.state).toBe('shown')
  })

  it.each([
    ['a parent', '../secret.bin'],
    ['a parent in the middle', 'x/../../secret.bin'],
    ['an absolute path', '/etc/passwd'],
    ['a link out of it', 'link.bin'],
    ['a link to a folder out of it', 'up/secret.bin'],
    ['the folder itself', '.'],
    ['nothing', ''],
    ['a NUL', 'a\0.bin'],
    ['a missing file', 'missing.bin'],
    ['a folder', 'x'],
    ['a file of proc', '../../../../../../proc/self/mem'],
  ])('refuses to read %s', async (_name, file) => {
    writeFileSync(path.join(folder, 'secret.bin'), new Uint8Array(64))
    symlinkSync('../secret.bin', inDump('link.bin'))
    symlinkSync('..', inDump('up'))
    mkdirSync(inDump('x'))
    const failure = await refusal(openPlane({ memory: [{ ...memory, file }] }))
    expect(failure.code).toBe('bad-dump')
    expect(failure.why).not.toBe('')
  })

  it('does not wait for a FIFO', async () => {
    const { execFileSync } = await import('node:child_process')
    execFileSync('mkfifo', [inDump('fifo')])
    const failure = await refusal(openPlane({ memory: [{ ...memory, file: 'fifo' }] }))
    expect(failure.code).toBe('bad-dump')
    expect((await refusal(open(inDump('fifo')))).code).toBe('bad-dump')
  })

  it.each([
    ['nothing', ''],
    ['half a file', '{"scanoutDump":1,'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another version', '{"scanoutDump":2,"planes":[]}'],
    ['no version', '{"planes":[]}'],
    ['no planes', '{"scanoutDump":1}'],
    ['planes of another kind', '{"scanoutDump":1,"planes":{"length":1}}'],
    ['a plane that is none', '{"scanoutDump":1,"planes":[7]}'],
    ['too many planes', `{"scanoutDump":1,"planes":[${'{},'.repeat(9)}{}]}`],
    ['binary', '\u0000\u0001\u0002'],
    ['too much', ' '.repeat((1 << 20) + 1)],
  ])('refuses %s', async (_name, text) => {
    expect((await refusal(openText(text))).code).toBe('bad-dump')
  })

  it.each([
    { kind: 'sprite' },
    { kind: 7 },
    { fourcc: null },
    { modifier: 1 },
    { modifier: '1' },
    { modifier: '0x10000000000000000' },
    { modifier: '0x' },
    { width: '4' },
    { height: null },
    { bottomUp: 'no' },
    { hotX: 1, hotY: null },
    { hotX: 'a', hotY: 1 },
    { color: 'bt709' },
    { memory: {} },
    { memory: [null] },
    { memory: [{ ...memory, file: 5 }] },
    { memory: [{ ...memory, stride: '16' }] },
    { memory: [memory, memory, memory, memory, memory] },
  ])('refuses the shape of %j', async (change) => {
    expect((await refusal(openPlane(change))).code).toBe('bad-dump')
  })

  it('refuses two planes of one kind', async () => {
    writeFileSync(inDump('a.bin'), new Uint8Array(64))
    const failure = await refusal(
      openText(JSON.stringify({ scanoutDump: 1, planes: [plane, plane] })),
    )
    expect(failure.why).toContain('two primary planes')
  })

  it.each([
    ['an unknown fourcc', { fourcc: 'ZZZZ' }, 'fourcc'],
    ['a compressed modifier', { modifier: '0x0100000000000004' }, 'modifier'],
    ['no width', { width: 0 }, 'width'],
    ['a fraction', { height: 1.5 }, 'height'],
    ['a negative height', { height: -1 }, 'height'],
    ['more than there is', { height: 5 }, 'memory[0].size'],
    ['a huge offset', { memory: [{ ...memory, offset: 1e15 }] }, 'memory[0].offset'],
    ['a negative offset', { memory: [{ ...memory, offset: -1 }] }, 'memory[0].offset'],
    ['a huge size', { memory: [{ ...memory, size: 2 ** 40 }] }, 'memory[0].size'],
    ['a small stride', { memory: [{ ...memory, stride: 15 }] }, 'memory[0].stride'],
    ['no memory', { memory: [] }, 'memory'],
  ])('has a verdict for %s', async (_name, change, field) => {
    expect(await primary(openPlane(change))).toMatchObject({ state: 'refused', field })
  })

  it('has a verdict for a file that is too short', async () => {
    expect(await primary(openPlane({}, 63))).toMatchObject({ state: 'refused', code: 'truncated' })
  })
})

describe('writing a dump', () => {
  const shown: Plane = {
    ...{ kind: 'cursor', fourcc: 'AR24', modifier: 0n, width: 4, height: 2, x: -3, y: 9 },
    ...{ hotspot: { x: 1, y: 2 }, bottomUp: false },
    memory: [{ buffer: 0, offset: 8, stride: 32, size: 1000 }],
  }
  const capture: Capture = {
    planes: [{ plane: shown, buffers: [Uint8Array.from({ length: 56 }, (_, at) => at)] }],
    statuses: [],
  }

  it('keeps everything that reading gives back', async () => {
    const written = await writeDump(capture, path.join(folder, 'new/folder'), 'shot')
    if (!written.ok) throw new Error(written.failure.why)
    expect(written.value.path).toBe(path.join(folder, 'new/folder/shot.json'))
    const opened = await open(written.value.path)
    if (!opened.ok) throw new Error(opened.failure.why)
    using source = opened.value
    const { planes } = capturePlanes(shim, source.refresh())
    const kept = { ...shown, memory: [{ buffer: 0, offset: 8, stride: 32, size: 48 }] }
    expect(planes).toEqual([{ plane: kept, buffers: capture.planes[0]?.buffers }])
  })

  it.each(['', '.', '..', 'a/b', '../a', '.hidden', 'a\0b'])(
    'refuses the name %j',
    async (name) => {
      const written = await writeDump(capture, folder, name)
      expect(written.ok || written.failure.code).toBe('usage')
    },
  )

  it('says why a folder cannot be written to, and leaves nothing half done', async () => {
    writeFileSync(path.join(folder, 'file'), '')
    const written = await writeDump(capture, path.join(folder, 'file/below'), 'shot')
    expect(written.ok || written.failure.code).toBe('no-write')
    mkdirSync(path.join(folder, 'half/shot.json'), { recursive: true })
    const half = await writeDump(capture, path.join(folder, 'half'), 'shot')
    expect(half.ok || half.failure.code).toBe('no-write')
    expect(readdirSync(path.join(folder, 'half'))).not.toContain('shot-cursor.bin')
  })
})
