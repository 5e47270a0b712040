// SPDX-License-Identifier: GPL-2.0-or-later
import { type Failure, isFailure } from './failure.ts'
import type { MemoryImage } from './memory-image.ts'
import { imageSize } from './memory-image.ts'
import type { Plane } from './plane.ts'
import { fromWire, toWire } from './wire.ts'

// One plane to decode in a page (`--engine webgl`). The page asks `GET job`, is answered 200 with
// an encoded job or 204 when there are no more, and answers each with `POST result`.
// Both bodies: u32 LE header length, u32 LE payload length, header (core/wire.ts as ASCII), payload.

/** `rgba8`: 8-bit RGBA, picture order. `linear`: bytes of the same fourcc in memory row order. Rows tight. */
export type DecodeTarget = 'rgba8' | 'linear'

export type DecodeJob = {
  readonly id: number
  /** A plane that passed `checkPlane`. */
  readonly plane: Plane
  /** `memoryImages(plane)`. */
  readonly images: readonly MemoryImage[]
  readonly to: DecodeTarget
}

export type DecodeAnswer =
  /** The payload is the decoded bytes. */
  | { readonly id: number; readonly ok: true }
  /** The payload is empty. */
  | { readonly id: number; readonly ok: false; readonly failure: Failure }

/** Header and payload together never exceed this. */
const LIMIT = 2 ** 31 - 1

/** A job and its memory images (`imageSize` bytes each, in order) as one body. */
export function encodeJob(job: DecodeJob, images: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (images.length !== job.images.length) throw new RangeError('one payload per memory image')
  job.images.forEach((image, index) => {
    if (images[index]?.length !== imageSize(image)) {
      throw new RangeError(`memory image ${index} must have ${imageSize(image)} bytes`)
    }
  })
  return encode(job, images)
}

/**
 * Reads what {@link encodeJob} wrote; the images are views of `body`.
 *
 * @throws RangeError or SyntaxError when the body is not one whole job
 */
export function decodeJob(body: Uint8Array): { job: DecodeJob; images: readonly Uint8Array[] } {
  const { header, payload } = decode(body)
  const job = header as DecodeJob
  const complete =
    typeof job?.id === 'number' &&
    typeof job.plane === 'object' &&
    Array.isArray(job.images) &&
    (job.to === 'rgba8' || job.to === 'linear')
  if (!complete) throw new SyntaxError('not a decode job')
  let from = 0
  const images = job.images.map((image) => {
    const bytes = payload.subarray(from, from + imageSize(image))
    from += imageSize(image)
    return bytes
  })
  if (from !== payload.length)
    throw new RangeError(`payload of ${payload.length} bytes, not ${from}`)
  return { job, images }
}

/** The page's answer as one body; `bytes` is empty when decoding failed. */
export function encodeAnswer(answer: DecodeAnswer, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return encode(answer, [bytes])
}

/**
 * Reads what {@link encodeAnswer} wrote; `bytes` is a view of `body`.
 *
 * @throws RangeError or SyntaxError when the body is not one whole answer
 */
export function decodeAnswer(body: Uint8Array): { answer: DecodeAnswer; bytes: Uint8Array } {
  const { header, payload } = decode(body)
  const answer = header as DecodeAnswer
  const complete =
    typeof answer?.id === 'number' &&
    (answer.ok === true || (answer.ok === false && isFailure(answer.failure)))
  if (!complete) throw new SyntaxError('not a decode answer')
  return { answer, bytes: payload }
}

function encode(header: unknown, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const text = ascii(toWire(header))
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const body = new Uint8Array(8 + text.length + length)
  const view = new DataView(body.buffer)
  view.setUint32(0, text.length, true)
  view.setUint32(4, length, true)
  body.set(text, 8)
  let at = 8 + text.length
  for (const part of parts) {
    body.set(part, at)
    at += part.length
  }
  return body
}

function decode(body: Uint8Array): { header: unknown; payload: Uint8Array } {
  if (body.length < 8) throw new RangeError(`body of ${body.length} bytes has no lengths`)
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  const header = view.getUint32(0, true)
  const payload = view.getUint32(4, true)
  if (8 + header + payload > LIMIT || 8 + header + payload !== body.length) {
    throw new RangeError(`body of ${body.length} bytes claims ${8 + header + payload}`)
  }
  return {
    header: fromWire(asciiText(body.subarray(8, 8 + header))),
    payload: body.subarray(8 + header),
  }
}

/** JSON as ASCII bytes: what is not ASCII can only be inside strings and becomes a \u escape. */
function ascii(json: string): Uint8Array {
  const escaped = json.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return Uint8Array.from(escaped, (character) => character.charCodeAt(0))
}

function asciiText(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte > 0x7f)) throw new SyntaxError('header is not ASCII')
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
}
