// SPDX-License-Identifier: GPL-2.0-or-later
import { fail, ok, type Result } from '../../../core/result.ts'

// Addresses of D-Bus buses (specification 0.43, "Server Addresses" and "Well-known Message Bus
// Instances"). Only unix sockets carry descriptors, and without those there are no pictures.

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The sockets at which a bus may be, best first; a name that begins with NUL is abstract.
 *
 * @param text `session`, `system`, or addresses: `unix:path=/run/user/1000/bus;unix:abstract=/tmp/dbus-x`
 * @returns at least one socket, or why there is none
 */
export function busSockets(
  text: string,
  environment: Environment = process.env,
): Result<readonly string[], string> {
  const runtime = environment['XDG_RUNTIME_DIR']
  if (text === 'session') {
    const address = environment['DBUS_SESSION_BUS_ADDRESS'] ?? ''
    if (address !== '') return parse(address, runtime)
    return runtime
      ? ok([`${runtime}/bus`])
      : fail('neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR is set: this is no session')
  }
  if (text === 'system') {
    const address = environment['DBUS_SYSTEM_BUS_ADDRESS'] ?? ''
    return address !== '' ? parse(address, runtime) : ok(['/run/dbus/system_bus_socket'])
  }
  return parse(text, runtime)
}

function parse(text: string, runtime: string | undefined): Result<readonly string[], string> {
  const sockets: string[] = []
  let complaint = `${text} names no socket`
  for (const address of text.split(';').filter((part) => part !== '')) {
    const socket = parseOne(address, runtime)
    if (socket.ok) sockets.push(socket.value)
    else complaint = socket.failure
  }
  return sockets.length > 0 ? ok(sockets) : fail(complaint)
}

function parseOne(address: string, runtime: string | undefined): Result<string, string> {
  const [transport = '', ...rest] = address.split(':')
  if (rest.length === 0) return fail(`${address} is no D-Bus address`)
  if (transport !== 'unix') return fail(`a bus at ${transport}: passes no descriptors on`)
  const values = new Map<string, string>()
  for (const pair of rest.join(':').split(',')) {
    const equals = pair.indexOf('=')
    if (equals < 1) return fail(`${address} is no D-Bus address`)
    try {
      values.set(pair.slice(0, equals), decodeURIComponent(pair.slice(equals + 1)))
    } catch {
      return fail(`${address} has a malformed % escape`)
    }
  }
  const abstract = values.get('abstract')
  const isRuntime = values.get('runtime') === 'yes' && runtime
  const path = values.get('path') ?? (isRuntime ? `${runtime}/bus` : undefined)
  const name = path || (abstract && `\0${abstract}`)
  if (!name) return fail(`${address} names no socket to connect to`)
  if (name.includes('\0', 1)) return fail(`${address} holds a NUL character`)
  return ok(name)
}
