// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { merge } from '../../main/discovery/discover.ts'
import { hostRoots } from '../../main/discovery/host-roots.ts'
import { findInactive } from '../../main/discovery/libvirt.ts'
import { findProcesses } from '../../main/discovery/processes.ts'
import { qemus } from '../../main/discovery/qemu.ts'
import { parseAddress } from '../../main/source/address.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { installed } from './installed.ts'
import { LibvirtSession } from './libvirt-session.ts'
import { VirtualMachine } from './virtual-machine.ts'

expectNoLeaks()

const isHere = ['virtqemud', 'libvirtd'].some(installed) && installed('virsh') !== undefined
const wanted = 'apt-get install libvirt-daemon-driver-qemu libvirt-clients'

/** What the processes of this host say of one VM. */
async function running(name: string) {
  const processes = await findProcesses(hostRoots)
  const found = merge(await qemus.find({ roots: hostRoots, env: {}, processes }))
  return found.filter((row) => row.name === name)
}

describe('the VMs of this host', () => {
  it('are found with and without a display while they run', async () => {
    const name = `found, ${process.pid}`
    const written = name.replace(',', ',,')
    {
      await using vm = new VirtualMachine(['-name', written])
      await using blind = new VirtualMachine(['-name', written], 'none')
      await Promise.all([vm.started(), blind.started()])
      expect(await running(name)).toMatchObject([
        { address: `qemu:${vm.socket}`, usable: true },
        { address: `qemu:${blind.socket}`, usable: false, fix: '-display dbus,p2p=yes' },
      ])
    }
    expect(await running(name)).toEqual([])
  })
})

describe.skipIf(!isHere)(`domains of a libvirt (${wanted})`, () => {
  it('are found when they are shut off, whatever they are called', async () => {
    await using libvirt = new LibvirtSession()
    await libvirt.started()
    const names = ['plain', "-x; it's <wïn> & 10", 'why?']
    for (const name of names) await libvirt.define(name, '')
    const rows = await findInactive([libvirt.uri])
    expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    for (const { address, usable, fix } of rows) {
      expect(usable).toBe(false)
      expect(fix).toContain(' start ')
      const parsed = parseAddress(address)
      expect(parsed).toMatchObject({ ok: true, value: { scheme: 'libvirt' } })
      if (parsed.ok) expect(parsed.value.query.get('uri')).toBe(libvirt.uri)
    }
    await libvirt.command('start', 'plain')
    expect((await findInactive([libvirt.uri])).map(({ name }) => name)).not.toContain('plain')
    libvirt.kill('plain')
  })

  it('are none where there is no libvirt', async () => {
    expect(await findInactive(['qemu+unix:///session?socket=/nowhere'])).toEqual([])
  })
})
