// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { record } from '../../../../main/commands/record.ts'
import { figuresText, Progress } from '../../../../main/commands/record-progress.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'

describe('scanout record', () => {
  it.each([
    ['no output', ['demo:'], /-o|--output/],
    ['a name that says nothing', ['demo:', '-o', 'take'], /End it with \.mp4 or \.webm/],
    ['another kind of file', ['demo:', '-o', 'take.avi'], /End it with \.mp4 or \.webm/],
    ['stdout', ['demo:', '-o', '-'], /End it with \.mp4 or \.webm/],
    [
      'H.264 in WebM',
      ['demo:', '-o', 'a.webm', '--codec', 'h264'],
      /H\.264 does not go into \.webm/,
    ],
    ['VP8 in MP4', ['demo:', '-o', 'a.mp4', '--codec', 'vp8'], /VP8 does not go into \.mp4/],
    ['a codec of no name', ['demo:', '-o', 'a.mp4', '--codec', 'hevc'], /hevc/],
    ['no time at all', ['demo:', '-o', 'a.mp4', '--duration', '0'], /duration/],
    ['more pictures than anybody sees', ['demo:', '-o', 'a.mp4', '--fps', '61'], /fps/],
    ['an address that is none', ['dmeo:', '-o', 'a.mp4'], /dmeo/],
  ])('refuses %s before anything starts', async (_what, argv, words) => {
    using fake = new FakeIo()
    const outcome = await record.run(argv, fake.io)
    if (outcome.ok) throw new Error('it was taken')
    const { code, what, why, remedy } = outcome.failure
    expect(code).toBe('usage')
    expect(`${what}: ${why}. ${remedy}`).toMatch(words)
    expect(readdirSync(fake.cwd)).toEqual([])
  })

  it('says why without a browser', async () => {
    using fake = new FakeIo()
    const io = { ...fake.io, env: { SCANOUT_BROWSER: '/nowhere/chromium', PATH: '' } }
    const outcome = await record.run(['demo:', '-o', 'a.mp4'], io)
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'no-browser' } })
    expect(readdirSync(fake.cwd)).toEqual([])
  })
})

describe('the progress of a recording', () => {
  const figures = { seconds: 12.34, frames: 369, bytes: 4_100_000 }

  it('is time, pictures and size', () => {
    expect(figuresText(figures)).toBe('12.3 s, 369 frames, 4.1 MB')
  })

  it('stays on one line of a terminal, twice a second, and goes at the end', async () => {
    using fake = new FakeIo({ terminal: true })
    let now = 0
    {
      await using progress = new Progress(fake.io.stderr, () => now)
      for (; now < 1000; now += 100) progress.show({ ...figures, frames: now })
    }
    const line = (frames: number) => figuresText({ ...figures, frames })
    const blank = ' '.repeat(line(500).length)
    expect(fake.errors).toBe(`\r${line(0)}\r${line(500)}\r${blank}\r`)
  })

  it('is not written where nobody reads along', async () => {
    using fake = new FakeIo()
    {
      await using progress = new Progress(fake.io.stderr)
      progress.show(figures)
    }
    expect(fake.errors).toBe('')
  })
})
