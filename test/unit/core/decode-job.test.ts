// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  type DecodeAnswer,
  type DecodeJob,
  decodeAnswer,
  decodeJob,
  encodeAnswer,
  encodeJob,
} from '../../../core/decode-job.ts'
import { imageSize, memoryImages } from '../../../core/memory-image.ts'
import type { Plane } from '../../../core/plane.ts'

const plane: Plane = {
  kind: 'primary',
  fourcc: 'XR24',
  modifier: 0x0100000000000001n,
  width: 130,
  height: 9,
  memory: [{ buffer: 0, offset: 0, stride: 1024, size: 16384 }],
  x: 0,
  y: 0,
  bottomUp: true,
}
const images = memoryImages(plane)
const bytes = images.map((image) =>
  Uint8Array.from({ length: imageSize(image) }, (_, i) => i & 255),
)
const job: DecodeJob = { id: 3, plane, images, to: 'linear' }
const failure = { code: 'x', what: 'cannot — “decode”', why: 'ключ', remedy: '换' }

describe('decode job', () => {
  it('comes back as it was sent, bigints included', () => {
    const read = decodeJob(encodeJob(job, bytes))
    expect(read.job).toEqual(job)
    expect(read.images.map((image) => Buffer.from(image))).toEqual(
      bytes.map((image) => Buffer.from(image)),
    )
  })

  it('refuses images of another size than their descriptions', () => {
    expect(() => encodeJob(job, [])).toThrow(RangeError)
    expect(() => encodeJob(job, [new Uint8Array(5)])).toThrow(RangeError)
  })

  it.each([
    { id: 1, ok: true },
    { id: 2, ok: false, failure },
  ] satisfies DecodeAnswer[])('brings back answer $id', (answer) => {
    const read = decodeAnswer(encodeAnswer(answer, Uint8Array.of(9, 8, 7)))
    expect(read.answer).toEqual(answer)
    expect([...read.bytes]).toEqual([9, 8, 7])
  })

  const whole = encodeJob(job, bytes)
  const longer = new Uint8Array(whole.length + 1)
  longer.set(whole)
  const notAscii = whole.slice()
  notAscii[9] = 0x80
  it.each([
    ['nothing', new Uint8Array(0)],
    ['half a body', whole.subarray(0, whole.length - 1)],
    ['a byte too many', longer],
    ['a header that is not ASCII', notAscii],
    ['an answer', encodeAnswer({ id: 1, ok: true }, new Uint8Array(0))],
  ])('refuses %s as a job', (_name, body) => {
    expect(() => decodeJob(body)).toThrow()
  })

  it.each([
    ['a job', whole],
    ['an answer without an id', encodeAnswer({ ok: true } as DecodeAnswer, new Uint8Array(0))],
  ])('refuses %s as an answer', (_name, body) => {
    expect(() => decodeAnswer(body)).toThrow(SyntaxError)
  })
})
