// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { startViewer } from '../../../../main/launcher/start-viewer.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const starter = new URL('../../../../main/starter.ts', import.meta.url).pathname
const failure = { code: 'busy', what: 'cannot open', why: 'it is busy', remedy: 'Stop it' }

/** A viewer that is one line of JavaScript with `tellStarter` at hand. */
function run(script: string, words: readonly string[] = []) {
  const line = `import { tellStarter } from '${starter}'; ${script}`
  const program = [process.execPath, '--input-type=module', '-e', line, '--'] as const
  return startViewer({ program, words, env: process.env, cwd: '/' })
}

describe('a started viewer', () => {
  it('is there when it says so', async () => {
    const script = "await tellStarter({ scanout: 'shown' }); setTimeout(() => {}, 300)"
    expect(await run(script)).toEqual({ ok: true, value: undefined })
  })

  it('says why it could not', async () => {
    const news = JSON.stringify({ scanout: 'failed', failure })
    expect(await run(`await tellStarter(${news}); process.exit(1)`)).toEqual({ ok: false, failure })
  })

  it.each([
    ['process.exit(0)', true],
    ['process.exit(1)', false],
    ["process.kill(process.pid, 'SIGKILL')", false],
    ["process.send('nonsense'); process.send({ scanout: 'failed' }); process.exitCode = 3", false],
  ])('that ends without a word by %s is taken for %s', async (script, isFine) => {
    expect((await run(script)).ok).toBe(isFine)
  })

  it('gets its words as they are, and lives on in a group of its own', async () => {
    const file = path.join(temporaryFolder(), 'words')
    const script = `
      import { writeFileSync, readFileSync } from 'node:fs'
      await tellStarter({ scanout: 'shown' })
      process.once('disconnect', () => {
        const group = readFileSync('/proc/self/stat', 'utf8').split(' ')[4]
        writeFileSync('${file}', JSON.stringify([process.argv.slice(1), group === String(process.pid)]))
      })`
    const words = ['view', '--', "a b; $(x) '\\"]
    expect((await run(script, words)).ok).toBe(true)
    await expect.poll(() => readFileSync(file, 'utf8').length > 0).toBe(true)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([words, true])
  })

  it('is missed in words when its program is not there', async () => {
    const program = ['/nowhere/scanout'] as const
    const result = await startViewer({ program, words: [], env: {}, cwd: '/' })
    expect(result).toMatchObject({ ok: false, failure: { code: 'not-started' } })
  })
})
