// SPDX-License-Identifier: GPL-2.0-or-later
import { vmActions } from '../../core/guest.ts'
import { isGuestRequest } from '../../core/guest-channel.ts'
import { isInputList } from '../../core/input.ts'
import { pixelNeeds } from '../../core/plain-plane.ts'
import { planeKinds } from '../../core/plane.ts'
import { type Calls, callNames, MAX_KEPT, type Notes, noteNames } from '../../core/protocol.ts'
import {
  isRecordingPiece,
  isRecordingTrack,
  MAX_PIECES,
  recordingContainers,
} from '../../core/recording.ts'
import { settingLayers, settingNames, settingRows } from '../../core/settings.ts'
import type { PageHandlers } from './shell.ts'

// The page is across a trust line: every message is checked here before anybody acts on it.

export type Check = (value: unknown) => boolean

export const isBoolean: Check = (value) => typeof value === 'boolean'
/** Sequence numbers, ids, sizes: whole and not negative. */
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
export const isDuration: Check = (value) => typeof value === 'number' && value >= 0 && value < 1e9
const isOneOf =
  (list: readonly unknown[]): Check =>
  (value) =>
    list.includes(value)
export const isText =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= most

/** Every listed field is there and passes; no other field is. Optional ones may be absent. */
export function isRecord(
  required: Record<string, Check>,
  optional: Record<string, Check> = {},
): Check {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const fields = value as Record<string, unknown>
    const all = { ...required, ...optional }
    return (
      Object.keys(fields).every((name) => Object.hasOwn(all, name) && all[name]?.(fields[name])) &&
      Object.keys(required).every((name) => Object.hasOwn(fields, name))
    )
  }
}

const MAX_PATH = 4096
const MAX_NAME = 255
export const MAX_LOG = 2000
/** Widest picture that a probe may answer, in pixels each way: the limit of a WebGL2 texture. */
const MAX_SIDE = 16384

const isSide: Check = (value) => isCount(value) && (value as number) <= MAX_SIDE
const isProblem = isRecord({
  code: isText(MAX_NAME),
  what: isText(MAX_LOG),
  why: isText(MAX_LOG),
  remedy: isText(MAX_LOG),
})
const isPlaneChoice = isOneOf(['all', ...planeKinds])
const MOST_DROPPED = 32
const isDroppedFile = isRecord({ name: isText(MAX_NAME), bytes: isText((MAX_KEPT * 4) / 3 + 4) })
const isDropped: Check = (value) =>
  Array.isArray(value) && value.length <= MOST_DROPPED && value.every(isDroppedFile)
const settings = Object.fromEntries(settingNames.map((name) => [name, settingRows[name].check]))
const isSettingList: Check = (value) =>
  Array.isArray(value) &&
  value.length <= settingNames.length &&
  value.every((name) => settingNames.includes(name))

const isPieceList: Check = (value) =>
  Array.isArray(value) && value.length <= MAX_PIECES && value.every(isRecordingPiece)

const callArguments: Record<keyof Calls, readonly Check[]> = {
  'session:hello': [],
  'session:reopen': [],
  'session:console': [isCount],
  'vm:act': [isOneOf(vmActions)],
  'shot:save': [
    isRecord({
      plane: isPlaneChoice,
      cursor: isBoolean,
      as: isOneOf(['png', 'dump']),
      folder: isText(MAX_PATH),
      name: isText(MAX_NAME),
    }),
  ],
  'shot:keep': [
    isRecord({
      webp: isText((MAX_KEPT * 4) / 3 + 4),
      folder: isText(MAX_PATH),
      name: isText(MAX_NAME),
    }),
  ],
  'shot:series': [(value) => value === null || settingRows.screenshotEvery.check(value)],
  'shot:suggest': [],
  'shot:reveal': [],
  'settings:change': [isRecord({}, settings)],
  'settings:set': [isOneOf(settingLayers), isRecord({}, settings)],
  'settings:reset': [isOneOf(settingLayers), isSettingList],
  'settings:layers': [],
  'launcher:create': [],
  'drop:open': [isDropped],
  'window:close': [],
  'record:wish': [],
  'record:start': [isRecord({ container: isOneOf(recordingContainers), replay: isBoolean })],
  'record:write': [isCount, isPieceList, (value) => value === null || isRecordingTrack(value)],
  'record:close': [isCount],
  'record:reveal': [],
}

const noteArguments: Record<keyof Notes, readonly Check[]> = {
  'frame:presented': [isCount, isDuration],
  'frame:resend': [],
  'frame:copy': [isBoolean],
  'input:events': [isInputList],
  'guest:request': [isGuestRequest],
  'sound:heard': [],
  'view:visible': [isBoolean],
  'view:awake': [isBoolean],
  'view:refresh': [isDuration],
  'view:presenter': [isText(MAX_NAME), isOneOf(pixelNeeds)],
  'view:problem': [(value) => value === null || isProblem(value)],
  'probe:picture': [isCount, isSide, isSide, isText((MAX_SIDE * MAX_SIDE * 4 * 4) / 3)],
  'log:problem': [isText(MAX_LOG)],
  'record:problem': [isProblem],
  'inspect:watch': [isBoolean],
  'stats:watch': [isBoolean],
}

export function fits(checks: readonly Check[], args: unknown): args is unknown[] {
  return (
    Array.isArray(args) &&
    args.length === checks.length &&
    checks.every((check, index) => check(args[index]))
  )
}

/** A call whose name is known and whose arguments have the right shape. */
export type CheckedCall = (calls: Calls) => Promise<unknown>
export type CheckedNote = (listener: Pick<PageHandlers, 'note'>) => void

/** What a call message asks for; undefined when the page may not ask that. */
export function checkCall(name: unknown, args: unknown): CheckedCall | undefined {
  const known = callNames.find((one) => one === name)
  if (!known || !fits(callArguments[known], args)) return undefined
  return (calls) => (calls[known] as (...args: unknown[]) => Promise<unknown>)(...args)
}

/** What a note message tells; undefined when it is none. */
export function checkNote(name: unknown, args: unknown): CheckedNote | undefined {
  const known = noteNames.find((one) => one === name)
  if (!known || !fits(noteArguments[known], args)) return undefined
  return (listener) => listener.note(known, ...(args as never))
}

/** Reads the query of `shot.png`; undefined when it is not one that the page builds. */
export function checkShot(query: URLSearchParams) {
  const plane = (['all', ...planeKinds] as const).find(
    (one) => one === (query.get('plane') ?? 'all'),
  )
  const cursor = query.get('cursor') ?? '1'
  if (!plane || (cursor !== '0' && cursor !== '1')) return undefined
  return { plane, cursor: cursor === '1' }
}
