// SPDX-License-Identifier: GPL-2.0-or-later

// What passes between the window and the guest beside pictures and input: the wish for a size, the
// clipboard's text, sound. Plain data; checked wherever it crosses a trust line.

import type { Failure } from './failure.ts'

/** What the window wants of the guest. */
export type GuestRequest =
  /** A screen of this size, device pixels; millimetres are 0 when unknown. The newest wish wins. */
  | {
      readonly kind: 'resize'
      readonly width: number
      readonly height: number
      readonly widthMm: number
      readonly heightMm: number
    }
  /** Begin or end to share the clipboard; nothing is shared before. */
  | { readonly kind: 'clipboard-share'; readonly on: boolean }
  /** Our clipboard holds this text now. */
  | { readonly kind: 'clipboard-text'; readonly text: string }
  /** Begin or end to listen to what the guest plays; nothing is sent before. */
  | { readonly kind: 'sound'; readonly on: boolean }

/** What the guest says. */
export type GuestNews =
  /** Its clipboard holds this text now. */
  | { readonly kind: 'clipboard-text'; readonly text: string }
  /** Interleaved 16-bit little-endian samples of one stream, all channels of a moment together. */
  | {
      readonly kind: 'sound'
      readonly stream: number
      /** Samples per second of one channel. */
      readonly rate: number
      readonly channels: number
      readonly bytes: Uint8Array
    }
  /** How loud the guest wants a stream; `volume` from 0 to 1. */
  | {
      readonly kind: 'sound-volume'
      readonly stream: number
      readonly muted: boolean
      readonly volume: number
    }
  /** A stream ended or paused. */
  | { readonly kind: 'sound-end'; readonly stream: number }
  /** It cannot do what it was asked for; told once, however often it is asked. */
  | { readonly kind: 'trouble'; readonly failure: Failure }

/** Longest text that a clipboard passes on, UTF-16 units. */
export const MAX_CLIPBOARD = 1 << 20
/** Smallest and largest side that a guest is asked for, pixels. */
export const MIN_SIDE = 64
export const MAX_SIDE = 16384
const MAX_MM = 0xffff

/** Whether a value from outside is a request: all its fields, no others, all within bounds. */
export function isGuestRequest(value: unknown): value is GuestRequest {
  if (typeof value !== 'object' || value === null) return false
  const request = value as Record<string, unknown>
  const has = (...names: readonly string[]) =>
    Object.keys(request).length === names.length + 1 &&
    names.every((name) => Object.hasOwn(request, name))
  switch (Object.hasOwn(request, 'kind') && request['kind']) {
    case 'resize':
      return (
        has('width', 'height', 'widthMm', 'heightMm') &&
        isWhole(request['width'], MIN_SIDE, MAX_SIDE) &&
        isWhole(request['height'], MIN_SIDE, MAX_SIDE) &&
        isWhole(request['widthMm'], 0, MAX_MM) &&
        isWhole(request['heightMm'], 0, MAX_MM)
      )
    case 'clipboard-share':
    case 'sound':
      return has('on') && typeof request['on'] === 'boolean'
    case 'clipboard-text': {
      const text = request['text']
      return has('text') && typeof text === 'string' && text.length <= MAX_CLIPBOARD
    }
    default:
      return false
  }
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}
