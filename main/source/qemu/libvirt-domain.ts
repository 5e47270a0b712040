// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { domainWord, Virsh, VirshError, type VirshErrorCode } from './virsh.ts'

export const SESSION = 'qemu:///session'
export const SYSTEM = 'qemu:///system'

/** A libvirt of this machine, and nothing else: descriptors cross no network. */
const localUri = /^qemu(\+unix)?:\/\/\/(session|system)(\?socket=[^&#\s]+)?$/

/** A VM that libvirt knows. */
export type Domain = {
  readonly virsh: Virsh
  readonly uuid: string
  readonly name: string
  /** As libvirt says it: `running`, `shut off`. */
  readonly state: string
}

/** States in which there is no QEMU to talk to. */
const withoutQemu = ['shut off', 'crashed', 'no state']

export function hasQemu({ state }: Domain): boolean {
  return !withoutQemu.includes(state)
}

/** What is needed to name a domain to a person. */
type Named = { readonly virsh: Pick<Virsh, 'uri'>; readonly name: string }

/** What a person types to do something with a domain. */
export function domainCommand({ virsh, name }: Named, verb: string): string {
  const isPlain = /^[\w.+][\w.+-]*$/.test(name)
  const word = isPlain ? name : `--domain='${name.replaceAll("'", "'\\''")}'`
  return `virsh --connect=${virsh.uri} ${verb} ${word}`
}

/** What to add to a domain without a D-Bus display, and how. */
export function displayRemedy(domain: Named): string {
  const edit = domainCommand(domain, 'edit')
  return `Add <graphics type='dbus' p2p='yes'/> to its <devices> (${edit}), then shut it down and start it`
}

/**
 * Looks for a domain by name, UUID or number.
 *
 * @param uri of the libvirt to ask; undefined: the user's own, then the system's; for root the system's
 */
export async function findDomain(
  name: string,
  uri: string | undefined,
  signal: AbortSignal,
): Promise<Result<Domain, Failure>> {
  const what = `cannot find libvirt domain ${name}`
  if (uri !== undefined && !localUri.test(uri)) {
    const why = `${uri} is no libvirt of this machine that runs QEMU`
    return fail({ code: 'usage', what, why, remedy: `Use uri=${SESSION} or uri=${SYSTEM}` })
  }
  const tried: Tried[] = []
  for (const one of uri === undefined ? defaultUris() : [uri]) {
    const virsh = new Virsh(one)
    try {
      const text = await virsh.run(['dominfo', domainWord(name)], { signal })
      return ok({ virsh, ...parseDomain(text, name) })
    } catch (error) {
      if (!(error instanceof VirshError)) throw error
      tried.push({ uri: one, error })
    }
  }
  return fail(nowhere(what, tried))
}

function defaultUris(): readonly string[] {
  return process.getuid?.() === 0 ? [SYSTEM] : [SESSION, SYSTEM]
}

/** What `virsh dominfo` prints. */
export function parseDomain(text: string, name: string): Pick<Domain, 'uuid' | 'name' | 'state'> {
  const field = (label: string) => new RegExp(`^${label}: +(.*)$`, 'm').exec(text)?.[1]
  return {
    name: (field('Name') ?? name).slice(0, 100),
    uuid: field('UUID') ?? name,
    state: field('State') ?? 'no state',
  }
}

type Tried = { readonly uri: string; readonly error: VirshError }

// biome-ignore format: one row per reason, what is closest to the wish first
const helps = [
  { code: 'missing',       as: 'no-virsh',      help: () => 'Install it: sudo apt-get install libvirt-clients' },
  { code: 'cancelled',     as: 'cancelled',     help: () => 'Open it again' },
  { code: 'no-permission', as: 'no-permission', help: () => 'Join the group that may: sudo adduser $USER libvirt, then log in anew' },
  { code: 'no-domain',     as: 'not-found',     help: (uri) => `Choose one of: virsh --connect=${uri} list --all` },
  { code: 'not-running',   as: 'not-running',   help: (uri) => `See virsh --connect=${uri} list --all` },
  { code: 'timeout',       as: 'busy',          help: () => 'See whether libvirt hangs: systemctl status libvirtd virtqemud' },
  { code: 'no-daemon',     as: 'no-libvirt',    help: () => 'Start it: sudo systemctl start libvirtd (or virtqemud)' },
  { code: 'refused',       as: 'no-libvirt',    help: (uri) => `Try virsh --connect=${uri} list` },
] as const satisfies readonly {
  readonly code: VirshErrorCode
  readonly as: string
  readonly help: (uri: string) => string
}[]

/** Why libvirt did not do something, and what helps. */
export function virshFailure(what: string, error: VirshError, uri: string): Failure {
  return nowhere(what, [{ uri, error }])
}

/** Tells of every libvirt that was asked; the help is for the reason that is closest to the wish. */
function nowhere(what: string, tried: readonly Tried[]): Failure {
  const why = tried.map(({ uri, error }) => `${uri}: ${error.message}`).join('; ')
  for (const { code, as, help } of helps) {
    const match = tried.find(({ error }) => error.code === code)
    if (match) return { code: as, what, why, remedy: help(match.uri) }
  }
  throw new Error('no libvirt was asked')
}
