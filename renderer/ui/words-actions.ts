// SPDX-License-Identifier: GPL-2.0-or-later
import type { ShotFormat } from '../../core/settings.ts'
import type { ActionFolder, ActionGroup } from './action.ts'

/** Names of menus, and headings of their actions elsewhere. */
export const groupWords: Readonly<Record<ActionGroup, string>> = {
  screenshot: 'Screenshot',
  record: 'Record',
  view: 'View',
  vm: 'Virtual machine',
  consoles: 'Consoles',
  keys: 'Send keys',
  tools: 'Tools',
  app: 'Scanout',
}

export const folderWords: Readonly<Record<ActionFolder, string>> = {
  plane: 'This plane only',
  scale: 'Scale',
  monitor: 'Fullscreen on',
  terminal: 'Virtual terminal',
  sysrq: 'Magic SysRq',
}

export const formatWords: Readonly<Record<ShotFormat, { name: string; hint: string }>> = {
  png: { name: 'PNG', hint: 'Opens everywhere; says which VM it shows' },
  webp: { name: 'WebP', hint: 'Smaller, and every pixel the same' },
}
