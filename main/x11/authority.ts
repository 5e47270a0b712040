// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import path from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** What lets a client into an X server; empty where the server lets everybody of this user in. */
export type Authority = { readonly name: string; readonly data: Uint8Array }

const COOKIE = 'MIT-MAGIC-COOKIE-1'
/** Families of Xauth.h: a name of this host, and any host. */
const FAMILY_LOCAL = 256
const FAMILY_WILD = 65_535

/** The cookie for a display, from `$XAUTHORITY` or `~/.Xauthority`. */
export function readAuthority(display: number, env: Environment): Authority {
  const file = env['XAUTHORITY'] || path.join(env['HOME'] || homedir(), '.Xauthority')
  try {
    return findCookie(readFileSync(file), display, hostname())
  } catch {
    return { name: '', data: new Uint8Array() }
  }
}

/** Entries of family, address, display number, name and data, big-endian: Xauth(3). */
export function findCookie(file: Uint8Array, display: number, host: string): Authority {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  let at = 0
  const field = (): Uint8Array => {
    const length = view.getUint16(at)
    at += 2 + length
    if (at > file.length) throw new RangeError('the authority file is cut off')
    return file.subarray(at - length, at)
  }
  const text = () => Buffer.from(field()).toString('latin1')
  let other: Authority = { name: '', data: new Uint8Array() }
  while (at < file.length) {
    const family = view.getUint16(at)
    at += 2
    const [address, number, name, data] = [text(), text(), text(), field()]
    if (name !== COOKIE || (number !== '' && number !== String(display))) continue
    if (family === FAMILY_WILD || (family === FAMILY_LOCAL && address === host)) {
      return { name, data }
    }
    // A host that was renamed since, or is reached over the network.
    other = { name, data }
  }
  return other
}
