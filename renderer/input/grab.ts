// SPDX-License-Identifier: GPL-2.0-or-later

/** What decides who hears the keys. */
export type GrabState = {
  /** The browser holds the pointer for us. */
  readonly pointerLocked: boolean
  /** The browser lets even the desktop's keys through: only in the Fullscreen API's fullscreen. */
  readonly keyboardLocked: boolean
  /** The person asked for the keys back; a press on the picture gives them away again. */
  readonly letGo: boolean
}

export const ungrabbed: GrabState = { pointerLocked: false, keyboardLocked: false, letGo: false }

export type GrabEvent =
  | { readonly kind: 'pointer-lock'; readonly locked: boolean }
  | { readonly kind: 'keyboard-lock'; readonly locked: boolean }
  /** The way out was taken. */
  | { readonly kind: 'release' }
  /** A press on the picture. */
  | { readonly kind: 'press' }

export function nextGrab(state: GrabState, event: GrabEvent): GrabState {
  switch (event.kind) {
    case 'pointer-lock':
      return { ...state, pointerLocked: event.locked, letGo: event.locked ? false : state.letGo }
    case 'keyboard-lock':
      return { ...state, keyboardLocked: event.locked, letGo: false }
    case 'release':
      return { ...state, pointerLocked: false, letGo: true }
    case 'press':
      return { ...state, letGo: false }
  }
}

/** While this holds, every key is the guest's: our own shortcuts too. */
export function isGrabbed({ pointerLocked, keyboardLocked, letGo }: GrabState): boolean {
  return pointerLocked || (keyboardLocked && !letGo)
}

const controls: ReadonlySet<string> = new Set(['ControlLeft', 'ControlRight'])
/** Not the right one, which is AltGr on many boards. */
const alts: ReadonlySet<string> = new Set(['AltLeft'])

/** Hears the way out of a grab: Ctrl and Alt pressed together and let go, with no other key between. */
export class ReleaseChord {
  #down = new Set<string>()
  #spoilt = false

  down(code: string): void {
    if (controls.has(code) || alts.has(code)) this.#down.add(code)
    else this.#spoilt = true
  }

  /** A button or the wheel: Ctrl+Alt and a press is something the guest may know. */
  spoil(): void {
    if (this.#down.size > 0) this.#spoilt = true
  }

  /** True when this completed the chord. */
  up(code: string): boolean {
    const both = [...this.#down].some((one) => controls.has(one)) && this.#down.has('AltLeft')
    const complete = both && !this.#spoilt && this.#down.has(code)
    this.#down.delete(code)
    if (complete) this.#spoilt = true
    if (this.#down.size === 0) this.#spoilt = false
    return complete
  }

  clear(): void {
    this.#down.clear()
    this.#spoilt = false
  }
}
