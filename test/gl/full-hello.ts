// SPDX-License-Identifier: GPL-2.0-or-later
import { noCapabilities } from '../../core/guest.ts'
import type { Hello } from '../../core/protocol.ts'

/** A window on a VM that offers everything: every menu has all of its lines. */
export const fullHello: Partial<Hello> = {
  viewOnly: false,
  vm: { run: 'running', note: '' },
  input: { keyboard: true, pointer: 'absolute' },
  guest: {
    title: 'Debian 12',
    console: { id: 0, label: 'VGA', type: 'Graphic' },
    consoles: [
      { id: 0, label: 'VGA', type: 'Graphic' },
      { id: 1, label: 'serial0', type: 'Text' },
    ],
    capabilities: {
      ...noCapabilities,
      input: true,
      resize: true,
      clipboard: true,
      audio: true,
    },
  },
}
