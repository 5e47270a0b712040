// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { connect } from 'node:net'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Time that a display server gets to accept a connection, ms. */
const PATIENCE_MS = 1000

/**
 * True when a window can be opened: Wayland's or X's socket accepts a connection. An X display on
 * another host is believed without asking.
 */
export async function hasDisplay(env: Environment): Promise<boolean> {
  const wayland = env['WAYLAND_DISPLAY']
  const runtime = env['XDG_RUNTIME_DIR']
  if (wayland && (path.isAbsolute(wayland) || runtime)) {
    if (await accepts(path.resolve(runtime ?? '/', wayland))) return true
  }
  const display = env['DISPLAY']
  if (!display) return false
  const local = /^(?:unix)?:(\d+)(?:\.\d+)?$/.exec(display)
  if (!local) return /^.+:\d+(?:\.\d+)?$/.test(display)
  const socket = `/tmp/.X11-unix/X${local[1]}`
  return (await accepts(socket)) || (await accepts(`\0${socket}`))
}

async function accepts(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath)
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')))
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
