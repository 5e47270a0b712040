// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { encodePng } from '../capture/png.ts'
import type { Io } from '../command.ts'
import type { FrameFigures, Spread } from '../frame-statistics.ts'
import type { ProbedPicture } from '../probes.ts'
import type { Session } from '../session.ts'
import type { Address } from '../source/source.ts'

/** How long the app runs where no window can be opened, ms. */
export const TOUR_MS = 3000
/** Time that the page gets to read its picture back, ms. */
const PROBE_MS = 20_000

/** Saves the picture as the page drew it beside the person, and says where and how fast it was. */
export async function saveTour(
  session: Session,
  address: Address,
  io: Io,
): Promise<Result<void, Failure>> {
  const file = path.join(io.cwd, `scanout-${address.scheme}.png`)
  const figures = session.statistics.figures()
  const failed = (why: string, remedy: string) =>
    fail({ code: 'not-saved', what: `cannot save ${file}`, why, remedy })
  let picture: ProbedPicture
  try {
    picture = await session.probe(true, AbortSignal.any([io.signal, AbortSignal.timeout(PROBE_MS)]))
  } catch {
    if (io.signal.aborted) return ok(undefined)
    return failed('the page did not hand its picture back', 'Run with SCANOUT_LOG=debug')
  }
  try {
    await writeFile(file, await encodePng(picture.rgba, picture.width, picture.height))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return failed(why, 'Change to a folder that you may write to')
  }
  await io.stdout.write(`${file}\n${figuresLine(picture, figures)}\n`)
  return ok(undefined)
}

/** `1920 × 1080, 181 frames, 60.1 per second; drawn in 2.1 ms (95 %: 3.4), on screen after 9 ms (95 %: 17)` */
function figuresLine(picture: ProbedPicture, figures: FrameFigures): string {
  const ms = ({ median, p95 }: Spread): string => `${median ?? '–'} ms (95 %: ${p95 ?? '–'})`
  return (
    `${picture.width} × ${picture.height}, ${figures.frames} frames, ${figures.fps} per second; ` +
    `drawn in ${ms(figures.drawMs)}, on screen after ${ms(figures.latencyMs)}`
  )
}
