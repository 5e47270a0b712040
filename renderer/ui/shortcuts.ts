// SPDX-License-Identifier: GPL-2.0-or-later
import type { ScaleMode } from '../../core/settings.ts'

export type Command =
  | 'fullscreen'
  | 'save'
  | 'copy'
  | 'mute'
  | 'toolbar'
  | 'status'
  | 'shortcuts'
  | 'close'
  | 'release'
  | `scale:${ScaleMode}`

/** One key combination. `key` is `KeyboardEvent.key` without regard to case, or `.code` for digits. */
export type Shortcut = {
  readonly command: Command
  readonly key: string
  readonly ctrl?: true
  readonly shift?: true
  readonly alt?: true
  readonly label: string
}

// F11, F10, Ctrl+? and Alt+Return as in GNOME; Ctrl+0 is "normal size" in virt-viewer.
// biome-ignore format: one row per shortcut
export const shortcuts: readonly Shortcut[] = [
  { command: 'fullscreen',    key: 'F11',                               label: 'Fullscreen' },
  { command: 'save',          key: 's',      ctrl: true, shift: true,   label: 'Save a screenshot' },
  { command: 'copy',          key: 'c',      ctrl: true, shift: true,   label: 'Copy a screenshot' },
  { command: 'scale:fit',     key: 'Digit1', alt: true,                 label: 'Scale to fit' },
  { command: 'scale:integer', key: 'Digit2', alt: true,                 label: 'Scale by whole numbers' },
  { command: 'scale:1:1',     key: 'Digit3', alt: true,                 label: 'Normal size, 1:1' },
  { command: 'scale:stretch', key: 'Digit4', alt: true,                 label: 'Stretch' },
  { command: 'scale:1:1',     key: 'Digit0', ctrl: true,                label: 'Normal size, 1:1' },
  { command: 'mute',          key: 'm',      ctrl: true, shift: true,   label: 'Mute the guest, or hear it' },
  { command: 'toolbar',       key: 'F10',                               label: 'Show or hide the toolbar (also Alt)' },
  { command: 'status',        key: 'Enter',  alt: true,                 label: 'About this display' },
  { command: 'shortcuts',     key: '?',      ctrl: true, shift: true,   label: 'Keyboard shortcuts' },
  { command: 'close',         key: 'q',      ctrl: true, shift: true,   label: 'Close the window' },
  { command: 'release',       key: 'Alt',    ctrl: true,                label: 'Take pointer and keys back from the guest' },
]

type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>

/** The command of a key press, if it has one. */
export function commandOf(event: Keys): Command | undefined {
  if (event.metaKey) return undefined
  const pressed = event.key.toLowerCase()
  return shortcuts.find((row) => {
    const key = row.key.startsWith('Digit')
      ? row.key === event.code
      : row.key.toLowerCase() === pressed
    return (
      key &&
      (row.ctrl ?? false) === event.ctrlKey &&
      (row.shift ?? false) === event.shiftKey &&
      (row.alt ?? false) === event.altKey
    )
  })?.command
}

/** `Ctrl+Shift+S`. */
export function keyWords(row: Shortcut): string {
  const key = row.key.replace('Digit', '')
  const parts = [row.ctrl && 'Ctrl', row.shift && key !== '?' && 'Shift', row.alt && 'Alt']
  return [...parts.filter(Boolean), key.length === 1 ? key.toUpperCase() : key].join('+')
}

/** The first combination of a command, for tooltips and menus. */
export function keyOf(command: Command): string {
  const row = shortcuts.find((one) => one.command === command)
  return row ? keyWords(row) : ''
}
