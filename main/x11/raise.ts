// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { parseDisplay, XConnection } from './connection.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Time that the X server and the window manager get, ms. */
const PATIENCE_MS = 2000
/** `_NET_ACTIVE_WINDOW`'s source indication for what a person asked for (EWMH 1.5). */
const BY_PERSON = 2

/**
 * Brings the window of a process group to the front of an X11 desktop, as its taskbar would: by the
 * window manager, on its own desktop, out of the icons. Wayland leaves that to the desktop alone.
 *
 * @param group process group that a window's process is in
 */
export async function raiseWindow(group: number, env: Environment): Promise<Result<void, Failure>> {
  const name = parseDisplay(env['DISPLAY'] ?? '')
  if (!name) return notRaised(env)
  try {
    const patience = AbortSignal.timeout(PATIENCE_MS)
    using display = await XConnection.open(name, env, patience)
    const [list, processId, active] = [
      await display.atom('_NET_CLIENT_LIST'),
      await display.atom('_NET_WM_PID'),
      await display.atom('_NET_ACTIVE_WINDOW'),
    ]
    const windows = list && processId ? await display.property(display.root, list) : []
    for (const window of windows) {
      const [pid] = await display.property(window, processId)
      if (pid === undefined || groupOf(pid) !== group) continue
      display.tellManager(window, active, [BY_PERSON, 0, 0])
      // The answer to a later question says that the message was read.
      await display.property(display.root, active)
      return ok(undefined)
    }
    return notRaised(env)
  } catch (error) {
    return trouble(error instanceof Error ? error.message : String(error))
  }
}

function notRaised(env: Environment): Result<never, Failure> {
  return trouble(
    env['WAYLAND_DISPLAY']
      ? 'Wayland lets only the desktop itself do that'
      : 'no window manager knows of it',
  )
}

function trouble(why: string): Result<never, Failure> {
  const what = 'cannot bring its window to the front'
  return fail({ code: 'not-raised', what, why, remedy: 'Choose it in the taskbar or the overview' })
}

/** The process group of a process: field 5 of /proc/PID/stat, behind the name in its brackets. */
function groupOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2])
  } catch {
    return undefined
  }
}
