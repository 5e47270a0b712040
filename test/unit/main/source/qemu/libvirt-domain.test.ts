// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  displayRemedy,
  domainCommand,
  findDomain,
  hasQemu,
  parseDomain,
} from '../../../../../main/source/qemu/libvirt-domain.ts'
import { Virsh } from '../../../../../main/source/qemu/virsh.ts'

const info = `Id:             1
Name:           win 10
UUID:           d7c5649e-6b6f-4d8e-af3f-61649aa6ef3d
OS Type:        hvm
State:          in shutdown
`
const session = new Virsh('qemu:///session')

describe('a libvirt domain', () => {
  it('is read from what virsh prints', () => {
    expect(parseDomain(info, '1')).toEqual({
      name: 'win 10',
      uuid: 'd7c5649e-6b6f-4d8e-af3f-61649aa6ef3d',
      state: 'in shutdown',
    })
  })

  // biome-ignore format: one row per state of libvirt
  const states = [
    ['running', true], ['idle', true], ['paused', true], ['in shutdown', true], ['pmsuspended', true],
    ['shut off', false], ['crashed', false], ['no state', false],
  ] as const
  it.each(states)('that is %s has a QEMU: %s', (state, has) => {
    expect(hasQemu({ virsh: session, name: 'a', uuid: 'b', state })).toBe(has)
  })

  // biome-ignore format: one row per name
  const names = [
    ['win10',     'edit win10'],
    ['win 10',    "edit --domain='win 10'"],
    ['-x',        "edit --domain='-x'"],
    ["a';reboot", "edit --domain='a'\\'';reboot'"],
  ] as const
  it.each(names)('%s is named so that a shell reads it right', (name, words) => {
    expect(domainCommand({ virsh: session, name }, 'edit')).toBe(
      `virsh --connect=qemu:///session ${words}`,
    )
    expect(displayRemedy({ virsh: session, name })).toContain(words)
  })
})

describe('looking for a domain', () => {
  let folder = ''
  const before = process.env['PATH']
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'virsh-test-'))
  })
  afterEach(() => {
    process.env['PATH'] = before
    rmSync(folder, { recursive: true })
  })

  /** Makes a script the only virsh. */
  function fake(script: string): void {
    const program = path.join(folder, 'virsh')
    writeFileSync(program, `#!/bin/sh\n${script}\n`)
    chmodSync(program, 0o700)
    process.env['PATH'] = `${folder}:${before}`
  }
  const find = (uri?: string) => findDomain('vm', uri, AbortSignal.timeout(5000))

  it.each([
    'qemu+ssh://host/system',
    'xen:///system',
    'qemu:///session?command=reboot',
    'qemu:///embed?root=/',
    '--help',
    '',
  ])('refuses to ask %j', async (uri) => {
    expect(await find(uri)).toMatchObject({ ok: false, failure: { code: 'usage' } })
  })

  // biome-ignore format: one row per complaint
  const complaints = [
    ["error: failed to get domain 'vm'",                                          'not-found',     'list --all'],
    ['error: failed to connect to the hypervisor\nerror: Permission denied',      'no-permission', 'adduser'],
    ['error: failed to connect to the hypervisor\nerror: Connection refused',     'no-libvirt',    'systemctl'],
    ['error: who knows',                                                          'no-libvirt',    'virsh'],
  ] as const
  it.each(complaints)('tells of %j', async (text, code, remedy) => {
    fake(`printf '%s' "${text}" >&2; exit 1`)
    const found = await find('qemu:///system')
    expect(found).toMatchObject({ ok: false, failure: { code } })
    expect(!found.ok && found.failure.remedy).toContain(remedy)
    expect(!found.ok && found.failure.why).toMatch(/^qemu:\/\/\/system: /)
  })

  it('says that virsh is missing', async () => {
    process.env['PATH'] = folder
    expect(await find()).toMatchObject({ ok: false, failure: { code: 'no-virsh' } })
  })

  it('asks the next libvirt when the first does not know it', async () => {
    const script = `case "$1" in *session*) echo "error: failed to get domain 'vm'" >&2; exit 1;; esac`
    fake(`${script}\ncat <<END\n${info}END`)
    const found = await find()
    expect(found.ok && found.value.virsh.uri).toBe('qemu:///system')
    expect(found.ok && found.value.name).toBe('win 10')
  })
})
