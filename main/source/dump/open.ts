// SPDX-License-Identifier: GPL-2.0-or-later

import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { checkPlane } from '../../../core/check-plane.ts'
import type { Failure } from '../../../core/failure.ts'
import { noCapabilities } from '../../../core/guest.ts'
import { planeKinds } from '../../../core/plane.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { Mapping } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { bufferExtent } from '../plane-extent.ts'
import type { OpenSource, PlaneReading, SourceInfo } from '../source.ts'
import { StillSource } from '../still-source.ts'
import { badDump, type DumpPlane, MAX_DUMP_TEXT, parseDump } from './format.ts'

const CHUNK = 4 << 20

/** `dump:FILE`: planes that were saved, read once and kept. */
export const openDump: OpenSource = async ({ text, path: file }) => {
  try {
    const json = readText(file)
    if (!json.ok) return json
    const planes = parseDump(json.value, file)
    if (!planes.ok) return planes
    using owned = new DisposableStack()
    const folder = realpathSync(path.dirname(file))
    const readings: PlaneReading[] = []
    for (const plane of planes.value) {
      const reading = readPlane(plane, folder, file, owned)
      if (!reading.ok) return reading
      readings.push(reading.value)
    }
    const info: SourceInfo = {
      address: text,
      name: path.basename(file),
      access: 'file',
      capabilities: noCapabilities,
    }
    return ok(new StillSource(info, bottomToTop(readings), owned.move()))
  } catch (error) {
    const remedy = 'Check the name and its permissions'
    return fail(nativeFailure(error, `cannot read dump ${file}`, 'bad-dump', remedy))
  }
}

function bottomToTop(readings: readonly PlaneReading[]): readonly PlaneReading[] {
  return planeKinds.map(
    (kind): PlaneReading =>
      readings.find(({ status }) => status.kind === kind) ?? {
        status: { kind, state: 'absent' },
        mayHaveChanged: false,
      },
  )
}

/** A regular file opened for reading; never one that could block, like a FIFO. */
function openRegular(file: string): { readonly fd: number; readonly size: number } & Disposable {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  const opened = { fd, size: 0, [Symbol.dispose]: () => closeSync(fd) }
  const stat = fstatSync(fd)
  if (stat.isFile()) return { ...opened, size: stat.size }
  opened[Symbol.dispose]()
  const error = new Error(`${file} is no regular file`)
  throw Object.assign(error, { code: 'EINVAL', syscall: 'open' })
}

function readText(file: string): Result<string, Failure> {
  using opened = openRegular(file)
  if (opened.size > MAX_DUMP_TEXT) {
    return fail(badDump(file, `it has ${opened.size} bytes, more than ${MAX_DUMP_TEXT}`))
  }
  const bytes = Buffer.alloc(opened.size)
  let length = 0
  while (length < bytes.length) {
    const read = readSync(opened.fd, bytes, length, bytes.length - length, length)
    if (read === 0) break
    length += read
  }
  return ok(bytes.toString('utf8', 0, length))
}

function readPlane(
  { claim, files }: DumpPlane,
  folder: string,
  dump: string,
  owned: DisposableStack,
): Result<PlaneReading, Failure> {
  const found: string[] = []
  const sizes: { size: number }[] = []
  for (const file of files) {
    const inside = locate(file, folder)
    if (inside === undefined) {
      return fail(badDump(dump, `${file} is not a file of its own folder`))
    }
    try {
      using opened = openRegular(inside)
      sizes.push({ size: opened.size })
      found.push(inside)
    } catch (error) {
      if (!isNativeError(error)) throw error
      return fail(badDump(dump, `${file} cannot be read (${error.code})`))
    }
  }
  const checked = checkPlane(claim, sizes)
  const kind = planeKinds.find((known) => known === claim.kind)
  if (!kind) throw new Error(`unknown kind ${claim.kind}`)
  if (!checked.ok) {
    const status = { kind, state: 'refused', verdict: checked.failure, claim } as const
    return ok({ status, mayHaveChanged: false })
  }
  const plane = checked.value
  const mappings: Mapping[] = []
  for (const [buffer, file] of found.entries()) {
    const length = bufferExtent(plane, buffer)
    const mapping = load(file, length, owned)
    if (!mapping) return fail(badDump(dump, `${file} ends before byte ${length}`))
    mappings.push(mapping)
  }
  const status = { kind, state: 'shown', plane, identity: `file:${kind}` } as const
  return ok({ status, memory: { mappings, dmabufs: [] }, mayHaveChanged: false })
}

/** The real path of a file named by a dump, if it lies in the dump's folder after every link. */
function locate(file: string, folder: string): string | undefined {
  if (file === '' || file.includes('\0') || path.isAbsolute(file)) return undefined
  try {
    const real = realpathSync(path.join(folder, file))
    return real.startsWith(folder === '/' ? '/' : `${folder}/`) ? real : undefined
  } catch (error) {
    if (!isNativeError(error)) throw error
    // Let the caller say why a file of this folder cannot be read; say nothing about others.
    const plain = path.resolve(folder, file)
    return plain.startsWith(`${folder}/`) ? plain : undefined
  }
}

/** Copies a file into memory of our own, so that nobody can change it any more. */
function load(file: string, length: number, owned: DisposableStack): Mapping | undefined {
  using opened = openRegular(file)
  const memfd = owned.use(shim.createMemfd('scanout-dump', length))
  const mapping = owned.use(shim.map(memfd, 0, length, true))
  const chunk = Buffer.alloc(Math.min(CHUNK, length))
  for (let at = 0; at < length; ) {
    const read = readSync(opened.fd, chunk, 0, Math.min(chunk.length, length - at), at)
    if (read === 0) return undefined
    mapping.write(at, chunk.subarray(0, read))
    at += read
  }
  return mapping
}
