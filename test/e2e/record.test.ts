// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { App, eventually } from './app.ts'
import { decode, hasFfmpeg, type Probed, probe, psnr } from './decoded.ts'
import { DemoPicture } from './demo-picture.ts'

// Without ffmpeg there is no second decoder to trust; scripts/bootstrap brings it.
const recorded = describe.skipIf(!hasFfmpeg)

const FRAMES_PER_SECOND = 30
/** Recordings that are killed; SCANOUT_KILLS=200 for the long run. */
const KILLS = Number(process.env['SCANOUT_KILLS'] ?? 5)

type Report = { readonly path: string; readonly frames: number; readonly seconds: number }

/** Records the built-in guest to the end, and looks at the file before it is removed. */
async function record(
  args: readonly string[],
  look: (probed: Probed, file: string, frames: number) => void,
): Promise<void> {
  await using app = new App(['record', ...args, '--json'])
  const { code, stdout, stderr } = await app.ended
  expect([code, stderr.replace(/^.*without its sandbox\n/, '')]).toEqual([0, ''])
  const report = JSON.parse(stdout) as Report
  expect(readdirSync(app.home).filter((name) => name.includes('.part'))).toEqual([])
  look(probe(report.path), report.path, report.frames)
}

/**
 * Finds every picture of a file among those that the guest drew, by its counter; and how many of them
 * it is early or late, if most are right.
 */
function identify(file: string, { times, ...size }: Probed) {
  const demo = new DemoPicture(size, FRAMES_PER_SECOND)
  const dials = decode(file, 1, demo.dial)
  expect(dials).toHaveLength(times.length)
  let last: number | undefined
  const frames = dials.map((dial) => {
    const from = last ?? 0
    const tried = Array.from({ length: last === undefined ? 600 : 60 }, (_, at) => from + at)
    const found = tried
      .map((frame) => ({ frame, dB: psnr(dial, demo.frame(frame, demo.dial)) }))
      .reduce((best, one) => (one.dB > best.dB ? one : best))
    last = found.frame
    return found.frame
  })
  // The guest drew frame n from n / rate seconds on, of a clock that began before the recording.
  const begins = frames.map((frame, at) => frame - (times[at] ?? 0) * FRAMES_PER_SECOND)
  const begin = begins.toSorted((a, b) => a - b)[Math.floor(begins.length / 2)] ?? 0
  return { frames, off: begins.map((one) => Math.abs(one - begin)) }
}

/** Signal to noise of three whole pictures of a file. */
function quality(file: string, size: Probed, frames: readonly number[]): readonly number[] {
  const demo = new DemoPicture(size, FRAMES_PER_SECOND)
  const step = Math.ceil(frames.length / 3)
  const pictures = decode(file, step, { x: 0, y: 0, width: size.width, height: size.height })
  return pictures.map((rgb, at) => psnr(rgb, demo.frame(frames[at * step] ?? 0)))
}

recorded('scanout record', () => {
  it.each([
    // dB of a desktop whose colours have half of its size: VP8 has fewer levels of them, too.
    { file: 'take.mp4', codec: 'h264', least: 35 },
    { file: 'take.webm', codec: 'vp9', least: 35 },
    { file: 'other.webm', codec: 'av1', least: 35 },
    { file: 'older.webm', codec: 'vp8', least: 33 },
  ])(
    'writes $codec that shows what the guest showed, when it showed it',
    ({ file, codec, least }) =>
      record(
        ['demo:', '-o', file, '--codec', codec, '--no-cursor', '--duration', '3'],
        (probed, path, count) => {
          expect(probed).toMatchObject({ codec, width: 1920, height: 1080 })
          expect(probed.times).toHaveLength(count)
          expect(Math.abs(probed.seconds - 3)).toBeLessThan(0.1)
          const { frames, off } = identify(path, probed)
          expect(Math.min(...quality(path, probed, frames))).toBeGreaterThan(least)
          // A busy host stops now and then between looking at the guest and reading the clock.
          const right = off.filter((pictures) => pictures < 1.5)
          expect(right.length / off.length).toBeGreaterThan(0.7)
        },
      ),
  )

  it('records a picture that rests once a second', () =>
    record(['demo:?still=1&size=320x200', '-o', 'still.webm', '-d', '3'], (probed) => {
      expect(probed.times.length).toBeLessThanOrEqual(6)
      expect(Math.abs(probed.seconds - 3)).toBeLessThan(0.1)
    }))

  it('goes on in one file when the guest changes its resolution', () =>
    record(['demo:?modes=1&size=640x481', '-o', 'modes.mp4', '-d', '3'], (probed) => {
      // Whichever of the two came first.
      expect(['640x482', '1280x800']).toContain(`${probed.width}x${probed.height}`)
      expect(Math.abs(probed.seconds - 3)).toBeLessThan(0.1)
    }))

  it('completes its file on Ctrl-C', async () => {
    await using app = new App(['record', 'demo:?size=640x360', '-o', 'cut.webm'])
    const part = path.join(app.home, 'cut.part.webm')
    await eventually('a part of the file', () => (sizeOf(part) > 0 ? true : undefined))
    app.kill('SIGINT')
    const { code, stdout, stderr } = await app.ended
    expect([code, stdout]).toEqual([0, `${path.join(app.home, 'cut.webm')}\n`])
    expect(stderr).toMatch(/recorded \d+\.\d s, \d+ frames/)
    expect(probe(path.join(app.home, 'cut.webm')).times.length).toBeGreaterThan(1)
    expect(existsSync(part)).toBe(false)
  })

  it('keeps what there is when the VM goes away, and says so', async () => {
    await using app = new App([
      'record',
      'demo:?gone=15&size=320x200',
      '-o',
      'gone.mp4',
      '-d',
      '60',
    ])
    const { code, stderr } = await app.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/the VM has ended.*gone\.mp4 has \d+\.\d s/)
    expect(probe(path.join(app.home, 'gone.mp4')).seconds).toBeGreaterThan(0.5)
  })

  it(`leaves a file that plays when it is killed, ${KILLS} times`, {
    timeout: 60_000 + KILLS * 30_000,
  }, async () => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      const file = kill % 2 === 0 ? 'killed.webm' : 'killed.mp4'
      await using app = new App(['record', 'demo:?size=640x360', '-o', file])
      const part = path.join(app.home, file.replace('.', '.part.'))
      await eventually('a part of the file', () => (sizeOf(part) > 0 ? true : undefined))
      await delay(Math.random() * 3000)
      app.kill('SIGKILL')
      await app.ended
      expect(readdirSync(app.home).filter((name) => name.startsWith('killed'))).toEqual([
        path.basename(part),
      ])
      expect(playable(part)).toBeGreaterThan(0)
    }
  })
})

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0
}

/** Pictures of a file that may end in the middle of one: ffprobe may say so, but must find what is before. */
function playable(file: string): number {
  return probe(file, 'fatal').times.length
}

describe('scanout record of nothing', () => {
  it('says at once why there is no VM, and leaves no file', async () => {
    await using app = new App(['record', 'qemu:nowhere.sock', '-o', 'x.webm', '-d', '60'])
    const { code, stdout, stderr } = await app.ended
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('nowhere.sock')
    expect(readdirSync(app.home).filter((name) => name.startsWith('x'))).toEqual([])
  })

  it('ends on Ctrl-C while the display is off', async () => {
    await using app = new App(['record', 'demo:?blank=1', '-o', 'x.webm'])
    await app.port()
    app.kill('SIGINT')
    // A program that was interrupted ends by the signal.
    expect((await app.ended).code).not.toBe(0)
    expect(readdirSync(app.home).filter((name) => name.startsWith('x'))).toEqual([])
  })
})
