// SPDX-License-Identifier: GPL-2.0-or-later
import { type Provider, usable } from './provider.ts'

/** The built-in guest, which every host has. */
export const demoGuest: Provider = {
  name: 'demo',
  everyMs: 3_600_000,
  find: async () => [
    {
      id: 'demo',
      kind: 'demo',
      name: 'Demo guest',
      what: 'a built-in guest that flips pages and moves a cursor',
      address: 'demo:',
      ...usable,
    },
  ],
}
