// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../../core/failure.ts'
import { fail, ok } from '../../../../core/result.ts'
import type {
  EncoderEvents,
  PictureEncoder,
  PictureTime,
} from '../../../../renderer/recording/picture-encoder.ts'
import type { RecordedPixels } from '../../../../renderer/recording/recorded-pixels.ts'
import {
  type EngineWish,
  type OpenEncoder,
  RecordingEngine,
} from '../../../../renderer/recording/recording-engine.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'
import { Guest, guestPlane } from '../../../gl/guest.ts'

type Encoded = PictureTime & { readonly size: string }

/** Writes down what it is to encode. */
class FakeEncoder implements PictureEncoder {
  readonly pictures: Encoded[] = []
  busy = false
  events: EncoderEvents | undefined

  encode(pixels: RecordedPixels | undefined, time: PictureTime): void {
    const size = pixels ? `${pixels.width}x${pixels.height}` : 'black'
    this.pictures.push({ ...time, size })
    const { timestampUs, durationUs, key } = time
    this.events?.piece({ key, timestampUs, durationUs, bytes: Uint8Array.of(1) }, undefined)
  }

  flush = async () => {};

  [Symbol.dispose](): void {}
}

const desktop = guestPlane({ fourcc: 'XR24', modifier: 0n, width: 16, height: 8 }, 1)
const other = guestPlane({ fourcc: 'XR24', modifier: 0n, width: 16, height: 8 }, 2)
const wish: EngineWish = {
  codec: null,
  container: null,
  framesPerSecond: 10,
  cursor: true,
  seconds: null,
}

/** An engine with a guest that flips between two buffers whenever it is told to. */
async function running(more: Partial<EngineWish> = {}, answer?: OpenEncoder) {
  const clock = new ManualClock()
  const encoder = new FakeEncoder()
  const heard: string[] = []
  const failures: Failure[] = []
  const open: OpenEncoder = async (_wish, _size, events) => {
    encoder.events = events
    return ok({ encoder, container: 'webm' })
  }
  const engine = new RecordingEngine(
    { ...wish, ...more },
    {
      begun: (container, { width, height }) => heard.push(`begun ${container} ${width}x${height}`),
      piece: () => {},
      over: () => heard.push('over'),
      failed: (failure) => failures.push(failure),
    },
    answer ?? open,
    clock,
  )
  const guest = new Guest()
  let flips = 0
  const flip = (readAtMs = clock.ms) => {
    flips += 1
    const id = 1 + (flips % 2)
    const { frame, payload } = guest.frame([{ id, guest: flips % 2 === 0 ? desktop : other }])
    engine.take({ ...frame, readAtMs }, payload)
  }
  const off = () => {
    const { frame, payload } = guest.frame([])
    engine.take({ ...frame, readAtMs: clock.ms }, payload)
  }
  flip()
  // The encoder is opened in the background.
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
  return { engine, clock, encoder, heard, failures, flip, off }
}

const times = (encoder: FakeEncoder) =>
  encoder.pictures.map(({ timestampUs }) => timestampUs / 1000)

describe('a recording', () => {
  it('begins with the first picture, which can be decoded by itself', async () => {
    const { encoder, heard } = await running()
    expect(heard).toEqual(['begun webm 16x8'])
    expect(encoder.pictures).toEqual([
      { timestampUs: 0, durationUs: 100_000, key: true, size: '16x8' },
    ])
  })

  it('records every change at the time it was read', async () => {
    const { encoder, clock, flip } = await running()
    for (const ms of [130, 120, 150]) {
      clock.advance(ms)
      flip(clock.ms - 7)
    }
    // The first frame showed that the way may take no time at all.
    expect(times(encoder)).toEqual([0, 123, 243, 393])
  })

  it('records the newest of changes that come too fast', async () => {
    const { encoder, clock, flip } = await running()
    for (let at = 0; at < 100; at += 1) {
      clock.advance(10)
      flip()
    }
    expect(encoder.pictures.length).toBeGreaterThanOrEqual(10)
    expect(encoder.pictures.length).toBeLessThanOrEqual(12)
  })

  it('repeats a picture that rests once a second', async () => {
    const { encoder, clock } = await running()
    clock.advance(3500)
    expect(times(encoder)).toEqual([0, 1000, 2000, 3000])
  })

  it('can be cut every two seconds', async () => {
    const { encoder, clock, flip } = await running()
    for (let at = 0; at < 60; at += 1) {
      clock.advance(100)
      flip()
    }
    const keys = encoder.pictures.filter(({ key }) => key).map(({ timestampUs }) => timestampUs)
    expect(keys).toEqual([0, 2_000_000, 4_000_000, 6_000_000])
  })

  it('records black while the display is off', async () => {
    const { encoder, clock, off } = await running()
    clock.advance(500)
    off()
    expect(encoder.pictures.map(({ size }) => size)).toEqual(['16x8', 'black'])
  })

  it('ends with the present picture, shown until the end', async () => {
    const { engine, encoder, clock } = await running()
    clock.advance(730)
    await engine.finish()
    expect(times(encoder)).toEqual([0, 630])
    clock.advance(5000)
    expect(encoder.pictures).toHaveLength(2)
  })

  it('ends by itself after the wished time', async () => {
    const { encoder, clock, heard, flip } = await running({ seconds: 2 })
    for (let at = 0; at < 40; at += 1) {
      clock.advance(100)
      flip()
    }
    await Promise.resolve()
    await Promise.resolve()
    expect(heard).toContain('over')
    const last = encoder.pictures.at(-1)
    expect((last?.timestampUs ?? 0) + (last?.durationUs ?? 0)).toBeGreaterThanOrEqual(1_990_000)
    expect((last?.timestampUs ?? 0) + (last?.durationUs ?? 0)).toBeLessThanOrEqual(2_010_000)
  })

  it('lets pictures go while the encoder or the disk is behind, and records the newest then', async () => {
    const { engine, encoder, clock, flip } = await running()
    encoder.busy = true
    for (let at = 0; at < 10; at += 1) {
      clock.advance(100)
      flip()
    }
    expect(encoder.pictures).toHaveLength(1)
    encoder.busy = false
    encoder.events?.free()
    expect(times(encoder)).toEqual([0, 1000])
    engine.held = true
    clock.advance(100)
    flip()
    expect(encoder.pictures).toHaveLength(2)
    clock.advance(400)
    engine.held = false
    expect(times(encoder)).toEqual([0, 1000, 1100])
  })

  it('records nothing while it rests, and the present picture afterwards', async () => {
    const { engine, encoder, clock, flip } = await running()
    engine.resting = true
    clock.advance(4000)
    flip()
    expect(encoder.pictures).toHaveLength(1)
    engine.resting = false
    expect(times(encoder)).toEqual([0, 4000])
  })

  it('gives who joins a key picture at once', async () => {
    const { engine, encoder, clock } = await running()
    clock.advance(300)
    engine.requestKey()
    expect(encoder.pictures.at(-1)).toMatchObject({ key: true, timestampUs: 300_000 })
  })

  it('says why nothing can be encoded', async () => {
    const failure = { code: 'no-encoder', what: 'w', why: 'y', remedy: 'r' }
    const { failures, heard } = await running({}, async () => fail(failure))
    expect([failures, heard]).toEqual([[failure], []])
  })

  it('says that the encoder ended, once, and asks nothing more of it', async () => {
    const { encoder, failures, clock, flip } = await running()
    encoder.events?.failed('out of memory')
    encoder.events?.failed('again')
    clock.advance(1000)
    flip()
    expect(failures).toHaveLength(1)
    expect(failures[0]?.why).toContain('out of memory')
    expect(encoder.pictures).toHaveLength(1)
  })

  it('leaves no timer behind', async () => {
    const { engine, clock, flip } = await running()
    flip()
    engine[Symbol.dispose]()
    expect(clock.pending).toBe(0)
  })
})
