// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { callNames, noteNames } from '../../../../core/protocol.ts'
import { checkCall, checkNote, checkShot } from '../../../../main/shell/messages.ts'
import { FakePageHandlers } from '../../../fakes/page-handlers.ts'

const save = { plane: 'all', cursor: true, as: 'png', folder: '/p', name: 'n' }
const piece = { key: true, timestampUs: 0, durationUs: 33_333, bytes: new Uint8Array(8) }
const track = { codec: 'vp9', codecString: 'vp09.00.40.08', width: 64, height: 48 }
/** Arguments that are right for each name; every call and note has a row. */
const goodCalls: Record<(typeof callNames)[number], readonly unknown[]> = {
  'session:hello': [],
  'session:reopen': [],
  'session:console': [1],
  'vm:act': ['pause'],
  'shot:save': [save],
  'shot:keep': [{ webp: 'UklGRg==', folder: '/p', name: 'n' }],
  'shot:series': [10],
  'shot:suggest': [],
  'shot:reveal': [],
  'settings:change': [{ scale: '1:1' }],
  'settings:set': ['vm', { zoom: 150 }],
  'settings:reset': ['global', ['keys']],
  'settings:layers': [],
  'launcher:create': [],
  'drop:open': [[{ name: 'vm.scanout', bytes: 'AAAA' }]],
  'window:close': [],
  'record:wish': [],
  'record:start': [{ container: 'webm', replay: false }],
  'record:write': [1, [piece], track],
  'record:close': [1],
  'record:reveal': [],
}
const goodNotes: Record<(typeof noteNames)[number], readonly unknown[]> = {
  'frame:presented': [1, 0.5],
  'frame:resend': [],
  'frame:copy': [true],
  'input:events': [[{ kind: 'key', qnum: 30, down: true }]],
  'guest:request': [{ kind: 'sound', on: true }],
  'sound:heard': [],
  'view:visible': [false],
  'view:awake': [true],
  'view:refresh': [59.94],
  'view:presenter': ['webgl (a GPU)', 'raw'],
  'view:problem': [{ code: 'c', what: 'w', why: 'y', remedy: 'r' }],
  'probe:picture': [1, 2, 2, 'AAAA'],
  'log:problem': ['text'],
  'record:problem': [{ code: 'c', what: 'w', why: 'y', remedy: 'r' }],
  'inspect:watch': [true],
  'stats:watch': [false],
}

describe('input', () => {
  const key = { kind: 'key', qnum: 30, down: true }
  it.each([
    ['no list', key],
    ['nothing', undefined],
    ['one bad event', [key, { ...key, qnum: 300 }]],
    ['more events than a message may hold', Array(65).fill(key)],
    ['a key of no number', [{ ...key, qnum: '30' }]],
    ['a field too many', [{ ...key, time: 0 }]],
    ['a position outside of any guest', [{ kind: 'pointer', x: 1e9, y: 0 }]],
    ['a prototype in the place of fields', [Object.create(key)]],
  ])('is refused as %s', (_what, events) =>
    expect(checkNote('input:events', [events])).toBeUndefined(),
  )
})

describe('a call', () => {
  it.each(callNames)('%s is taken with its arguments and refused with one more', (name) => {
    expect(checkCall(name, goodCalls[name])).toBeDefined()
    expect(checkCall(name, [...goodCalls[name], 1])).toBeUndefined()
    expect(checkCall(name, undefined)).toBeUndefined()
    expect(checkCall(name, { length: goodCalls[name].length })).toBeUndefined()
  })

  it.each(['', 'toString', '__proto__', 'frame:presented', 1, null, undefined, ['session:hello']])(
    'named %j is refused',
    (name) => expect(checkCall(name, [])).toBeUndefined(),
  )

  it.each([
    ['another plane', { ...save, plane: 'background' }],
    ['a cursor that is no boolean', { ...save, cursor: 1 }],
    ['another kind of file', { ...save, as: 'exe' }],
    ['a folder that is no text', { ...save, folder: null }],
    ['an endless folder', { ...save, folder: 'x'.repeat(5000) }],
    ['an endless name', { ...save, name: 'x'.repeat(300) }],
    ['a field too many', { ...save, mode: 0o777 }],
    ['a field missing', { plane: 'all', cursor: true, as: 'png', folder: '/p' }],
    ['a list', [save]],
    ['nothing', null],
  ])('to save is refused with %s', (_what, request) =>
    expect(checkCall('shot:save', [request])).toBeUndefined(),
  )

  it.each([{ scale: 'huge' }, { screenshotFolder: 1 }, { other: 1 }, null, 'fit', ['fit']])(
    'to change settings to %j is refused',
    (change) => expect(checkCall('settings:change', [change])).toBeUndefined(),
  )

  it('runs with the arguments that were checked', async () => {
    const calls = new FakePageHandlers().calls
    const saved = await checkCall('shot:save', [save])?.(calls)
    expect(saved).toEqual({ ok: true, value: { path: '/p/n' } })
  })
})

describe('a note', () => {
  it.each(noteNames)('%s is taken with its arguments and refused with one more', (name) => {
    const page = new FakePageHandlers()
    checkNote(name, goodNotes[name])?.(page)
    expect(page.notes).toEqual([{ name, args: goodNotes[name] }])
    expect(checkNote(name, [...goodNotes[name], 1])).toBeUndefined()
  })

  it.each([
    ['frame:presented', [-1, 1]],
    ['frame:presented', [1.5, 1]],
    ['frame:presented', [1, Number.NaN]],
    ['frame:presented', [1, Number.POSITIVE_INFINITY]],
    ['frame:presented', [2 ** 60, 1]],
    ['view:visible', ['true']],
    ['view:presenter', ['x'.repeat(300), 'raw']],
    ['view:presenter', ['webgl', 'some']],
    ['view:refresh', [-60]],
    ['view:refresh', ['60']],
    ['view:problem', [undefined]],
    ['view:problem', [{ code: 'c', what: 'w', why: 'y' }]],
    ['view:problem', [{ code: 'c', what: 'w', why: 'y', remedy: 5 }]],
    ['probe:picture', [1, 20000, 1, '']],
    ['probe:picture', [1, 1, 1, 5]],
    ['log:problem', ['x'.repeat(3000)]],
  ])('%s %j is refused', (name, args) => expect(checkNote(name, args)).toBeUndefined())
})

describe('a shot', () => {
  it.each([
    ['', { plane: 'all', cursor: true }],
    ['plane=primary&cursor=0', { plane: 'primary', cursor: false }],
    ['plane=overlay', { plane: 'overlay', cursor: true }],
    ['plane=Primary', undefined],
    ['cursor=yes', undefined],
  ])('of %j is %j', (query, expected) =>
    expect(checkShot(new URLSearchParams(query))).toEqual(expected),
  )
})
