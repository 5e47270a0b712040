// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Row } from './rows.ts'

/** Everything that the launcher says. */
export const words = {
  field: 'Filter, or type an address or a file',
  list: 'What can be shown',
  openFile: 'Open file…',
  open: 'Open',
  openAndStay: 'Ctrl+Enter keeps this window open',
  forget: 'Forget',
  copyFix: 'Copy fix',
  copyAddress: 'Copy address',
  copy: 'Copy',
  copied: 'Copied',
  dismiss: 'Dismiss',
  looking: 'Looking for virtual machines',
  ended: {
    code: 'ended',
    what: 'Scanout has ended',
    why: 'the program behind this window is no longer running',
    remedy: 'Close this window, then start Scanout again',
  } satisfies Failure,
  bare: {
    title: 'No virtual machine was found on this host',
    text: 'Start one with a display that Scanout can show. It appears here by itself.',
    qemu: 'QEMU: add to its command line',
    libvirt: 'libvirt: add to the domain’s <devices>, by virsh edit NAME',
  },
} as const

export const groupWords: Readonly<Record<Row['kind'], string>> = {
  typed: 'Typed',
  vm: 'Virtual machines',
  device: 'Devices',
  recent: 'Recent',
  demo: 'Built in',
}

/** Nothing in the list has what was typed in it. */
export function noMatch(text: string): string {
  return `Nothing here is called “${text.trim()}”`
}

export function opening(name: string): string {
  return `Opening ${name}…`
}

/** `3 can be opened, 1 cannot`. */
export function countWords(rows: readonly Row[]): string {
  const can = rows.filter(({ usable }) => usable).length
  const cannot = rows.length - can
  return cannot === 0 ? `${can} can be opened` : `${can} can be opened, ${cannot} cannot`
}

/** A file that cannot be read by its content alone. */
export function needsPath(name: string): Failure {
  return {
    code: 'needs-path',
    what: `cannot open ${name} here`,
    why: 'a plane dump lies in several files beside each other',
    remedy: 'Type its path into the field above',
  }
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })

/** `just now`, `5 minutes ago`, `yesterday`; a date after two weeks. A clock that was set back counts as now. */
export function sinceWords(thenMs: number, nowMs: number): string {
  const ago = nowMs - thenMs
  if (ago > 14 * 86_400_000) return absolute.format(thenMs)
  const unit = units.find(([, ms]) => ago >= ms)
  return unit ? relative.format(-Math.floor(ago / unit[1]), unit[0]) : 'just now'
}
