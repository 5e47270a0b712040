// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runInElectron } from '../../../../main/shell/electron/launch.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const failure = { code: 'busy', what: 'cannot open', why: 'busy', remedy: 'wait' }
let quiet: { mockRestore(): void }
beforeEach(() => {
  quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => quiet.mockRestore())

/** A program in place of Electron. */
function program(script: string): string {
  const file = path.join(temporaryFolder(), 'electron')
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}

const run = (script: string, signal = new AbortController().signal, argv = ['view', 'demo:']) =>
  runInElectron(program(script), argv, { PATH: process.env['PATH'] ?? '' }, signal, undefined)

describe('a command inside Electron', () => {
  it('brings its result back', async () => {
    expect(await run('echo null > "$SCANOUT_RESULT_FILE"')).toEqual({ ok: true, value: undefined })
    const failed = await run(`echo '${JSON.stringify(failure)}' > "$SCANOUT_RESULT_FILE"; exit 1`)
    expect(failed).toEqual({ ok: false, failure })
  })

  it('is given its words behind a mark, so that Chromium does not read them', async () => {
    const seen = path.join(temporaryFolder(), 'seen')
    const argv = ['view', 'demo:', '--fullscreen']
    await run(`echo "$@" > ${seen}; echo null > "$SCANOUT_RESULT_FILE"`, undefined, argv)
    expect(readFileSync(seen, 'utf8').trim()).toMatch(/ -- view demo: --fullscreen$/)
  })

  it('is missed in words when it ends without one', async () => {
    const ended = await run('exit 7')
    expect(ended.ok ? '' : ended.failure).toMatchObject({ code: 'electron-ended' })
    expect(ended.ok ? '' : ended.failure.why).toContain('7')
  })

  it('is missed in words when the program is no program', async () => {
    const signal = new AbortController().signal
    const ended = await runInElectron('/nowhere/electron', [], {}, signal, undefined)
    expect(ended.ok ? '' : ended.failure.why).toContain('ENOENT')
  })

  it('is ended by the signal', async () => {
    const stop = new AbortController()
    const ended = run(
      'trap "echo null > $SCANOUT_RESULT_FILE; exit 0" TERM; while :; do sleep 0.05; done',
      stop.signal,
    )
    setTimeout(() => stop.abort(), 200)
    expect(await ended).toEqual({ ok: true, value: undefined })
  })
})
