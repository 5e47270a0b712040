// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../../core/failure.ts'
import type { Bridge } from '../../../../core/protocol.ts'
import type { RecordingPiece, RecordingTrack } from '../../../../core/recording.ts'
import { fail, ok } from '../../../../core/result.ts'
import { MOST_WAITING, RecordingOutlet } from '../../../../renderer/recording/recording-outlet.ts'

const track: RecordingTrack = { codec: 'vp8', codecString: 'vp8', width: 64, height: 48 }
const piece = (at: number, size = 100): RecordingPiece => ({
  key: at === 0,
  timestampUs: at,
  durationUs: 1,
  bytes: new Uint8Array(size).fill(at),
})
const full: Failure = { code: 'file', what: 'cut', why: 'the disk is full', remedy: 'free some' }

/** Main that answers writes when it is told to. */
class FakeMain implements Pick<Bridge, 'call'> {
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[] = []
  readonly answers: (() => void)[] = []
  isSlow = false
  failure: Failure | undefined
  startFailure: Failure | undefined

  call = (async (name: string, ...args: readonly unknown[]) => {
    this.calls.push({ name, args })
    if (name === 'record:start') {
      return this.startFailure ? fail(this.startFailure) : ok({ id: 7, path: '/v/a.part.webm' })
    }
    if (name === 'record:write' && this.isSlow) {
      await new Promise<void>((resolve) => this.answers.push(resolve))
    }
    if (name === 'record:write' && this.failure) return fail(this.failure)
    return ok({ bytes: 1, frames: 1, seconds: 1, path: '/v/a.webm' })
  }) as Bridge['call']

  get written(): readonly number[] {
    return this.calls
      .filter(({ name }) => name === 'record:write')
      .flatMap(({ args }) => args[1] as RecordingPiece[])
      .map(({ timestampUs }) => timestampUs)
  }
}

const turns = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

describe('encoded pictures', () => {
  it('reach main in order, with the track told once, and the file is completed', async () => {
    const main = new FakeMain()
    const outlet = new RecordingOutlet(main, 'webm', false)
    for (let at = 0; at < 200; at += 1) outlet.add(piece(at), at === 0 ? track : undefined)
    expect(await outlet.finish()).toEqual(
      ok({ bytes: 1, frames: 1, seconds: 1, path: '/v/a.webm' }),
    )
    expect(main.written).toEqual(Array.from({ length: 200 }, (_, at) => at))
    const tracks = main.calls
      .filter(({ name }) => name === 'record:write')
      .map(({ args }) => args[2])
    expect(tracks.filter((told) => told !== null)).toEqual([track])
    expect(tracks[0]).toEqual(track)
  })

  it('go in messages of bounded size', async () => {
    const main = new FakeMain()
    main.isSlow = true
    const outlet = new RecordingOutlet(main, 'webm', false)
    for (let at = 0; at < 40; at += 1) outlet.add(piece(at, 300_000), track)
    const finished = outlet.finish()
    while (main.calls.at(-1)?.name !== 'record:close') {
      await turns()
      main.answers.shift()?.()
    }
    await finished
    const sizes = main.calls
      .filter(({ name }) => name === 'record:write')
      .map(({ args }) =>
        (args[1] as RecordingPiece[]).reduce((sum, one) => sum + one.bytes.length, 0),
      )
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 ** 20)
  })

  it('hold the encoder back when main is behind, and let it go when it caught up', async () => {
    const main = new FakeMain()
    main.isSlow = true
    const held: boolean[] = []
    const outlet = new RecordingOutlet(main, 'mp4', false, { held: (on) => held.push(on) })
    const size = MOST_WAITING / 8
    for (let at = 0; at < 12; at += 1) outlet.add(piece(at, size), track)
    expect(held).toEqual([true])
    const finished = outlet.finish()
    while (main.calls.at(-1)?.name !== 'record:close') {
      await turns()
      main.answers.shift()?.()
    }
    await finished
    expect(held).toEqual([true, false])
  })

  it('stop when the disk is full, and say so once', async () => {
    const main = new FakeMain()
    main.failure = full
    const failures: Failure[] = []
    const outlet = new RecordingOutlet(main, 'webm', false, { failed: (one) => failures.push(one) })
    for (let at = 0; at < 5; at += 1) outlet.add(piece(at), track)
    expect(await outlet.finish()).toEqual(fail(full))
    outlet.add(piece(9), undefined)
    await turns()
    expect(failures).toEqual([full])
    expect(main.calls.filter(({ name }) => name === 'record:write')).toHaveLength(1)
  })

  it('go nowhere when no file could be made', async () => {
    const main = new FakeMain()
    main.startFailure = full
    const failures: Failure[] = []
    const outlet = new RecordingOutlet(main, 'webm', true, { failed: (one) => failures.push(one) })
    outlet.add(piece(0), track)
    expect(await outlet.finish()).toEqual(fail(full))
    expect(failures).toEqual([full])
    expect(main.written).toEqual([])
  })

  it('end in words when main is gone', async () => {
    const gone = { call: () => Promise.reject(new Error('Scanout has ended')) } as Pick<
      Bridge,
      'call'
    >
    const outlet = new RecordingOutlet(gone, 'webm', false)
    outlet.add(piece(0), track)
    expect(await outlet.finish()).toMatchObject({ ok: false, failure: { code: 'bridge' } })
  })
})
