// SPDX-License-Identifier: GPL-2.0-or-later

// What a person does with keyboard and pointer, on its way from the page to a source. Plain data that
// survives JSON and structured clone; checked by isInputEvent wherever it crosses a trust line.

/** As QEMU names them; one turn of a wheel is a press and a release of its button. */
export const pointerButtons = [
  'left',
  'middle',
  'right',
  'side',
  'extra',
  'wheel-up',
  'wheel-down',
  'wheel-left',
  'wheel-right',
] as const
export type PointerButton = (typeof pointerButtons)[number]

export type InputEvent =
  /** `qnum` is QEMU's key number: XT set 1, an `E0 xx` key is `xx | 0x80` (core/keycodes.ts). */
  | { readonly kind: 'key'; readonly qnum: number; readonly down: boolean }
  /** Where the pointer is, whole guest pixels from the top left. The source clamps it to its size. */
  | { readonly kind: 'pointer'; readonly x: number; readonly y: number }
  /** How far a relative pointer moved, whole counts. */
  | { readonly kind: 'motion'; readonly dx: number; readonly dy: number }
  | { readonly kind: 'button'; readonly button: PointerButton; readonly down: boolean }
  /** One finger, guest pixels; `slot` counts from 0 and is below what the source takes. */
  | {
      readonly kind: 'touch'
      readonly phase: TouchPhase
      readonly slot: number
      readonly x: number
      readonly y: number
    }

export const touchPhases = ['begin', 'update', 'end', 'cancel'] as const
export type TouchPhase = (typeof touchPhases)[number]

export const pointerModes = ['absolute', 'relative', 'both', 'none'] as const
export type PointerMode = (typeof pointerModes)[number]

/** What a source takes now; it changes when a guest's driver binds. */
export type InputAccepts = {
  readonly keyboard: boolean
  readonly pointer: PointerMode
  /** Fingers that it tells apart; 0 or absent where it takes no touch. */
  readonly touch?: number
}

export const noInput: InputAccepts = { keyboard: false, pointer: 'none' }

export function sameInput(a: InputAccepts, b: InputAccepts): boolean {
  return a.keyboard === b.keyboard && a.pointer === b.pointer && (a.touch ?? 0) === (b.touch ?? 0)
}

/** Fingers that anybody tells apart. */
export const MAX_TOUCH = 32
/** Events in one message, at most. */
export const MAX_INPUT_EVENTS = 64
/** Key numbers are one byte; 0 and 0x80 are no keys. */
export const MAX_QNUM = 0xff
/** No guest is wider or higher. */
export const MAX_POSITION = 0xffff
/** Farthest motion in one event, either way. */
export const MAX_MOTION = 0x7fff

/** Whether a value from outside is an input event: all its fields, no others, all within bounds. */
export function isInputEvent(value: unknown): value is InputEvent {
  if (typeof value !== 'object' || value === null) return false
  const event = value as Record<string, unknown>
  const has = (...names: readonly string[]) =>
    Object.keys(event).length === names.length + 1 &&
    names.every((name) => Object.hasOwn(event, name))
  switch (Object.hasOwn(event, 'kind') && event['kind']) {
    case 'key':
      return has('qnum', 'down') && isQnum(event['qnum']) && typeof event['down'] === 'boolean'
    case 'pointer':
      return (
        has('x', 'y') &&
        isWhole(event['x'], 0, MAX_POSITION) &&
        isWhole(event['y'], 0, MAX_POSITION)
      )
    case 'motion':
      return (
        has('dx', 'dy') &&
        isWhole(event['dx'], -MAX_MOTION, MAX_MOTION) &&
        isWhole(event['dy'], -MAX_MOTION, MAX_MOTION)
      )
    case 'button':
      return (
        has('button', 'down') &&
        pointerButtons.some((button) => button === event['button']) &&
        typeof event['down'] === 'boolean'
      )
    case 'touch':
      return (
        has('phase', 'slot', 'x', 'y') &&
        touchPhases.some((phase) => phase === event['phase']) &&
        isWhole(event['slot'], 0, MAX_TOUCH - 1) &&
        isWhole(event['x'], 0, MAX_POSITION) &&
        isWhole(event['y'], 0, MAX_POSITION)
      )
    default:
      return false
  }
}

/** Whether a value is a list of input events that fits into one message. */
export function isInputList(value: unknown): value is readonly InputEvent[] {
  return Array.isArray(value) && value.length <= MAX_INPUT_EVENTS && value.every(isInputEvent)
}

function isQnum(value: unknown): boolean {
  return isWhole(value, 1, MAX_QNUM) && value !== 0x80
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}
