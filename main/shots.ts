// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import type { Failure } from '../core/failure.ts'
import type { Capture } from '../core/plane.ts'
import type { KeepRequest, SaveRequest, ShotRequest } from '../core/protocol.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { composeCapture } from './capture/picture.ts'
import { type PictureOrigin, pictureText } from './capture/picture-text.ts'
import { encodePng } from './capture/png.ts'
import { freeName, safeName, savePicture, shotFolder, shotName } from './shot-files.ts'
import { writeDump } from './source/dump/writer.ts'

/** The current picture as PNG, composed on the CPU from what the source has now. */
export async function shotPng(
  capture: Result<Capture, Failure>,
  request: ShotRequest,
  origin: PictureOrigin,
): Promise<Result<Uint8Array, Failure>> {
  if (!capture.ok) return capture
  const { plane, cursor } = request
  const picture = await composeCapture(capture.value, { plane, cursor }, 'native')
  if (!picture.ok) return picture
  const { rgba, width, height } = picture.value
  const text = pictureText(capture.value, plane, origin)
  return ok(await encodePng(rgba, width, height, text))
}

/** Saves the current picture, or its planes as they are, under a name that is free. */
export async function saveShot(
  capture: Result<Capture, Failure>,
  request: SaveRequest,
  origin: PictureOrigin,
): Promise<Result<{ readonly path: string }, Failure>> {
  if (!capture.ok) return capture
  if (request.as === 'png') {
    const png = await shotPng(capture, request, origin)
    return png.ok ? savePicture(request.folder, request.name, '.png', png.value) : png
  }
  const folder = await shotFolder(request.folder)
  if (!folder.ok) return folder
  const name = freeName(folder.value, safeName(request.name), ['', '.json'])
  return writeDump(capture.value, folder.value, name)
}

const notWebp: Failure = {
  code: 'not-webp',
  what: 'cannot save the picture',
  why: 'the window handed over something else than WebP',
  remedy: 'Save it as PNG',
}

/** Saves a picture that the page encoded. */
export async function keepWebp({
  webp,
  folder,
  name,
}: KeepRequest): Promise<Result<{ readonly path: string }, Failure>> {
  const bytes = Buffer.from(webp, 'base64')
  return isWebp(bytes) ? savePicture(folder, name, '.webp', bytes) : fail(notWebp)
}

/** RIFF, the size of what follows it, WEBP: the container's first bytes (RFC 9649, 2.4). */
function isWebp(bytes: Buffer): boolean {
  return (
    bytes.length > 12 &&
    bytes.toString('latin1', 0, 4) === 'RIFF' &&
    bytes.readUInt32LE(4) === bytes.length - 8 &&
    bytes.toString('latin1', 8, 12) === 'WEBP'
  )
}

/** Where the next file would go, and under which name. */
export function suggestShot(vm: string, folder: string): { folder: string; name: string } {
  return {
    folder,
    name: freeName(folder, shotName(vm, new Date()), ['', '.png', '.webp', '.json']),
  }
}

/** Opens the desktop's file manager on a folder, which is made when it is missing. */
export async function revealFolder(wanted: string): Promise<Result<void, Failure>> {
  const folder = await shotFolder(wanted)
  if (!folder.ok) return folder
  const { promise, resolve } = Promise.withResolvers<Result<void, Failure>>()
  const opener = spawn('xdg-open', [folder.value], { stdio: 'ignore', detached: true })
  opener.once('spawn', () => resolve(ok(undefined)))
  opener.once('error', (error) => {
    const what = `cannot open ${folder.value}`
    const why = `xdg-open did not start (${error.message})`
    const remedy = 'Install xdg-utils, or open the folder by hand'
    resolve(fail({ code: 'no-file-manager', what, why, remedy }))
  })
  opener.unref()
  return promise
}
