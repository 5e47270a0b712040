// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { PartFile } from '../../../../main/recording/part-file.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const text = (words: string) => new TextEncoder().encode(words)

async function made(target: string): Promise<PartFile> {
  const file = await PartFile.create(target)
  if (!file.ok) throw new Error(file.failure.why)
  return file.value
}

describe('a recording on its way to the disk', () => {
  it('has a name of its own that still opens, and its final one when it is whole', async () => {
    const folder = temporaryFolder()
    const file = await made(path.join(folder, 'talk.webm'))
    expect(file.path).toBe(path.join(folder, 'talk.part.webm'))
    await file.write(0, text('hello'))
    await file.write(3, text('p!'))
    expect(readdirSync(folder)).toEqual(['talk.part.webm'])
    expect(await file.finish('next-free')).toEqual({
      ok: true,
      value: path.join(folder, 'talk.webm'),
    })
    expect(readdirSync(folder)).toEqual(['talk.webm'])
    expect(readFileSync(path.join(folder, 'talk.webm'), 'utf8')).toBe('help!')
  })

  it('never takes the place of another file where that is not wished', async () => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'talk.webm'), 'older')
    writeFileSync(path.join(folder, 'talk-2.webm'), 'old')
    const file = await made(path.join(folder, 'talk.webm'))
    await file.write(0, text('new'))
    const named = await file.finish('next-free')
    expect(named).toEqual({ ok: true, value: path.join(folder, 'talk-3.webm') })
    expect(readFileSync(path.join(folder, 'talk.webm'), 'utf8')).toBe('older')
  })

  it('replaces a file where it is', async () => {
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'talk.webm'), 'older')
    const file = await made(path.join(folder, 'talk.webm'))
    await file.write(0, text('new'))
    expect((await file.finish('replace')).ok).toBe(true)
    expect(readdirSync(folder)).toEqual(['talk.webm'])
    expect(readFileSync(path.join(folder, 'talk.webm'), 'utf8')).toBe('new')
  })

  it('leaves alone what an earlier one left, a link to elsewhere too', async () => {
    const folder = temporaryFolder()
    symlinkSync('/nowhere/else', path.join(folder, 'talk.part.mp4'))
    const file = await made(path.join(folder, 'talk.mp4'))
    expect(file.path).toBe(path.join(folder, 'talk.part-2.mp4'))
    await file[Symbol.asyncDispose]()
    expect(readdirSync(folder)).toEqual(['talk.part.mp4'])
  })

  it('stays under its own name when it is let go, unless it is empty', async () => {
    const folder = temporaryFolder()
    const kept = await made(path.join(folder, 'a.webm'))
    const empty = await made(path.join(folder, 'b.webm'))
    await kept.write(0, text('half'))
    await kept[Symbol.asyncDispose]()
    await kept[Symbol.asyncDispose]()
    await empty[Symbol.asyncDispose]()
    expect(readdirSync(folder)).toEqual(['a.part.webm'])
  })

  it.each([
    ['a folder', (folder: string) => mkdirSync(path.join(folder, 'x.webm'))],
    ['a device', (folder: string) => symlinkSync('/dev/null', path.join(folder, 'x.webm'))],
  ])('is refused in the place of %s', async (_what, prepare) => {
    const folder = temporaryFolder()
    prepare(folder)
    const file = await PartFile.create(path.join(folder, 'x.webm'))
    expect(file).toMatchObject({ ok: false, failure: { code: 'file' } })
  })

  it('is refused in words where no file can be made', async () => {
    const missing = await PartFile.create('/nowhere/at/all/x.webm')
    expect(missing.ok ? '' : missing.failure.why).toContain('ENOENT')
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'file'), '')
    const inFile = await PartFile.create(path.join(folder, 'file', 'x.webm'))
    expect(inFile.ok ? '' : inFile.failure.why).toContain('ENOTDIR')
  })
})
