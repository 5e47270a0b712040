// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from '../../core/assert-never.ts'
import { compose, type Layer } from '../../core/compose.ts'
import type { Failure } from '../../core/failure.ts'
import type { Capture, CapturedPlane, PlaneKind, PlaneStatus } from '../../core/plane.ts'
import type { ShotRequest } from '../../core/protocol.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { type CpuEngineName, cpuEngine, type Engine } from './engine.ts'

/** RGBA with straight alpha as PNG wants it, rows tight, top row first. */
export type StraightPicture = {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

/**
 * The picture of a capture: what the guest's screen shows (`all`), with or without the cursor, or one
 * plane alone in its own size. A primary alone is opaque; the others keep their alpha, which planes
 * carry premultiplied and pictures do not. When a plane is missing, the failure says what became of it.
 */
export async function composeCapture(
  capture: Capture,
  request: ShotRequest,
  engine: Engine | CpuEngineName,
): Promise<Result<StraightPicture, Failure>> {
  if (typeof engine === 'string') {
    const opened = cpuEngine(engine)
    return opened.ok ? composeCapture(capture, request, opened.value) : opened
  }
  const base = request.plane === 'all' ? 'primary' : request.plane
  if (!capture.planes.some(({ plane }) => plane.kind === base)) {
    return fail(missingPlane(base, capture.statuses))
  }
  const wanted = capture.planes.filter(({ plane }) =>
    request.plane === 'all' ? request.cursor || plane.kind !== 'cursor' : plane.kind === base,
  )
  const layers = await decodeAll(wanted, engine)
  if (!layers.ok) return layers
  const [alone] = layers.value
  if (request.plane === 'all' || !alone || base === 'primary') return compose(layers.value)
  const { width, height } = alone.plane
  return ok({ width, height, rgba: straightAlpha(alone.rgba) })
}

async function decodeAll(
  planes: readonly CapturedPlane[],
  engine: Engine,
): Promise<Result<readonly Layer[], Failure>> {
  const layers: Layer[] = []
  for (const captured of planes) {
    const rgba = await engine.decode(captured, 'rgba8')
    if (!rgba.ok) return rgba
    layers.push({ plane: captured.plane, rgba: rgba.value })
  }
  return ok(layers)
}

/** Divides premultiplied colours by their alpha, rounded; nothing is left of wholly transparent ones. */
export function straightAlpha(premultiplied: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(premultiplied.length)
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = premultiplied[at + 3] ?? 0
    rgba[at + 3] = alpha
    if (alpha === 0) continue
    for (let c = 0; c < 3; c += 1) {
      const colour = Math.min(premultiplied[at + c] ?? 0, alpha)
      rgba[at + c] = Math.round((colour * 255) / alpha)
    }
  }
  return rgba
}

/** Why a capture has no such plane. */
export function missingPlane(kind: PlaneKind, statuses: readonly PlaneStatus[]): Failure {
  const what = `cannot take a picture of the ${kind} plane`
  const status = statuses.find((each) => each.kind === kind)
  if (!status || status.state === 'absent') {
    const why = 'this source has no such plane'
    return { code: 'no-plane', what, why, remedy: 'Run scanout inspect to see which it has' }
  }
  switch (status.state) {
    case 'refused':
      return status.verdict
    case 'stalled':
      return status.failure
    case 'disabled':
      return {
        code: 'plane-off',
        what,
        why: 'the guest has switched it off',
        remedy: kind === 'primary' ? 'Wake the guest, then try again' : 'Wait until it shows',
      }
    case 'shown':
      return {
        code: 'no-picture',
        what,
        why: 'it is shown, and its memory could not be read',
        remedy: 'Try again, or run scanout inspect',
      }
    default:
      return assertNever(status)
  }
}
