// SPDX-License-Identifier: GPL-2.0-or-later
import {
  chmodSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  domainWord,
  parseEvent,
  refusal,
  Virsh,
  VirshError,
  type VirshEvent,
} from '../../../../../main/source/qemu/virsh.ts'
import type { Fd } from '../../../../../native-shim/api.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'virsh-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A virsh that runs a shell script; `$*` are its words. */
function fake(script: string): Virsh {
  const program = path.join(folder, 'virsh')
  writeFileSync(program, `#!/bin/sh\n${script}\n`)
  chmodSync(program, 0o700)
  return new Virsh('qemu:///session', program)
}

const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('virsh', () => {
  it('is asked in English, with the connection first and the words as they are', async () => {
    const virsh = fake(`printf '%s\\n' "$LC_ALL" "$@"`)
    const words = ['start', domainWord('-x; "$(reboot)" ü\n'), '--']
    const all = ['C', '--connect=qemu:///session', '--quiet', ...words].map((word) => `${word}\n`)
    expect(await virsh.run(words)).toBe(all.join(''))
  })

  it('gets descriptors from number 3 on, and says so to the monitor', async () => {
    const file = path.join(folder, 'passed')
    const number = openSync(file, 'w')
    const said = path.join(folder, 'said')
    const virsh = fake(`echo here >&3; printf '%s' "$*" > ${said}; echo '{"return":{}}'`)
    const fds = [{ number }] as unknown as readonly Fd[]
    expect(await virsh.monitor('vm', 'getfd', { fdname: 'a' }, { fds })).toEqual({})
    closeSync(number)
    expect(readFileSync(file, 'utf8')).toBe('here\n')
    const request = '{"execute":"getfd","arguments":{"fdname":"a"}}'
    const words = `qemu-monitor-command --pass-fds=3 --domain=vm --cmd=${request}`
    expect(readFileSync(said, 'utf8')).toBe(`--connect=qemu:///session --quiet ${words}`)
  })

  it('throws what QEMU refused, and what is no answer', async () => {
    const refused = fake(`echo '{"error":{"class":"GenericError","desc":"no"}}'`)
    expect(await caught(refused.monitor('vm', 'stop'))).toMatchObject({
      name: 'QmpError',
      code: 'GenericError',
      message: 'no',
    })
    for (const nonsense of ['', 'x', '7', 'null', '{}', '{"error":null}']) {
      const answer = await caught(fake(`echo '${nonsense}'`).monitor('vm', 'stop'))
      expect(answer, nonsense).toMatchObject({ name: 'VirshError', code: 'refused' })
    }
  })

  it('is told to be missing where it is', async () => {
    const virsh = new Virsh('qemu:///session', path.join(folder, 'nothing'))
    expect(await caught(virsh.run(['list']))).toMatchObject({ code: 'missing' })
    const ended = Promise.withResolvers<VirshError>()
    using _events = virsh.events('vm', () => {}, ended.resolve)
    expect((await ended.promise).code).toBe('missing')
  })

  it('is killed when it takes too long, is cancelled, or talks without an end', async () => {
    const pid = path.join(folder, 'pid')
    const slow = fake(`echo $$ > ${pid}; exec sleep 60`)
    const isGone = () =>
      caught(Promise.resolve().then(() => process.kill(Number(readFileSync(pid)), 0)))
    expect(await caught(slow.run([], { patienceMs: 200 }))).toMatchObject({ code: 'timeout' })
    await expect.poll(isGone).toMatchObject({ code: 'ESRCH' })
    const signal = AbortSignal.timeout(200)
    expect(await caught(slow.run([], { signal }))).toMatchObject({ code: 'cancelled' })
    await expect.poll(isGone).toMatchObject({ code: 'ESRCH' })
    expect(await caught(slow.run([], { signal }))).toMatchObject({ code: 'cancelled' })
    expect(await caught(fake('exec cat /dev/zero').run([]))).toMatchObject({ code: 'refused' })
  })

  // biome-ignore format: one row per complaint of virsh
  const complaints = [
    ["error: failed to get domain 'nix'\n\n",                                      'no-domain'],
    ['error: Requested operation is not valid: domain is not running\n',           'not-running'],
    ["error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/run/libvirt/libvirt-sock': Permission denied\n", 'no-permission'],
    ['error: failed to connect to the hypervisor\nerror: authentication unavailable: no polkit agent available to authenticate action\n', 'no-permission'],
    ["error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/run/libvirt/libvirt-sock': No such file or directory\n", 'no-daemon'],
    ['error: Disconnected from qemu:///session due to end of file\nerror: internal error: client socket is closed\n', 'no-daemon'],
    ['error: something else\n',                                                    'refused'],
    ['',                                                                           'refused'],
  ] as const
  it.each(complaints)('that says %j', (text, code) => {
    const error = refusal(text)
    expect(error).toBeInstanceOf(VirshError)
    expect(error.code).toBe(code)
    expect(error.message).not.toMatch(/error: |\n|^$/)
  })
})

describe('the events of virsh', () => {
  // biome-ignore format: one row per line
  const lines = [
    ["event 'lifecycle' for domain 'win 10': Suspended Paused", { name: 'lifecycle', detail: 'Suspended Paused' }],
    ["event 'reboot' for domain 'vm'",                          { name: 'reboot', detail: '' }],
    ["event 'lifecycle' for domain 'it's': Stopped Shutdown",   { name: 'lifecycle', detail: 'Stopped Shutdown' }],
    ['\tmore of it',                                            undefined],
    ['events received: 5',                                      undefined],
    ['',                                                        undefined],
  ] as const
  it.each(lines)('are read from %j', (line, event) => {
    expect(parseEvent(line)).toEqual(event)
  })

  it('arrive whole, and so does the end', async () => {
    const script = [
      `printf "event 'life"; sleep 0.1; printf "cycle' for domain 'vm': Resumed Unpaused\\nevent 'reboot' for domain 'vm'\\n"`,
      `echo 'error: client socket is closed' >&2; exit 1`,
    ]
    const seen: VirshEvent[] = []
    const ended = Promise.withResolvers<VirshError>()
    using _events = fake(script.join('\n')).events('vm', (one) => seen.push(one), ended.resolve)
    expect(await ended.promise).toMatchObject({ code: 'no-daemon' })
    expect(seen.map(({ name }) => name)).toEqual(['lifecycle', 'reboot'])
  })

  it('stop with their owner, who hears nothing of it', async () => {
    const pid = path.join(folder, 'pid')
    const listeners = process.listenerCount('exit')
    let ends = 0
    const events = fake(`echo $$ > ${pid}; exec sleep 60`).events(
      'vm',
      () => {},
      () => {
        ends += 1
      },
    )
    const id = () => Number(readFileSync(pid, 'utf8'))
    await expect.poll(() => caught(Promise.resolve().then(id))).toBeUndefined()
    events[Symbol.dispose]()
    events[Symbol.dispose]()
    const isGone = () => caught(Promise.resolve().then(() => process.kill(id(), 0)))
    await expect.poll(isGone).toMatchObject({ code: 'ESRCH' })
    expect(ends).toBe(0)
    expect(process.listenerCount('exit')).toBe(listeners)
  })
})
