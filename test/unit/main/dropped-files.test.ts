// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { fail, ok } from '../../../core/result.ts'
import { DroppedFiles, type StartViewer } from '../../../main/dropped-files.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

const file = (name: string, text = name) => ({ name, bytes: Buffer.from(text).toString('base64') })

let runtime: string
let started: { words: readonly string[]; files: Record<string, string> }[]

beforeEach(() => {
  runtime = temporaryFolder()
  started = []
})

const start: StartViewer = async (words) => {
  const target = words[1]?.replace(/^dump:/, '') ?? ''
  const folder = path.dirname(target)
  const files = readdirSync(folder).map((name) => {
    return [name, readFileSync(path.join(folder, name), 'utf8')]
  })
  started.push({ words, files: Object.fromEntries(files) })
  return ok(undefined)
}
const dropped = (run: StartViewer = start) => new DroppedFiles({ XDG_RUNTIME_DIR: runtime }, run)

describe('files that are dropped', () => {
  it.each(['vm.scanout', 'VM.SCANOUT', 'old.vv'])('open a viewer as %s', async (name) => {
    await using drop = dropped()
    expect(await drop.open([file(name, '[scanout]\naddress=demo:\n')])).toEqual(ok(undefined))
    expect(started[0]?.words[0]).toBe('view')
    expect(path.basename(started[0]?.words[1] ?? '')).toBe(name)
    expect(started[0]?.files).toEqual({ [name]: '[scanout]\naddress=demo:\n' })
    expect(readdirSync(runtime)).toHaveLength(1)
    await drop[Symbol.asyncDispose]()
    expect(readdirSync(runtime)).toEqual([])
  })

  it('open a dump with its planes', async () => {
    const drop = dropped()
    const files = [file('shot.json', '{}'), file('shot-primary.bin', 'pixels')]
    expect((await drop.open(files)).ok).toBe(true)
    expect(started[0]?.words[1]).toMatch(/^dump:.*\/shot\.json$/)
    expect(started[0]?.files).toEqual({ 'shot.json': '{}', 'shot-primary.bin': 'pixels' })
    expect(readdirSync(runtime)).toHaveLength(1)
    await drop[Symbol.asyncDispose]()
    expect(readdirSync(runtime)).toEqual([])
  })

  it.each([
    ['nothing', []],
    ['a picture', [file('holiday.png')]],
    ['two sessions', [file('a.scanout'), file('b.scanout')]],
    ['two dumps', [file('a.json'), file('b.json')]],
    ['planes without their record', [file('a.bin')]],
  ])('are refused as %s', async (_what, files) => {
    await using drop = dropped()
    const refused = await drop.open(files)
    expect(refused.ok ? '' : refused.failure.code).toBe('not-ours')
    expect(started).toEqual([])
    expect(readdirSync(runtime)).toEqual([])
  })

  it.each(['../../outside.scanout', '/etc/outside.scanout', '.hidden.scanout', 'a\0b.scanout'])(
    'stay in their folder as %j',
    async (name) => {
      await using drop = dropped()
      expect((await drop.open([file(name)])).ok).toBe(true)
      const target = started[0]?.words[1] ?? ''
      expect(path.dirname(path.dirname(target))).toBe(runtime)
      expect(existsSync(path.join(runtime, 'outside.scanout'))).toBe(false)
    },
  )

  it('of one name are refused in words, and leave nothing', async () => {
    await using drop = dropped()
    const refused = await drop.open([file('a.json'), file('a.bin'), file('a.bin')])
    expect(refused.ok ? '' : refused.failure.why).toContain('EEXIST')
    expect(readdirSync(runtime)).toEqual([])
  })

  it('tell why their viewer did not open', async () => {
    const failure = { code: 'x', what: 'cannot open', why: 'it is broken', remedy: 'try another' }
    await using drop = dropped(async () => fail(failure))
    expect(await drop.open([file('a.scanout')])).toEqual(fail(failure))
  })
})
