// SPDX-License-Identifier: GPL-2.0-or-later
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { App, eventually } from './app.ts'
import { Display, hasXvfb } from './display.ts'

const small = 'demo:?still=1&size=320x200'
const brief = ['--headless', '--frames', '1', '--stats', 'stats.json']

/** The address in the statistics that a brief run left. */
function shownBy(app: App): unknown {
  return JSON.parse(readFileSync(path.join(app.home, 'stats.json'), 'utf8')).address
}

/** A session file of these lines. */
function sessionFile(...lines: string[]): string {
  const file = path.join(temporaryFolder(), 'vm.scanout')
  writeFileSync(file, ['[scanout]', ...lines, ''].join('\n'))
  return file
}

describe('a session', () => {
  it('from a file is shown, and the file deleted when it says so', async () => {
    const file = sessionFile(`address=${small}`, 'title=Mine', 'delete-this-file=1')
    await using app = new App([file, ...brief])
    expect(await app.ended).toMatchObject({ code: 0, stdout: '' })
    expect(shownBy(app)).toBe(small)
    expect(existsSync(file)).toBe(false)
  })

  it('from stdin is shown', async () => {
    await using app = new App(['-', ...brief])
    app.say(`[scanout]\naddress=${small}\n`)
    expect(await app.ended).toMatchObject({ code: 0 })
    expect(shownBy(app)).toBe(small)
  })

  it('from a link is shown', async () => {
    await using app = new App([`scanout:?address=${encodeURIComponent(small)}`, ...brief])
    expect(await app.ended).toMatchObject({ code: 0 })
  })

  it('that is wrong opens nothing and says which line is', async () => {
    await using app = new App([sessionFile(`address=${small}`, 'exec=rm -rf /'), ...brief])
    const { code, stderr } = await app.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^scanout: cannot use session file .*vm\.scanout: line 3: a session has no exec\. .*\n$/,
    )
  })

  it('of a display that is not ours is refused in words', async () => {
    const file = path.join(temporaryFolder(), 'x.vv')
    writeFileSync(file, '[virt-viewer]\ntype=spice\nport=5900\n')
    await using app = new App([file])
    const { code, stderr } = await app.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /line 2: it is for spice, which Scanout cannot show\. Open it with remote-viewer/,
    )
  })
})

describe.skipIf(!hasXvfb)('a second start (needs Xvfb)', () => {
  it('finds the window of the first and ends; --another opens one more', async () => {
    using display = await Display.start('1280x800')
    const desktop = { DISPLAY: display.name }
    await using first = new App([small], desktop)
    const sockets = path.join(first.runtime, 'scanout')
    const windows = () => first.folders().length
    await eventually('the first window', () => windows() === 1 || undefined)
    await eventually('its place', () => (existsSync(sockets) ? true : undefined))
    const together = { ...desktop, XDG_RUNTIME_DIR: first.runtime }
    await using second = new App([small], together)
    // No window manager runs here: the X server itself has answered.
    expect(await second.ended).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        new RegExp(
          `^scanout: .* is shown already, by process ${first.pid}; cannot bring its window to the front: no window manager knows of it\\. .*--another\\n$`,
        ),
      ),
    })
    expect(windows()).toBe(1)
    await using other = new App([small, '--view-only'], together)
    await eventually('a window of another kind', () => windows() === 2 || undefined)
    await using another = new App([small, '--another'], together)
    await eventually('one more window', () => windows() === 3 || undefined)
    for (const app of [another, other, first]) {
      app.kill('SIGTERM')
      expect(await app.ended).toMatchObject({ code: 0 })
    }
    expect(readdirSync(sockets)).toEqual([])
  })

  it('comes from a launcher, too', async () => {
    using display = await Display.start('1280x800')
    const desktop = { DISPLAY: display.name }
    await using maker = new App(['launcher', 'create', small, '--name', 'My VM'])
    expect(await maker.ended).toMatchObject({ code: 0, stderr: '' })
    const [entry = ''] = readdirSync(path.join(maker.home, '.local/share/applications'))
    const text = readFileSync(path.join(maker.home, '.local/share/applications', entry), 'utf8')
    const line = /^Exec=(.*)$/m.exec(text)?.[1] ?? ''
    // A shell reads these quotes as the desktop does.
    const words = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    const [program = '', ...args] = words.trimEnd().split('\n')
    expect(existsSync(program)).toBe(true)
    await using first = new App(args, desktop)
    await eventually('the window', () => first.folders().length === 1 || undefined)
    await using second = new App(args, { ...desktop, XDG_RUNTIME_DIR: first.runtime })
    expect((await second.ended).stderr).toContain(`shown already, by process ${first.pid}`)
    first.kill('SIGTERM')
    expect(await first.ended).toMatchObject({ code: 0 })
  })
})
