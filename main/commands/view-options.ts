// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import { parseHotkeys } from '../../core/hotkeys.ts'
import { ok, type Result } from '../../core/result.ts'
import { type ChosenKeys, scaleModes } from '../../core/settings.ts'
import type { OptionTable } from '../arguments.ts'
import { wrongUse } from '../command.ts'

/** How a viewer opens: what a session file, a link and a launcher may say as well. */
export const viewOptions = {
  fullscreen: { type: 'flag', help: 'fill the screen' },
  scale: { type: 'choice', choices: scaleModes, help: 'how the picture fits the window' },
  follow: { type: 'flag', help: "ask the guest for the window's size, whenever that changes" },
  mute: { type: 'flag', help: 'do not listen to what the guest plays' },
  'view-only': { type: 'flag', help: 'never send anything to the guest' },
  qmp: {
    type: 'text',
    metavar: 'SOCKET',
    help: "send input, pause and reset through this QEMU monitor's socket",
  },
  hotkeys: {
    type: 'text',
    metavar: 'ACTION=KEYS,…',
    help: 'other keys for this window: fullscreen=shift+f11',
  },
} as const satisfies OptionTable

/** The keys of `--hotkeys`, none without it. */
export function readHotkeys(text: string | undefined): Result<ChosenKeys, Failure> {
  const keys = text === undefined ? ok({}) : parseHotkeys(text)
  if (keys.ok) return keys
  return wrongUse('cannot use --hotkeys', keys.failure, 'Write --hotkeys fullscreen=shift+f11')
}
