// SPDX-License-Identifier: GPL-2.0-or-later

/** Keys to press together: `KeyboardEvent.code`, in the order of pressing. */
export type KeyCombination = { readonly label: string; readonly codes: readonly string[] }

/** Those that the desktop, the browser or the kernel of this machine tends to keep for itself. */
// biome-ignore format: one row per combination
export const keyCombinations: readonly KeyCombination[] = [
  { label: 'Ctrl+Alt+Del',       codes: ['ControlLeft', 'AltLeft', 'Delete'] },
  { label: 'Ctrl+Alt+Backspace', codes: ['ControlLeft', 'AltLeft', 'Backspace'] },
  { label: 'Super',              codes: ['MetaLeft'] },
  { label: 'Super+L',            codes: ['MetaLeft', 'KeyL'] },
  { label: 'Alt+Tab',            codes: ['AltLeft', 'Tab'] },
  { label: 'Alt+F4',             codes: ['AltLeft', 'F4'] },
  { label: 'Esc',                codes: ['Escape'] },
  { label: 'F10',                codes: ['F10'] },
  { label: 'F11',                codes: ['F11'] },
  { label: 'Print Screen',       codes: ['PrintScreen'] },
  { label: 'Pause',              codes: ['Pause'] },
]

/** Linux' virtual terminals: Ctrl+Alt+F1 … F12. */
export const terminals: readonly KeyCombination[] = Array.from({ length: 12 }, (_, at) => ({
  label: `Ctrl+Alt+F${at + 1}`,
  codes: ['ControlLeft', 'AltLeft', `F${at + 1}`],
}))

/** Linux' Magic SysRq, by what it asks the kernel for (kernel's admin-guide/sysrq.rst). */
// biome-ignore format: one row per combination
export const sysrqs: readonly KeyCombination[] = [
  { label: 'SysRq+R: take the keyboard back', codes: ['AltLeft', 'PrintScreen', 'KeyR'] },
  { label: 'SysRq+E: end all programs',       codes: ['AltLeft', 'PrintScreen', 'KeyE'] },
  { label: 'SysRq+I: kill all programs',      codes: ['AltLeft', 'PrintScreen', 'KeyI'] },
  { label: 'SysRq+S: write disks',            codes: ['AltLeft', 'PrintScreen', 'KeyS'] },
  { label: 'SysRq+U: make disks read-only',   codes: ['AltLeft', 'PrintScreen', 'KeyU'] },
  { label: 'SysRq+B: restart at once',        codes: ['AltLeft', 'PrintScreen', 'KeyB'] },
]
