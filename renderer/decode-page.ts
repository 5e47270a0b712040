// SPDX-License-Identifier: GPL-2.0-or-later
import { type DecodeAnswer, decodeJob, encodeAnswer } from '../core/decode-job.ts'
import type { Failure } from '../core/failure.ts'
import { PlaneDecoder } from './compositor/webgl/plane-decoder.ts'

declare global {
  interface Window {
    /**
     * Decodes one plane.
     *
     * @param body what `encodeJob` of core/decode-job.ts made
     * @returns for `decodeAnswer`
     * @throws RangeError or SyntaxError when the body is not a job
     */
    decodePlane(body: Uint8Array): Uint8Array<ArrayBuffer>
  }
}

const decoder = PlaneDecoder.create()

window.decodePlane = (body) => {
  const { job, images } = decodeJob(body)
  const { id } = job
  const nothing = new Uint8Array(0)
  if (!decoder.ok) return encodeAnswer({ id, ok: false, failure: decoder.failure }, nothing)
  let answer: DecodeAnswer
  let bytes: Uint8Array = nothing
  try {
    const decoded = decoder.value.decode(job, images)
    answer = decoded.ok ? { id, ok: true } : { id, ok: false, failure: decoded.failure }
    if (decoded.ok) bytes = decoded.value
  } catch (error) {
    answer = { id, ok: false, failure: broken(error) }
  }
  return encodeAnswer(answer, bytes)
}

/** Takes jobs from the page's own origin until there are no more; none at all where nobody serves them. */
async function work(): Promise<void> {
  for (;;) {
    const asked = await fetch('job', { cache: 'no-store' })
    if (asked.status !== 200) return
    const answer = window.decodePlane(new Uint8Array(await asked.arrayBuffer()))
    await fetch('result', {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: answer,
    })
  }
}

function broken(error: unknown): Failure {
  return {
    code: 'webgl',
    what: 'cannot decode the plane with WebGL',
    why: error instanceof Error ? error.message : String(error),
    remedy: 'Use --engine native or --engine reference',
  }
}

if (location.protocol.startsWith('http')) void work()
