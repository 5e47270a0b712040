// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GpuDevice } from '../../../core/gpu.ts'
import { ZeroCopyMarks } from '../../../main/zero-copy-marks.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

const device = (version: string): GpuDevice => ({
  node: '/dev/dri/renderD128',
  vendor: 'Mesa Project',
  renderer: 'Mesa Intel(R) UHD Graphics 630',
  version,
  software: false,
  importsDmaBufs: true,
  importsModifiers: true,
  formats: [],
})

function marksIn(folder: string) {
  return new ZeroCopyMarks({ XDG_STATE_HOME: folder })
}

describe('the memory of failed textures', () => {
  it('is of one GPU with one driver, and lasts', async () => {
    const folder = temporaryFolder()
    await marksIn(folder).set(device('Mesa 25.0.7'), 'the GPU was reset')
    expect(await marksIn(folder).find(device('Mesa 25.0.7'))).toMatchObject({
      why: 'the GPU was reset',
    })
    expect(await marksIn(folder).find(device('Mesa 25.0.8'))).toBeUndefined()
  })

  it('counts a test that nobody came back from, once it is surely over', async () => {
    const folder = temporaryFolder()
    const marks = marksIn(folder)
    await marks.begin(device('1'))
    expect(await marks.find(device('1'))).toBeUndefined()
    const [mark] = await marks.list()
    const file = path.join(folder, 'scanout', 'zero-copy.json')
    writeFileSync(file, JSON.stringify([{ ...mark, at: '2026-01-01T00:00:00.000Z' }]))
    expect((await marks.find(device('1')))?.why).toContain('did not come back')
  })

  it('is cleared for one or for all', async () => {
    const marks = marksIn(temporaryFolder())
    await marks.set(device('1'), 'a')
    await marks.set(device('2'), 'b')
    await marks.clear(device('1'))
    expect((await marks.list()).map(({ why }) => why)).toEqual(['b'])
    await marks.clearAll()
    expect(await marks.list()).toEqual([])
    await marks.clearAll()
  })

  it('keeps the newest, one of each', async () => {
    const marks = marksIn(temporaryFolder())
    for (let at = 0; at < 20; at += 1) await marks.set(device(String(at % 18)), `why ${at}`)
    const kept = await marks.list()
    expect(kept).toHaveLength(16)
    expect(kept[0]?.why).toBe('why 19')
    expect(new Set(kept.map(({ gpu }) => gpu)).size).toBe(16)
  })

  it.each(['', 'no JSON', '{}', '[1, {"gpu": 2}]', `["${'x'.repeat(70_000)}"]`])(
    'reads a damaged file as empty',
    async (text) => {
      const folder = temporaryFolder()
      mkdirSync(path.join(folder, 'scanout'))
      writeFileSync(path.join(folder, 'scanout', 'zero-copy.json'), text)
      expect(await marksIn(folder).list()).toEqual([])
      await marksIn(folder).set(device('1'), 'why')
      expect(await marksIn(folder).list()).toHaveLength(1)
    },
  )

  it('lies in the home folder where nothing else is said', async () => {
    const home = temporaryFolder()
    await new ZeroCopyMarks({ HOME: home }).set(device('1'), 'why')
    const file = path.join(home, '.local', 'state', 'scanout', 'zero-copy.json')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveLength(1)
  })
})
