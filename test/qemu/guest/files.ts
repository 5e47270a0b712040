// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** What QEMU boots, and the modules of each part of the machine in the order to insert them. */
export type GuestFiles = {
  readonly kernel: string
  readonly initrd: string
  readonly modules: Readonly<Record<string, readonly string[]>>
}

const script = fileURLToPath(new URL('build.mjs', import.meta.url))
const EX_SKIP = 77

/**
 * Makes the guest, or finds it made.
 *
 * @param series of the kernel, as Debian counts: 6.1 or 6.12
 * @returns why this host cannot, as a text
 * @throws Error when it should have worked
 */
export function makeGuest(series = '6.12'): GuestFiles | string {
  const { status, stdout } = spawnSync(process.execPath, [script, series], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: unknown = stdout === '' ? 'no reason given' : JSON.parse(stdout)
  if (status === 0) return said as GuestFiles
  if (status === EX_SKIP) return String(said)
  throw new Error(`the guest could not be built: ${said}`)
}

const made = makeGuest()

export const guestFiles: GuestFiles | undefined = typeof made === 'string' ? undefined : made
/** Why there is no guest on this host; undefined when there is one. */
export const guestHindrance: string | undefined = typeof made === 'string' ? made : undefined

/** What a group of tests is called, with why it is skipped where it is. */
export function guestTitle(text: string): string {
  return guestHindrance === undefined ? text : `${text} (${guestHindrance})`
}
