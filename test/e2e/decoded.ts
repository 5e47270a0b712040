// SPDX-License-Identifier: GPL-2.0-or-later
import { spawnSync } from 'node:child_process'
import type { Rect, Size } from '../../core/geometry.ts'

/** ffmpeg is installed: a decoder that has nothing to do with the browser that encoded. */
export const hasFfmpeg = spawnSync('ffprobe', ['-version']).status === 0

/** What a file holds, by ffprobe. */
export type Probed = Size & {
  readonly codec: string
  readonly seconds: number
  /** Of every picture that was decoded, s. */
  readonly times: readonly number[]
}

/**
 * Decodes a whole file.
 *
 * @param level what ffprobe may not complain about: `fatal` for a file that may end anywhere
 * @throws Error when it does
 */
export function probe(file: string, level: 'warning' | 'fatal' = 'warning'): Probed {
  const entries = 'stream=codec_name,width,height:format=duration:frame=pts_time'
  const args = ['-v', level, '-of', 'json', '-show_entries', entries, '-select_streams', 'v', file]
  const { stdout, stderr, status } = spawnSync('ffprobe', args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0 || stderr !== '') throw new Error(`ffprobe ${file}: ${status} ${stderr}`)
  const { streams, frames, format } = JSON.parse(stdout) as {
    streams: { codec_name: string; width: number; height: number }[]
    frames: { pts_time: string }[]
    format: { duration?: string }
  }
  const [stream] = streams
  if (!stream) throw new Error(`${file} has no pictures`)
  return {
    codec: stream.codec_name,
    width: stream.width,
    height: stream.height,
    seconds: Number(format.duration),
    times: frames.map(({ pts_time }) => Number(pts_time)),
  }
}

/**
 * Every `step`th picture of a file as RGB, 3 bytes a pixel, rows tight.
 *
 * @param part of each picture
 */
export function decode(file: string, step: number, part: Rect): readonly Buffer[] {
  const { x, y, width, height } = part
  const filters = [
    `select=not(mod(n\\,${step}))`,
    'scale=in_color_matrix=auto:flags=accurate_rnd+full_chroma_int',
    'format=rgb24',
    `crop=${width}:${height}:${x}:${y}:exact=1`,
    // One after the other, whatever their times: none is left out or shown twice.
    'setpts=N/30/TB',
  ]
  const args = ['-v', 'error', '-i', file, '-vf', filters.join(','), '-r', '30']
  const { stdout, stderr, status } = spawnSync(
    'ffmpeg',
    [...args, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'],
    { maxBuffer: 2 ** 31 - 1 },
  )
  if (status !== 0 || stderr.length > 0) throw new Error(`ffmpeg ${file}: ${status} ${stderr}`)
  const size = width * height * 3
  const count = Math.floor(stdout.length / size)
  return Array.from({ length: count }, (_, at) => stdout.subarray(at * size, (at + 1) * size))
}

/** Peak signal to noise of two pictures of 8 bits, dB; infinite when they are the same. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at += 1) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2
  return 10 * Math.log10(255 ** 2 / (sum / a.length))
}
