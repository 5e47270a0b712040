// SPDX-License-Identifier: GPL-2.0-or-later
import {
  type LauncherCalls,
  type LauncherNotes,
  launcherCallNames,
  launcherNoteNames,
  MAX_SESSION_TEXT,
  MAX_TARGET,
} from '../../core/launcher-protocol.ts'
import { type Check, fits, isBoolean, isDuration, isRecord, isText, MAX_LOG } from './messages.ts'
import type { PageDoor } from './page-door.ts'
import type { LauncherHandlers } from './shell.ts'

/** Longest name of a file that the system takes, characters. */
const MAX_NAME = 255

const callArguments: Record<keyof LauncherCalls, readonly Check[]> = {
  'launcher:hello': [],
  'launcher:open': [isRecord({ target: isText(MAX_TARGET), stays: isBoolean })],
  'launcher:open-text': [isText(MAX_NAME), isText(MAX_SESSION_TEXT)],
  'launcher:forget': [isText(MAX_TARGET)],
  'window:close': [],
}

const noteArguments: Record<keyof LauncherNotes, readonly Check[]> = {
  'view:visible': [isBoolean],
  'view:painted': [isDuration, isDuration],
  'log:problem': [isText(MAX_LOG)],
}

/** `/picture/NAME.png`, a name as main/recent.ts makes it. */
const picturePath = /^\/picture\/([0-9a-f]{32})\.png$/

/** The door of the launcher's document. */
export function launcherDoor(page: LauncherHandlers): PageDoor {
  return {
    document: 'launcher',
    query: '',
    call: (name, args) => {
      const known = launcherCallNames.find((one) => one === name)
      if (!known || !fits(callArguments[known], args)) return undefined
      const call = page.calls[known] as (...args: unknown[]) => Promise<unknown>
      return () => call(...args)
    },
    note: (name, args) => {
      const known = launcherNoteNames.find((one) => one === name)
      if (!known || !fits(noteArguments[known], args)) return undefined
      return () => page.note(known, ...(args as never))
    },
    picture: ({ pathname }) => {
      const name = picturePath.exec(pathname)?.[1]
      return name === undefined ? undefined : page.picture(name)
    },
    framesWanted: () => {},
    framesDropped: () => {},
  }
}
