// SPDX-License-Identifier: GPL-2.0-or-later
import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../../../core/failure.ts'
import type { Capture, CapturedPlane, Plane } from '../../../core/plane.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { DUMP_VERSION, dumpRecord } from './format.ts'

/**
 * Writes a capture as FOLDER/NAME.json with one file of bytes per buffer beside it. The folder is made
 * when it is missing; files of the same name are replaced, once all of theirs are written whole; what
 * was begun is removed on failure.
 *
 * @param name without extension and separators
 * @returns the JSON file
 */
export async function writeDump(
  capture: Capture,
  folder: string,
  name: string,
): Promise<Result<{ readonly path: string }, Failure>> {
  if (name === '' || name !== path.basename(name) || name.startsWith('.') || name.includes('\0')) {
    return fail({
      code: 'usage',
      what: `cannot write dump ${name || '(empty)'}`,
      why: 'its name must be one file name that does not begin with a dot',
      remedy: 'Choose another name',
    })
  }
  const begun: { readonly part: string; readonly file: string }[] = []
  const placed: string[] = []
  const write = async (file: string, data: string | Uint8Array) => {
    const part = path.join(folder, `.${randomBytes(6).toString('hex')}.part`)
    begun.push({ part, file: path.join(folder, file) })
    await writeFile(part, data, { flush: true })
  }
  try {
    await mkdir(folder, { recursive: true })
    const planes: object[] = []
    for (const captured of capture.planes) planes.push(await writePlane(captured, name, write))
    const json = { scanoutDump: DUMP_VERSION, planes }
    await write(`${name}.json`, `${JSON.stringify(json, null, 2)}\n`)
    // The record comes last: where it is, all of its planes are.
    for (const { part, file } of begun) {
      await rename(part, file)
      placed.push(file)
    }
    return ok({ path: path.join(folder, `${name}.json`) })
  } catch (error) {
    if (!isNativeError(error)) throw error
    for (const file of [...placed, ...begun.map(({ part }) => part)]) {
      await rm(file, { force: true }).catch(() => {})
    }
    const remedy = 'Choose a folder that you can write to and that has room'
    return fail(nativeFailure(error, `cannot write dump ${name} to ${folder}`, 'no-write', remedy))
  }
}

async function writePlane(
  { plane, buffers }: CapturedPlane,
  name: string,
  write: (file: string, data: Uint8Array) => Promise<void>,
): Promise<object> {
  const files = buffers.map((_, at) => {
    const suffix = buffers.length > 1 ? `-${at}` : ''
    return `${name}-${plane.kind}${suffix}.bin`
  })
  for (const [at, buffer] of buffers.entries()) await write(files[at] ?? '', buffer)
  return dumpRecord(withinBuffers(plane, buffers), files)
}

/** What was captured ends with the last byte of the layout; a producer may have vouched for more. */
function withinBuffers(plane: Plane, buffers: readonly Uint8Array[]): Plane {
  const memory = plane.memory.map((part) => {
    const room = (buffers[part.buffer]?.length ?? 0) - part.offset
    return { ...part, size: Math.min(part.size, room) }
  })
  return { ...plane, memory }
}
