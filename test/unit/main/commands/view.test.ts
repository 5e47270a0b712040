// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fail, ok } from '../../../../core/result.ts'
import { view } from '../../../../main/commands/view.ts'
import { OneViewer, type Raise, viewerSocket } from '../../../../main/one-viewer.ts'
import { parseAddress } from '../../../../main/source/address.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'

let quiet: { mockRestore(): void }
beforeEach(() => {
  quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => quiet.mockRestore())

/** A desktop whose Electron notes the words that are ours, one a line. */
class Desk extends FakeIo {
  readonly env = {
    PATH: process.env['PATH'] ?? '',
    HOME: this.cwd,
    XDG_RUNTIME_DIR: path.join(this.cwd, 'run'),
    // Another host's is believed without asking.
    DISPLAY: 'elsewhere:0',
    ELECTRON_OVERRIDE_DIST_PATH: this.cwd,
  }

  constructor() {
    super()
    mkdirSync(this.env.XDG_RUNTIME_DIR, { mode: 0o700 })
    const note = `while [ "$1" != -- ]; do shift; done; shift; printf '%s\\n' "$@" > ${this.cwd}/words`
    const file = path.join(this.cwd, 'electron')
    writeFileSync(file, `#!/bin/sh\n${note}\necho null > "$SCANOUT_RESULT_FILE"\n`)
    chmodSync(file, 0o755)
  }

  run(stdin: string | undefined, ...words: string[]) {
    const stream = async function* () {
      yield Buffer.from(stdin ?? '')
    }
    return view.run(words, { ...this.io, env: this.env, stdin: stream() })
  }

  /** What Electron was given; undefined when it was not started. */
  get words(): string[] | undefined {
    const file = path.join(this.cwd, 'words')
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : undefined
  }
}

const session = '[scanout]\naddress=qemu:vm.sock\ntitle=-h $(id)\nreconnect=1\ndelete-this-file=1\n'

it('reads a session file once, and hands Electron what it says', async () => {
  using desk = new Desk()
  const file = path.join(desk.cwd, 'vm.scanout')
  writeFileSync(file, session)
  expect(await desk.run(undefined, file, '--fullscreen')).toEqual(ok(undefined))
  expect(existsSync(file)).toBe(false)
  expect(desk.words?.toSorted()).toEqual(
    [
      'view',
      '--title=-h $(id)',
      '--fullscreen',
      '--reconnect',
      '--',
      `qemu:${desk.cwd}/vm.sock`,
    ].toSorted(),
  )
  expect(desk.words?.slice(-2)).toEqual(['--', `qemu:${desk.cwd}/vm.sock`])
})

it('reads stdin once, and hands Electron what it says', async () => {
  using desk = new Desk()
  expect(await desk.run('[scanout]\naddress=libvirt:a\nmute=1\n', '-')).toEqual(ok(undefined))
  expect(desk.words).toEqual(['view', '--mute', '--', 'libvirt:a'])
})

it('prefers what the person says to what the file says', async () => {
  using desk = new Desk()
  await desk.run('[scanout]\naddress=libvirt:a\ntitle=File\nscale=fit\n', '-', '--title', 'Mine')
  expect(desk.words?.toSorted()).toEqual(
    ['view', '--title=Mine', '--scale=fit', '--', 'libvirt:a'].toSorted(),
  )
})

it('starts nothing for a session that is wrong', async () => {
  using desk = new Desk()
  const result = await desk.run('[scanout]\naddress=libvirt:a\nexec=sh\n', '-')
  expect(result).toMatchObject({ ok: false, failure: { code: 'bad-session' } })
  expect(desk.words).toBeUndefined()
})

const trouble = { code: 'not-raised', what: 'cannot raise it', why: 'no', remedy: 'Look for it' }

it.each<[string, Raise, RegExp]>([
  ['comes', async () => ok(undefined), /its window was brought to the front\n$/],
  ['stays', async () => fail(trouble), /cannot raise it: no\. Look for it, or add --another\n$/],
])('starts no second one where the first %s', async (_, raise, says) => {
  using desk = new Desk()
  const address = parseAddress('libvirt:a')
  if (!address.ok) throw new Error(address.failure.why)
  const identity = { address: address.value, viewOnly: false, qmp: undefined }
  const claim = await OneViewer.claim(viewerSocket(identity, desk.cwd, desk.env), raise)
  if (claim.kind !== 'first') throw new Error(`it is ${claim.kind}`)
  await using _first = claim.viewer
  expect(await desk.run(undefined, 'libvirt:a', '--fullscreen')).toEqual(ok(undefined))
  expect(desk.errors).toMatch(/^scanout: libvirt:a is shown already, by process \d+; /)
  expect(desk.errors).toMatch(says)
  expect(desk.words).toBeUndefined()
  for (const other of [['--another'], ['--view-only'], ['--frames', '3'], ['--qmp', 'x.sock']]) {
    await desk.run(undefined, 'libvirt:a', ...other)
    expect(desk.words).toContain('libvirt:a')
  }
})

it('tells Electron that the guest’s buffers are not for its GPU', async () => {
  using desk = new Desk()
  expect(await desk.run(undefined, 'demo:', '--no-zero-copy')).toEqual(ok(undefined))
  expect(desk.words).toContain('--no-zero-copy')
})
