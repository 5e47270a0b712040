// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny'
import { describe, expect, it } from 'vitest'
import { ok } from '../../../../core/result.ts'
import { type GrowingFile, PartFile } from '../../../../main/recording/part-file.ts'
import { RecordingFile } from '../../../../main/recording/recording-file.ts'
import { Recordings } from '../../../../main/recording/recordings.ts'
import { fakePieces, fakeTrack } from '../../../fakes/recorded-pieces.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

async function playable(file: string): Promise<number> {
  using input = new Input({ source: new BufferSource(readFileSync(file)), formats: ALL_FORMATS })
  const track = await input.getPrimaryVideoTrack()
  if (!track) return 0
  let count = 0
  for await (const _packet of new EncodedPacketSink(track).packets()) count += 1
  return count
}

/** A disk with room for so many bytes: a write that does not fit leaves what fits. */
async function smallDisk(target: string, room: number): Promise<GrowingFile> {
  const made = await PartFile.create(target)
  if (!made.ok) throw new Error(made.failure.why)
  const file = made.value
  return {
    path: file.path,
    write: async (position, bytes) => {
      await file.write(position, bytes.subarray(0, Math.max(0, room - position)))
      if (position + bytes.length <= room) return
      throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' })
    },
    flush: () => file.flush(),
    truncate: (length) => file.truncate(length),
    finish: (rule) => file.finish(rule),
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  }
}

async function started(target: string, room?: number): Promise<RecordingFile> {
  const open = async (name: string) => ok(await smallDisk(name, room ?? Number.MAX_SAFE_INTEGER))
  const file = await RecordingFile.create(target, 'webm', 'next-free', open)
  if (!file.ok) throw new Error(file.failure.why)
  return file.value
}

describe('a recording', () => {
  it('tells how far it is and what it became', async () => {
    const target = path.join(temporaryFolder(), 'take.webm')
    await using file = await started(target)
    const first = await file.add(fakePieces(100), fakeTrack)
    expect(first).toMatchObject({ ok: true, value: { frames: 100, seconds: 4 } })
    const finished = await file.finish()
    const { size } = statSync(target)
    expect(finished).toEqual(ok({ path: target, frames: 100, seconds: 4, bytes: size }))
    expect(await playable(target)).toBe(100)
  })

  it('keeps the order of what comes at once', async () => {
    const target = path.join(temporaryFolder(), 'take.webm')
    await using file = await started(target)
    const pieces = fakePieces(100)
    const added = [0, 25, 50, 75].map((from) =>
      file.add(pieces.slice(from, from + 25), from === 0 ? fakeTrack : null),
    )
    const finished = file.finish()
    expect((await Promise.all(added)).every((one) => one.ok)).toBe(true)
    expect(await finished).toMatchObject({ ok: true, value: { frames: 100 } })
  })

  it('ends at the last whole part when the disk is full, and says up to where it plays', async () => {
    const folder = temporaryFolder()
    await using file = await started(path.join(folder, 'take.webm'), 40_000)
    const added = await file.add(fakePieces(500), fakeTrack)
    expect(added.ok ? '' : added.failure.why).toMatch(
      /^the disk is full \(ENOSPC\); .*take\.part\.webm plays up to \d+\.\d s$/,
    )
    expect(await file.finish()).toEqual(added)
    expect(readdirSync(folder)).toEqual(['take.part.webm'])
    const count = await playable(path.join(folder, 'take.part.webm'))
    expect(count).toBeGreaterThanOrEqual(50)
    expect(count % 50).toBe(0)
    expect(added.ok ? '' : added.failure.why).toContain(`${(count / 25).toFixed(1)} s`)
  })

  it('plays when the disk has no room for its index alone', async () => {
    const folder = temporaryFolder()
    const whole = path.join(folder, 'whole.webm')
    await using measured = await started(whole)
    await measured.add(fakePieces(149), fakeTrack)
    await measured.finish()
    const room = statSync(whole).size - 10
    await using file = await started(path.join(folder, 'take.webm'), room)
    expect((await file.add(fakePieces(149), fakeTrack)).ok).toBe(true)
    expect((await file.finish()).ok).toBe(false)
    expect(await playable(path.join(folder, 'take.part.webm'))).toBeGreaterThanOrEqual(100)
  })

  it('leaves no file when the disk was full from the start', async () => {
    const folder = temporaryFolder()
    await using file = await started(path.join(folder, 'take.webm'), 0)
    const added = await file.add(fakePieces(200), fakeTrack)
    expect(added.ok ? '' : added.failure.why).toContain('nothing was recorded')
    expect(readdirSync(folder)).toEqual([])
  })

  it('is refused when what comes is no recording, and keeps what came before', async () => {
    const folder = temporaryFolder()
    await using file = await started(path.join(folder, 'take.webm'))
    const pieces = fakePieces(120)
    expect((await file.add(pieces, fakeTrack)).ok).toBe(true)
    const back = await file.add(pieces.slice(0, 1), null)
    expect(back).toMatchObject({ ok: false, failure: { code: 'bad-recording' } })
    expect(await file.finish()).toEqual(back)
    expect(await playable(path.join(folder, 'take.part.webm'))).toBe(100)
  })

  it('is refused without a track, and without pictures', async () => {
    const folder = temporaryFolder()
    await using untold = await started(path.join(folder, 'a.webm'))
    expect(await untold.add(fakePieces(1), null)).toMatchObject({
      failure: { code: 'bad-recording' },
    })
    await using empty = await started(path.join(folder, 'b.webm'))
    expect(await empty.finish()).toMatchObject({ failure: { code: 'nothing-recorded' } })
    await untold[Symbol.asyncDispose]()
    expect(readdirSync(folder)).toEqual([])
  })

  it('does not let a page fill the memory', async () => {
    await using file = await started(path.join(temporaryFolder(), 'a.webm'))
    const bytes = new Uint8Array(8 * 2 ** 20)
    const piece = { key: true, timestampUs: 0, durationUs: 1, bytes }
    const added = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        file.add([{ ...piece, timestampUs: at * 40_000 }], fakeTrack),
      ),
    )
    expect(added.map(({ ok: taken }) => taken)).toEqual([
      ...Array(8).fill(true),
      ...Array(4).fill(false),
    ])
  })
})

describe('the recordings of a page', () => {
  const recordings = (folder: string, news = {}) =>
    new Recordings(
      async ({ container }) =>
        ok({ target: path.join(folder, `t.${container}`), rule: 'next-free' }),
      news,
    )

  it('are completed for a page that went away', async () => {
    const folder = temporaryFolder()
    const ended: boolean[] = []
    {
      await using all = recordings(folder, { ended: (one: { ok: boolean }) => ended.push(one.ok) })
      for (const container of ['webm', 'webm'] as const) {
        const opened = await all.start({ container, replay: false })
        if (!opened.ok) throw new Error(opened.failure.why)
        await all.write(opened.value.id, fakePieces(60), fakeTrack)
      }
      expect(readdirSync(folder).sort()).toEqual(['t.part-2.webm', 't.part.webm'])
    }
    expect(readdirSync(folder).sort()).toEqual(['t-2.webm', 't.webm'])
    expect(ended).toEqual([true, true])
    expect(await playable(path.join(folder, 't-2.webm'))).toBe(60)
  })

  it('are four at most', async () => {
    await using all = recordings(temporaryFolder())
    const opened = await Promise.all(
      Array.from({ length: 6 }, () => all.start({ container: 'webm', replay: false })),
    )
    expect(opened.filter((one) => one.ok)).toHaveLength(4)
    expect(opened.at(-1)).toMatchObject({ failure: { code: 'too-many' } })
  })

  it('are known by their number until they end', async () => {
    await using all = recordings(temporaryFolder())
    expect(await all.write(1, fakePieces(1), fakeTrack)).toMatchObject({
      failure: { code: 'unknown-recording' },
    })
    const opened = await all.start({ container: 'webm', replay: true })
    if (!opened.ok) throw new Error(opened.failure.why)
    const { id } = opened.value
    await all.write(id, fakePieces(3), fakeTrack)
    expect((await all.close(id)).ok).toBe(true)
    expect((await all.close(id)).ok).toBe(false)
    expect(all.count).toBe(0)
  })
})
