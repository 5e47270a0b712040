// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as delay } from 'node:timers/promises'
import type { BrowserWindow } from 'electron'
import type { Failure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'

/** Time that the desktop gets to give a window the focus, ms. */
const FOCUS_MS = 500
const LOOK_MS = 50

/** Brings a window to the front; a desktop that does not let it is seen by the focus that never comes. */
export async function raiseBrowserWindow(
  window: Pick<
    BrowserWindow,
    'isDestroyed' | 'isMinimized' | 'restore' | 'show' | 'focus' | 'isFocused'
  >,
): Promise<Result<void, Failure>> {
  const refused = (why: string): Result<never, Failure> => {
    const what = 'cannot bring its window to the front'
    return fail({
      code: 'not-raised',
      what,
      why,
      remedy: 'Choose it in the taskbar or the overview',
    })
  }
  if (window.isDestroyed()) return refused('it is closed')
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
  for (let waited = 0; waited < FOCUS_MS; waited += LOOK_MS) {
    if (window.isDestroyed()) return refused('it was closed')
    if (window.isFocused()) return ok(undefined)
    await delay(LOOK_MS)
  }
  return refused('the desktop did not let it')
}
