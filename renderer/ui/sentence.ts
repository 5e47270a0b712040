// SPDX-License-Identifier: GPL-2.0-or-later

/** Capital first, full stop last; for texts that are also printed after a program's name. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  const end = /[.!?:…]$/.test(trimmed) ? '' : '.'
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${end}`
}
