// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { parseAddress, type Scheme } from '../source/address.ts'
import type { Address } from '../source/source.ts'

/** Where a wish comes from: that decides what its relative paths mean, and how far it is trusted. */
export type Origin =
  | { readonly kind: 'file'; readonly folder: string }
  | { readonly kind: 'stdin'; readonly folder: string }
  | { readonly kind: 'link' }

/** What the path of an address is, and whether a file or link that comes from anywhere may name it. */
type PlaceRow = {
  readonly names: 'nothing' | 'file' | 'file-if-sysfs' | 'other'
  /** A number that means another thing in the next process, or tomorrow. */
  readonly fleeting: boolean
}

// biome-ignore format: one row per scheme
const places: Readonly<Record<Scheme, PlaceRow>> = {
  demo:          { names: 'nothing',       fleeting: false },
  dump:          { names: 'file',          fleeting: false },
  vfio:          { names: 'file-if-sysfs', fleeting: false },
  'vfio+fd':     { names: 'other',         fleeting: true  },
  'vfio+unix':   { names: 'file',          fleeting: false },
  'vfio+pid':    { names: 'other',         fleeting: true  },
  'planes+unix': { names: 'file',          fleeting: false },
  qemu:          { names: 'file',          fleeting: false },
  'qemu+dbus':   { names: 'other',         fleeting: false },
  libvirt:       { names: 'other',         fleeting: false },
}

/** Options of an address that are numbers of processes and descriptors. */
const fleetingOptions = ['pid', 'fd']
/** The libvirts of this machine. Others of its URIs start programs or reach other machines. */
const libvirtUris = ['qemu:///session', 'qemu:///system']
/** Where sysfs has mediated devices: nothing else is a device that Scanout opens by a path. */
const mdevPath =
  /^\/sys\/(?:bus\/mdev\/devices|devices\/.+)\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Whether the path of an address of this scheme is a file's, so that a relative one needs a folder. */
export function namesFile(scheme: string): boolean {
  return Object.hasOwn(places, scheme) && places[scheme as Scheme].names === 'file'
}

/** An address that a file, stdin or a link holds, whole: no folder matters to it any more. */
export function wholeAddress(text: string, origin: Origin): Result<Address, Failure> {
  const there = (file: string) => {
    const whole = wholePath(file, origin)
    return whole.ok && existsSync(whole.value)
  }
  const address = parseAddress(text, there)
  if (!address.ok) return address
  const { scheme, path: given, query } = address.value
  const place = places[scheme as Scheme]
  if (origin.kind !== 'stdin') {
    const refusal = distrusted(address.value, place)
    if (refusal) return fail(refusal)
  }
  if (place.names !== 'file') return address
  const whole = wholePath(given, origin)
  if (!whole.ok) return whole
  if (whole.value.includes('?')) {
    const why = `${whole.value} holds a question mark`
    return refused(`cannot use address ${text}`, why, 'Move the file, or rename its folder')
  }
  const options = text.includes('?') ? text.slice(text.indexOf('?')) : ''
  return ok({ text: `${scheme}:${whole.value}${options}`, scheme, path: whole.value, query })
}

/** A path by the folder of the file that holds it. A link lies in no folder. */
export function wholePath(given: string, origin: Origin): Result<string, Failure> {
  if (path.isAbsolute(given)) return ok(path.normalize(given))
  if (origin.kind !== 'link') return ok(path.resolve(origin.folder, given))
  return refused(`cannot use ${given}`, 'a link lies in no folder', 'Write the whole path')
}

/** Why an address may not come from a file or a link that anybody may have written. */
function distrusted({ text, scheme, path: given, query }: Address, place: PlaceRow) {
  const what = `cannot use address ${text}`
  if (place.fleeting) {
    const why = `${scheme}: names a process of this moment, which a file or link cannot know`
    const remedy = 'Give it on the command line, or in a session on stdin'
    return failure(what, why, remedy)
  }
  const option = fleetingOptions.find((name) => query.has(name))
  if (option !== undefined) {
    const why = `${option}= names a process of this moment, which a file or link cannot know`
    return failure(what, why, `Leave ${option}= out`)
  }
  const uri = query.get('uri')
  if (uri !== undefined && !libvirtUris.includes(uri)) {
    return failure(
      what,
      `${uri} may not stand in a file or link`,
      `Use ${libvirtUris.join(' or ')}`,
    )
  }
  const isPath = place.names === 'file-if-sysfs' && given.startsWith('/')
  if (isPath && (path.normalize(given) !== given || !mdevPath.test(given))) {
    return failure(what, `${given} is no mediated device`, 'Write vfio:UUID')
  }
  return undefined
}

function failure(what: string, why: string, remedy: string): Failure {
  return { code: 'bad-session', what, why, remedy }
}

function refused(what: string, why: string, remedy: string): Result<never, Failure> {
  return fail(failure(what, why, remedy))
}
