// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { listCommand } from '../../../../main/commands/list.ts'
import { demoGuest } from '../../../../main/discovery/demo.ts'
import { mediatedDevices } from '../../../../main/discovery/mediated-devices.ts'
import { qemus } from '../../../../main/discovery/qemu.ts'
import { vfioHolders } from '../../../../main/discovery/vfio-holders.ts'
import { FakeHost } from '../../../fakes/fake-host.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'

const UUID = '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'
const providers = [qemus, vfioHolders, mediatedDevices, demoGuest]

describe('list', () => {
  it('has the demo guest on a host with nothing', async () => {
    using fake = new FakeIo()
    const { roots } = new FakeHost(fake.cwd)
    await listCommand({ roots, providers }).run([], fake.io)
    expect(fake.text).toMatch(/^demo: {2}Demo guest: .+\n$/)
  })

  it('prints reasons under what they are about, without control characters', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.mdev(UUID, '13')
    host.knows('13')
    host.process(5, 'qemu', ['q', '-name', '\x1b[2J'], ['anon_inode:[vfio-device]'])
    host.process(6, 'qemu', ['q', '-name', 'deb'], [])
    await listCommand({ roots: host.roots, providers }).run([], fake.io)
    const address = `vfio:${UUID}`
    const column = address.length
    const fix = '-display dbus,p2p=yes -qmp unix:/tmp/deb.qmp,server=on,wait=off'
    expect(fake.text.split('\n').slice(0, 5)).toEqual([
      `${'vfio+pid:5'.padEnd(column)}  \\x1b[2J: qemu process 5, its vfio device`,
      `${'-'.padEnd(column)}  deb: QEMU process 6`,
      `${' '.repeat(column)}  not now: its QEMU was started without a D-Bus display and a monitor socket. Start it with ${fix}`,
      `${address}  i915-GVTg_V5_4: mediated device of 0000:00:02.0`,
      `${' '.repeat(column)}  not now: /dev/vfio/13 is missing (ENOENT). Load the vfio module (sudo modprobe vfio), or run outside the container`,
    ])
  })

  it('prints the same as JSON, with what it was made of', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.mdev(UUID, '13')
    host.process(6, 'qemu', ['q', '-name', 'deb'], [])
    await listCommand({ roots: host.roots, providers }).run(['--json'], fake.io)
    const { scanoutList, sources, mdevs, processes } = JSON.parse(fake.text)
    expect(scanoutList).toBe(1)
    expect(sources.map(({ id }: { id: string }) => id)).toEqual(['qemu:6', `mdev:${UUID}`, 'demo'])
    expect(mdevs).toMatchObject([{ uuid: UUID, group: '13', noAccess: 'ENOENT' }])
    expect(processes).toMatchObject([{ pid: 6, name: 'deb', qemu: { display: { kind: 'none' } } }])
  })

  it('reads this very host without a failure', async () => {
    using fake = new FakeIo()
    const { list } = await import('../../../../main/commands/list.ts')
    expect((await list.run([], fake.io)).ok).toBe(true)
    expect(fake.text).toMatch(/^demo: /m)
  })
})
