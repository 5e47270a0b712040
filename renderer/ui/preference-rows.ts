// SPDX-License-Identifier: GPL-2.0-or-later
import {
  MAX_EVERY,
  MAX_RECORDING_RATE,
  MAX_ZOOM,
  MIN_EVERY,
  MIN_ZOOM,
  presenterWishes,
  recordingChoices,
  rotations,
  type SettingName,
  scaleModes,
  shotFormats,
} from '../../core/settings.ts'
import { scaleWords } from './words.ts'
import { formatWords } from './words-actions.ts'

/** How a setting is shown and changed. */
export type PreferenceControl =
  | { readonly kind: 'tick' }
  | { readonly kind: 'text' }
  | {
      readonly kind: 'number'
      readonly least: number
      readonly most: number
      readonly unit: string
    }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[] }

export type Choice = { readonly value: string | number; readonly name: string }

export type PreferenceRow = {
  readonly heading: PreferenceHeading
  readonly label: string
  /** What it does where the label does not say it. */
  readonly hint: string
  readonly control: PreferenceControl
}

export const preferenceHeadings = [
  'Picture',
  'Guest',
  'Window',
  'Screenshots',
  'Recording',
] as const
export type PreferenceHeading = (typeof preferenceHeadings)[number]

const tick: PreferenceControl = { kind: 'tick' }
const presenterNames: Readonly<Record<(typeof presenterWishes)[number], string>> = {
  auto: 'What suits this machine',
  webgl: 'WebGL',
  canvas2d: '2D canvas',
}

const codecNames: Readonly<Record<(typeof recordingChoices)[number], string>> = {
  auto: 'The best there is',
  h264: 'H.264',
  vp9: 'VP9',
  av1: 'AV1',
  vp8: 'VP8',
}

const choice = (choices: readonly Choice[]): PreferenceControl => ({ kind: 'choice', choices })
const number = (least: number, most: number, unit: string): PreferenceControl => {
  return { kind: 'number', least, most, unit }
}
const scales = choice(scaleModes.map((value) => ({ value, name: scaleWords[value].name })))
const turns = choice(
  rotations.map((value) => ({ value, name: value === 0 ? 'Not turned' : `${value}° clockwise` })),
)
const presenters = choice(presenterWishes.map((value) => ({ value, name: presenterNames[value] })))
const codecs = choice(recordingChoices.map((value) => ({ value, name: codecNames[value] })))
const formats = choice(shotFormats.map((value) => ({ value, name: formatWords[value].name })))

/** Settings as the preferences show them; null for those that are changed where they are seen. */
// biome-ignore format: one row per setting
export const preferenceRows: Readonly<Record<SettingName, PreferenceRow | null>> = {
  scale:            { heading: 'Picture',     label: 'Scale',                                  hint: '',                                                   control: scales },
  zoom:             { heading: 'Picture',     label: 'Zoom at 1:1',                            hint: '100 % puts one guest pixel on one screen pixel',     control: number(MIN_ZOOM, MAX_ZOOM, '%') },
  rotation:         { heading: 'Picture',     label: 'Rotation',                               hint: 'Of what is shown; screenshots stay upright',         control: turns },
  presenter:        { heading: 'Picture',     label: 'Drawn with',                             hint: 'For windows opened from now on',                     control: presenters },
  guestFollows:     { heading: 'Guest',       label: 'Guest follows window size',              hint: 'Where the guest can change its resolution',          control: tick },
  muted:            { heading: 'Guest',       label: 'Mute the guest',                         hint: '',                                                   control: tick },
  tellsStop:        { heading: 'Guest',       label: 'Tell when a VM stops',                   hint: 'Only while its window is hidden',                    control: tick },
  remembered:       { heading: 'Guest',       label: 'List it under Recent',                   hint: 'With a small picture, which only you can read',      control: tick },
  toolbarAtEdge:    { heading: 'Window',      label: 'Toolbar at the top edge',                hint: 'Otherwise it comes with its key or Alt',             control: tick },
  keepOnTop:        { heading: 'Window',      label: 'Keep on top',                            hint: "In Chromium your desktop's window menu does this",   control: tick },
  keepsAwake:       { heading: 'Window',      label: 'Keep the display awake in fullscreen',   hint: 'While the picture is live',                          control: tick },
  monitor:          null,
  windowSize:       null,
  screenshotFolder: { heading: 'Screenshots', label: 'Folder',                                 hint: '',                                                   control: { kind: 'text' } },
  screenshotFormat: { heading: 'Screenshots', label: 'Format',                                 hint: '',                                                   control: formats },
  screenshotCursor: { heading: 'Screenshots', label: 'With cursor',                            hint: '',                                                   control: tick },
  screenshotEvery:  { heading: 'Screenshots', label: 'Time between two of a series',           hint: 'A series is saved as PNG',                           control: number(MIN_EVERY, MAX_EVERY, 's') },
  inspectorDock:    null,
  inspectorWidth:   null,
  inspectorHeight:  null,
  recordingFolder:  { heading: 'Recording',   label: 'Folder',                                 hint: '',                                                   control: { kind: 'text' } },
  recordingCodec:   { heading: 'Recording',   label: 'Codec',                                  hint: '',                                                   control: codecs },
  recordingRate:    { heading: 'Recording',   label: 'Most pictures',                          hint: 'An unchanged picture takes none',                    control: number(1, MAX_RECORDING_RATE, '/s') },
  recordingCursor:  { heading: 'Recording',   label: 'With cursor',                            hint: '',                                                   control: tick },
  keepsReplay:      { heading: 'Recording',   label: 'Keep what was shown last',               hint: 'In memory, to save it afterwards',                   control: tick },
  keys:             null,
}
