// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../core/assert-never.ts'
import type { Failure, Verdict } from '../../core/failure.ts'
import { fourccRow } from '../../core/fourcc.ts'
import type { ConsoleInfo } from '../../core/guest.ts'
import { modifierText } from '../../core/modifier.ts'
import { describeModifier } from '../../core/modifier-names.ts'
import type { Plane, PlaneStatus } from '../../core/plane.ts'
import type { ScaleMode } from '../../core/settings.ts'
import { actsOnVm, type ViewState } from '../store.ts'
import { sentence } from './sentence.ts'
import { type RunAction, runWords } from './vm-words.ts'

/** What a person can do about a state. */
export type StateAction = 'reopen' | 'close' | RunAction

/** A state in words: what, why, what would help, and the buttons for it, the obvious one first. */
export type StateWords = {
  readonly title: string
  readonly why: string
  readonly remedy: string
  /** `field = value` of a verdict. */
  readonly fact: string
  readonly actions: readonly StateAction[]
  /** `alert` asks for attention, `status` only informs. */
  readonly tone: 'alert' | 'status'
}

/** The words for what the window shows instead of the picture or over it; undefined while all is well. */
export function stateWords(state: ViewState): StateWords | undefined {
  const { session, problem, closed, guest, hello } = state
  if (closed && problem) return fromFailure('The picture cannot be read', problem, ['close'])
  if (closed) {
    return {
      title: 'Scanout has ended',
      why: 'The program behind this window is no longer running.',
      remedy: 'Close this window, then start Scanout again.',
      fact: '',
      actions: ['close'],
      tone: 'alert',
    }
  }
  switch (session.kind) {
    case 'connecting':
      return {
        title: hello ? `Connecting to ${guest.title}` : 'Connecting',
        why: hello ? hello.address : '',
        remedy: '',
        fact: '',
        actions: ['close'],
        tone: 'status',
      }
    case 'live':
      return problem
        ? fromFailure('The picture cannot be drawn', problem, ['reopen', 'close'])
        : runStateWords(state)
    case 'disabled':
      return (
        runStateWords(state) ?? {
          title: 'The display is off',
          why: 'The guest has switched its display off, or has not switched it on yet.',
          remedy: 'The picture comes by itself when the guest draws one.',
          fact: '',
          actions: ['close'],
          tone: 'status',
        }
      )
    case 'refused':
      return fromFailure('This picture cannot be shown', session.verdict, ['reopen', 'close'])
    case 'stalled':
      return fromFailure('The picture is not updating', session.failure, ['reopen'])
    case 'failed':
      return fromFailure('The display cannot be opened', session.failure, ['reopen', 'close'])
    case 'lost':
      return fromFailure('The display went away', session.failure, ['reopen', 'close'])
    case 'waiting':
      return {
        ...fromFailure(
          state.picture ? 'The display went away' : `Waiting for ${guest.title}`,
          session.failure,
          ['close'],
        ),
        remedy: 'It is shown by itself as soon as it is there.',
        tone: 'status',
      }
    default:
      return assertNever(session)
  }
}

/** What a VM that does not run does instead, and the next step for who may take it. */
function runStateWords(state: ViewState): StateWords | undefined {
  const words = state.vm ? runWords(state.vm.run) : undefined
  if (!words) return undefined
  const { title, why, remedy, action } = words
  const mayAct = actsOnVm(state)
  return {
    title,
    why: sentence(state.vm?.note ?? '') || why,
    remedy: mayAct ? remedy : '',
    fact: '',
    actions: mayAct ? [action] : [],
    tone: 'status',
  }
}

function fromFailure(
  title: string,
  failure: Failure | Verdict,
  actions: readonly StateAction[],
): StateWords {
  const fact = 'field' in failure ? `${failure.field} = ${failure.value}` : ''
  const why = sentence(`${failure.what}: ${failure.why}`)
  return { title, why, remedy: sentence(failure.remedy), fact, actions, tone: 'alert' }
}

export const actionWords: Readonly<Record<StateAction, string>> = {
  reopen: 'Try again',
  close: 'Close',
  resume: 'Resume',
  wake: 'Wake up',
  start: 'Start',
  reset: 'Reset',
}

type ScaleWords = { readonly name: string; readonly label: string; readonly hint: string }

// biome-ignore format: one row per mode
export const scaleWords: Readonly<Record<ScaleMode, ScaleWords>> = {
  // mode       in the toolbar     in menus                            what it does
  fit:     { name: 'Fit',     label: 'Scale to fit',           hint: 'As large as the window allows' },
  integer: { name: 'Integer', label: 'Scale by whole numbers', hint: 'The largest whole multiple: every guest pixel the same size' },
  '1:1':   { name: '1:1',     label: 'Normal size, 1:1',       hint: 'One guest pixel on one screen pixel' },
  stretch: { name: 'Stretch', label: 'Stretch',                hint: 'Fills the window' },
}

/** `Intel X-tiled`, `Linear`; the name of drm_fourcc.h where nothing plainer is known. */
export function modifierWords(value: bigint): string {
  const { name, vendor, layout } = describeModifier(value)
  if (layout === 'linear') return 'Linear'
  if (name === undefined) return vendor ?? 'Unknown layout'
  const tiled = /^I915_FORMAT_MOD_(.+)_TILED$/.exec(name)
  return tiled ? `Intel ${tiled[1]}-tiled` : name
}

/** `XR24 (XRGB8888)`. */
export function fourccWords(code: string): string {
  const row = fourccRow(code)
  return row ? `${code} (${row.name})` : code
}

/** A console by its label; one of text is named as such, and one without a label by its number. */
export function consoleWords({ id, label, type }: ConsoleInfo): string {
  const name = label === '' ? `Console ${id}` : label
  return type === 'Text' ? `${name} (text)` : name
}

/** `1920 × 1080`. */
export function sizeWords(size: { readonly width: number; readonly height: number }): string {
  return `${size.width} × ${size.height}`
}

/** `60 frames/s`; an unchanging picture has no rate. */
export function rateWords(rate: number): string {
  if (rate === 0) return 'No change'
  return rate === 1 ? '1 frame/s' : `${rate} frames/s`
}

/** The plane that a status shows, if it shows one. */
export function shownPlane(statuses: readonly PlaneStatus[], kind: string): Plane | undefined {
  const status = statuses.find((one) => one.kind === kind)
  return status?.state === 'shown' ? status.plane : undefined
}

/** The toolbar's one line: `1920 × 1080 · XR24 · Intel X-tiled`. */
export function summary(state: ViewState): string {
  const plane = shownPlane(state.statuses, 'primary')
  if (!plane) return state.picture ? sizeWords(state.picture) : ''
  return [sizeWords(plane), plane.fourcc, modifierWords(plane.modifier)].join(' · ')
}

/** A plane in a line: `64 × 64 · AR24 (ARGB8888) · Linear 0x0000000000000000`. */
export function planeWords(status: PlaneStatus): string {
  switch (status.state) {
    case 'shown': {
      const { plane } = status
      const at = plane.kind === 'primary' ? '' : ` at ${plane.x}, ${plane.y}`
      const hot = plane.hotspot ? ` · hotspot ${plane.hotspot.x}, ${plane.hotspot.y}` : ''
      return `${sizeWords(plane)}${at}${hot} · ${fourccWords(plane.fourcc)}`
    }
    case 'disabled':
      return 'Off'
    case 'absent':
      return 'None'
    case 'refused':
      return sentence(status.verdict.why)
    case 'stalled':
      return sentence(status.failure.why)
    default:
      return assertNever(status)
  }
}

/** A plane's layout: `Intel X-tiled` and its hex. */
export function layoutWords(plane: Plane): { readonly name: string; readonly hex: string } {
  return { name: modifierWords(plane.modifier), hex: modifierText(plane.modifier) }
}
