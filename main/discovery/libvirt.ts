// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import path from 'node:path'
import { domainCommand, SESSION, SYSTEM } from '../source/qemu/libvirt-domain.ts'
import { Virsh, VirshError } from '../source/qemu/virsh.ts'
import { type Environment, type Provider, type Sighting, unusable } from './provider.ts'

/** Longer lists are cut: nobody looks through them. */
const MAX_DOMAINS = 200
const PATIENCE_MS = 2000

/**
 * Domains of libvirt that do not run; those that do are found as processes. Only a libvirt that
 * listens is asked, and over its read-only socket: the question starts no daemon, and asks nobody for
 * a password.
 */
export const libvirtDomains: Provider = {
  name: 'libvirt',
  everyMs: 5000,
  find: ({ env }) => findInactive(libvirts(env)),
}

/** URIs of the libvirts that listen now. */
function libvirts(env: Environment): readonly string[] {
  const runtime = env['XDG_RUNTIME_DIR'] ?? path.join(env['HOME'] ?? '/', '.cache')
  const listens = (folder: string, end: string) =>
    ['libvirt-sock', 'virtqemud-sock'].some((name) =>
      existsSync(path.join(folder, `${name}${end}`)),
    )
  return [
    ...(listens(path.join(runtime, 'libvirt'), '') ? [SESSION] : []),
    ...(listens('/run/libvirt', '-ro') ? [SYSTEM] : []),
  ]
}

/** @param virshOf gives the libvirt at a URI; tests give one of their own */
export async function findInactive(
  uris: readonly string[],
  virshOf: (uri: string) => Pick<Virsh, 'uri' | 'run'> = (uri) => new Virsh(uri),
): Promise<readonly Sighting[]> {
  const found = await Promise.all(uris.map((uri) => inactiveOf(virshOf(uri))))
  return found.flat()
}

async function inactiveOf(virsh: Pick<Virsh, 'uri' | 'run'>): Promise<readonly Sighting[]> {
  try {
    const words = ['--readonly', 'list', '--inactive', '--uuid', '--name']
    const text = await virsh.run(words, { patienceMs: PATIENCE_MS })
    const domains = text.split('\n').flatMap((line) => {
      const [, uuid = '', name = ''] = /^(\S+) +(.+)$/.exec(line) ?? []
      return name === '' ? [] : [{ uuid, name }]
    })
    return domains.slice(0, MAX_DOMAINS).map(({ uuid, name }) => {
      const fix = domainCommand({ virsh, name }, 'start')
      // A question mark ends the path of an address.
      const word = name.includes('?') ? uuid : name
      return {
        id: `libvirt:${virsh.uri}:${uuid}`,
        kind: 'vm',
        name,
        what: `libvirt domain of ${virsh.uri}`,
        address: `libvirt:${word}?uri=${encodeURIComponent(virsh.uri)}`,
        ...unusable('it is shut off', `Start it: ${fix}`, fix),
      }
    })
  } catch (error) {
    if (error instanceof VirshError) return []
    throw error
  }
}
