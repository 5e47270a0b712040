// SPDX-License-Identifier: GPL-2.0-or-later
import { parseChord } from './key-chord.ts'
import { recordingCodecs } from './recording.ts'

// What is remembered between runs. A setting is a row of this table; its type, its check on the way
// from a file or from the page, and its place in the preferences all follow from it.

export const scaleModes = ['fit', 'integer', '1:1', 'stretch'] as const
export type ScaleMode = (typeof scaleModes)[number]

/** Degrees clockwise. */
export const rotations = [0, 90, 180, 270] as const
export type Rotation = (typeof rotations)[number]

/** What draws the picture; `auto` takes WebGL where a GPU does the work, and a 2D canvas elsewhere. */
export const presenterWishes = ['auto', 'webgl', 'canvas2d'] as const
export type PresenterWish = (typeof presenterWishes)[number]

export const shotFormats = ['png', 'webp'] as const
export type ShotFormat = (typeof shotFormats)[number]

/** Where the inspector lies beside the picture. */
export const docks = ['right', 'bottom'] as const
export type Dock = (typeof docks)[number]

/** `auto`: the first that the page encodes. */
export const recordingChoices = ['auto', ...recordingCodecs] as const
export type RecordingChoice = (typeof recordingChoices)[number]
/** Most pictures per second of a recording. */
export const MAX_RECORDING_RATE = 60

/** Percent of a screen pixel that a guest pixel takes in scale mode `1:1`. */
export const MIN_ZOOM = 10
export const MAX_ZOOM = 800
/** Seconds between the pictures of a series. */
export const MIN_EVERY = 1
export const MAX_EVERY = 86_400

/** Of a window with its frame, CSS pixels. */
export type WindowSize = { readonly width: number; readonly height: number }

/** Keys that a person chose, by action; an empty list takes them away. */
export type ChosenKeys = Readonly<Record<string, readonly string[]>>

/**
 * Who a setting belongs to. `vm`: each VM may have its own, and where it has none, what holds for all
 * VMs counts. `global`: one for all.
 */
export type SettingScope = 'global' | 'vm'

export type SettingRow<T> = {
  readonly scope: SettingScope
  /** Tells whether a value from outside is one. */
  readonly check: (value: unknown) => value is T
  readonly initial: T
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'

function isOneOf<const T>(list: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => list.some((one) => one === value)
}

function isWhole(least: number, most: number): (value: unknown) => value is number {
  return (value): value is number =>
    Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most
}

function isText(most: number): (value: unknown) => value is string {
  return (value): value is string => typeof value === 'string' && value.length <= most
}

/** Absolute, or empty for the folder that the desktop names. */
function isFolder(value: unknown): value is string {
  const isPath = isText(4096)
  return isPath(value) && !value.includes('\0') && (value === '' || value.startsWith('/'))
}

function isWindowSize(value: unknown): value is WindowSize | null {
  if (value === null) return true
  if (!isRecord(value)) return false
  const isSide = isWhole(100, 16_384)
  return Object.keys(value).length === 2 && isSide(value['width']) && isSide(value['height'])
}

const MOST_CHOSEN = 200
const MOST_CHORDS = 4

function isChosenKeys(value: unknown): value is ChosenKeys {
  if (!isRecord(value)) return false
  const entries = Object.entries(value)
  return (
    entries.length <= MOST_CHOSEN &&
    entries.every(
      ([action, chords]) =>
        /^[a-z0-9][a-z0-9:.-]{0,63}$/i.test(action) &&
        Array.isArray(chords) &&
        chords.length <= MOST_CHORDS &&
        chords.every((one) => typeof one === 'string' && parseChord(one) !== undefined),
    )
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function row<T>(
  scope: SettingScope,
  check: (value: unknown) => value is T,
  initial: NoInfer<T>,
): SettingRow<T> {
  return { scope, check, initial }
}

// biome-ignore format: one row per setting
export const settingRows = {
  /** How the picture fits the window. */
  scale:             row('vm',     isOneOf(scaleModes),            'fit'),
  /** Percent; of mode `1:1` alone. */
  zoom:              row('vm',     isWhole(MIN_ZOOM, MAX_ZOOM),    100),
  rotation:          row('vm',     isOneOf(rotations),             0),
  /** The guest is asked for the window's size. */
  guestFollows:      row('vm',     isBoolean,                      false),
  /** What the guest plays is not heard. */
  muted:             row('vm',     isBoolean,                      false),
  keepOnTop:         row('vm',     isBoolean,                      false),
  /** The toolbar comes when the pointer is at the top edge; otherwise by its key alone. */
  toolbarAtEdge:     row('vm',     isBoolean,                      true),
  /** The screen that fullscreen takes, by its label; empty for the one the window is on. */
  monitor:           row('vm',     isText(255),                    ''),
  /** Of the window the last time; null before there was one. */
  windowSize:        row('vm',     isWindowSize,                   null),
  /** This machine's display does not sleep in fullscreen while the picture is live. */
  keepsAwake:        row('global', isBoolean,                      true),
  /** A VM that stops is told of while its window is hidden. */
  tellsStop:         row('global', isBoolean,                      true),
  /** The list of VMs shows it when it was shown last, with a small picture. */
  remembered:        row('vm',     isBoolean,                      true),
  /** Counts for windows that are opened after it was chosen. */
  presenter:         row('global', isOneOf(presenterWishes),       'auto'),
  screenshotFolder:  row('global', isFolder,                       ''),
  screenshotFormat:  row('global', isOneOf(shotFormats),           'png'),
  screenshotCursor:  row('global', isBoolean,                      true),
  /** Seconds between the pictures of a series. */
  screenshotEvery:   row('global', isWhole(MIN_EVERY, MAX_EVERY),  10),
  inspectorDock:     row('global', isOneOf(docks),                 'right'),
  /** CSS pixels across, on the right and at the bottom. */
  inspectorWidth:    row('global', isWhole(200, 8192),             440),
  inspectorHeight:   row('global', isWhole(120, 8192),             320),
  recordingFolder:   row('global', isFolder,                       ''),
  recordingCodec:    row('global', isOneOf(recordingChoices),      'auto'),
  /** Most pictures per second. */
  recordingRate:     row('global', isWhole(1, MAX_RECORDING_RATE), 30),
  recordingCursor:   row('global', isBoolean,                      true),
  /** What was shown last is kept in memory, to be saved when a person wants it. */
  keepsReplay:       row('vm',     isBoolean,                      false),
  keys:              row('global', isChosenKeys,                   {}),
} as const

type Rows = typeof settingRows
export type SettingName = keyof Rows

/** What is remembered between runs. */
export type Settings = {
  readonly [N in SettingName]: Rows[N] extends SettingRow<infer T> ? T : never
}

export const settingNames = Object.keys(settingRows) as readonly SettingName[]

/** What holds while nobody chose. */
export const initialSettings = Object.fromEntries(
  settingNames.map((name) => [name, settingRows[name].initial]),
) as unknown as Settings

/** Whose settings a change is for: those of all VMs, or of the one that is shown. */
export const settingLayers = ['global', 'vm'] as const
export type SettingLayer = (typeof settingLayers)[number]

/** Where the settings that hold come from. */
export type SettingLayers = {
  /** What holds for VMs without their own. */
  readonly global: Settings
  /** What this VM has of its own. */
  readonly vm: Partial<Settings>
}

/** The fields of an untrusted value that are there, right and allowed in a layer; all else is left out. */
export function checkSettings(value: unknown, layer: SettingLayer = 'global'): Partial<Settings> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    settingNames
      .filter((name) => layer === 'global' || settingRows[name].scope === 'vm')
      .filter((name) => Object.hasOwn(value, name) && settingRows[name].check(value[name]))
      .map((name) => [name, value[name]]),
  )
}

/** Which layer a setting that a person changes in passing goes to: its VM's own where it may have one. */
export function layerOf(name: SettingName): SettingLayer {
  return settingRows[name].scope
}
