// SPDX-License-Identifier: GPL-2.0-or-later
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LibvirtControl } from '../../main/vm/libvirt-control.ts'
import { installed } from './installed.ts'
import { LibvirtSession } from './libvirt-session.ts'

const isHere = ['virtqemud', 'libvirtd'].some(installed) && installed('virsh') !== undefined
const wanted = 'apt-get install libvirt-daemon-driver-qemu libvirt-clients'
const POLL = { timeout: 10_000 }

describe.skipIf(!isHere)(`a libvirt domain (${wanted})`, () => {
  let libvirt: LibvirtSession
  beforeAll(async () => {
    libvirt = new LibvirtSession()
    await libvirt.started()
    await libvirt.define('lab', "<graphics type='dbus' p2p='yes'/>")
    await libvirt.command('start', 'lab')
  })
  afterAll(() => libvirt[Symbol.asyncDispose]())

  it('tells what it does, and takes orders', async () => {
    await using control = new LibvirtControl('lab', libvirt.uri)
    const notes: (string | undefined)[] = []
    control.onChange = () => notes.push(control.state?.note)
    const runs = (run: string) => expect.poll(() => control.state?.run, POLL).toBe(run)
    control.follow()
    await runs('running')
    expect(await control.act('pause')).toEqual({ ok: true, value: undefined })
    await runs('paused')
    await libvirt.command('resume', 'lab')
    await runs('running')
    await control.act('reset')
    await expect.poll(() => notes, POLL).toContain('The VM was reset')
    expect((await control.act('power-button')).ok).toBe(true)
    control.forget()
    expect(control.state).toBe(null)
    expect(await libvirt.command('domstate', 'lab')).toContain('running')
  })
})
