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
    const words = ['--readonly', 'list', '--inactive', '--name']
    const text = await virsh.run(words, { patienceMs: PATIENCE_MS })
    const names = text.split('\n').filter((name) => name !== '')
    return names.slice(0, MAX_DOMAINS).map((name) => {
      const fix = domainCommand({ virsh, name }, 'start')
      return {
        id: `libvirt:${virsh.uri}:${name}`,
        kind: 'vm',
        name,
        what: `libvirt domain of ${virsh.uri}`,
        address: `libvirt:${name}?uri=${virsh.uri}`,
        ...unusable('it is shut off', `Start it: ${fix}`, fix),
      }
    })
  } catch (error) {
    if (error instanceof VirshError) return []
    throw error
  }
}
