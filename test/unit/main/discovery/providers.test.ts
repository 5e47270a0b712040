// SPDX-License-Identifier: GPL-2.0-or-later
import { symlinkSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Found } from '../../../../core/launcher-protocol.ts'
import { merge } from '../../../../main/discovery/discover.ts'
import { findInactive } from '../../../../main/discovery/libvirt.ts'
import { mediatedDevices } from '../../../../main/discovery/mediated-devices.ts'
import { findProcesses } from '../../../../main/discovery/processes.ts'
import type { Provider, Sighting } from '../../../../main/discovery/provider.ts'
import { libvirtXml, qemuOptions, qemus } from '../../../../main/discovery/qemu.ts'
import { vfioHolders } from '../../../../main/discovery/vfio-holders.ts'
import { VirshError } from '../../../../main/source/qemu/virsh.ts'
import { FakeHost } from '../../../fakes/fake-host.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const UUID = '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'
const env = { XDG_RUNTIME_DIR: '/run/user/1000' }
const device = 'anon_inode:[vfio-device]'

let host: FakeHost
beforeEach(() => {
  host = new FakeHost(temporaryFolder())
})

async function seen(...providers: readonly Provider[]): Promise<readonly Found[]> {
  const { roots } = host
  const look = { roots, env, processes: await findProcesses(roots) }
  return merge((await Promise.all(providers.map((one) => one.find(look)))).flat())
}

describe('mediated devices', () => {
  it('are shown with type and parent when they are free', async () => {
    host.mdev(UUID, '12')
    host.group('12')
    expect(await seen(mediatedDevices)).toEqual([
      {
        id: `mdev:${UUID}`,
        kind: 'device',
        name: 'i915-GVTg_V5_4',
        what: 'mediated device of 0000:00:02.0',
        address: `vfio:${UUID}`,
        usable: true,
        why: '',
        remedy: '',
        fix: '',
      },
    ])
  })

  it('say by whom they are held, and what to use instead', async () => {
    host.mdev(UUID, '12')
    host.group('12')
    const held = ['/dev/null', `${host.roots.vfio}/12`, device]
    host.process(4242, 'qemu-system-x86', ['qemu', '-name', 'guest=win10,debug-threads=on'], held)
    expect(await seen(mediatedDevices, qemus, vfioHolders)).toMatchObject([
      { address: 'vfio+pid:4242', name: 'win10', usable: true },
      {
        usable: false,
        why: 'win10 (pid 4242) uses it (EBUSY)',
        remedy: 'Use vfio+pid:4242',
        fix: 'vfio+pid:4242',
      },
    ])
  })

  // biome-ignore format: one row per reason
  it.each([
    [undefined, 'it is in no IOMMU group',                 'sudo modprobe vfio_mdev'],
    ['13',      '/dev/vfio/13 is missing (ENOENT)',        'sudo modprobe vfio'],
    ['12',      'you may not open /dev/vfio/12 (ELOOP)',   'sudo setfacl -m u:$USER:rw /dev/vfio/12'],
  ])('of group %s say why they cannot be opened', async (group, why, fix) => {
    host.mdev(UUID, group)
    // Root may open everything but this.
    symlinkSync('12', path.join(host.roots.vfio, '12'))
    const [row] = await seen(mediatedDevices)
    expect(row).toMatchObject({ usable: false, why, fix })
    expect(row?.remedy).toContain(fix)
  })
})

describe('QEMUs', () => {
  const name = ['-name', 'win10']
  const qmp = (socket: string) => ['-qmp', `unix:${socket},server=on,wait=off`]
  const p2p = ['-display', 'dbus,p2p=yes']
  const add = (words: readonly string[], fds: readonly string[] | undefined = []) =>
    host.process(7, 'qemu-system-x86', ['qemu', ...words], fds)

  it('are opened by their monitors', async () => {
    const socket = host.socket('vm.sock')
    add([...name, ...qmp(socket), ...p2p])
    expect(await seen(qemus, vfioHolders)).toMatchObject([
      { kind: 'vm', name: 'win10', address: `qemu:${socket}`, usable: true },
    ])
  })

  it('have relative paths from their own folder', async () => {
    const socket = host.socket('vm.sock')
    add([...name, ...qmp('vm.sock'), ...p2p])
    expect((await seen(qemus))[0]).toMatchObject({ address: `qemu:${socket}`, usable: true })
  })

  // biome-ignore format: one row per reason
  it.each([
    ['no display',        ['-display', 'none'], true,  '-display dbus,p2p=yes'],
    ['a display on a bus', ['-display', 'dbus'], true, '-display dbus,p2p=yes'],
    ['nothing',           [],                   false, '-display dbus,p2p=yes -qmp unix:/run/user/1000/win10.qmp,server=on,wait=off'],
    ['no monitor',        p2p,                  false, '-qmp unix:/run/user/1000/win10.qmp,server=on,wait=off'],
  ])('with %s name the exact option to add', async (_what, display, hasMonitor, fix) => {
    const monitor = hasMonitor ? qmp(host.socket('vm.sock')) : []
    add([...name, ...display, ...monitor])
    const [row, ...rest] = await seen(qemus, vfioHolders)
    expect(row).toMatchObject({ name: 'win10', usable: false, fix })
    expect(row?.remedy).toContain(fix)
    expect(rest).toEqual([])
  })

  it('name the option for a file that a name can be', () => {
    expect(qemuOptions({}, 'a/../b c')).toBe(
      '-display dbus,p2p=yes -qmp unix:/tmp/a-..-b-c.qmp,server=on,wait=off',
    )
  })

  it.each([
    ['gone', 'ENOENT'],
    ['loop', 'ELOOP'],
  ])('say why a monitor that is %s cannot be used', async (file, code) => {
    const socket = path.join(host.roots.proc, file)
    symlinkSync('loop', path.join(host.roots.proc, 'loop'))
    add([...name, ...qmp(socket), ...p2p])
    const [row] = await seen(qemus)
    expect(row?.usable).toBe(false)
    expect(row?.why).toContain(`${socket}`)
    expect(row?.why).toContain(`(${code})`)
    expect(row?.remedy).toContain(row?.fix)
  })

  it('are opened on a bus that their command line names', async () => {
    add(['-name', 'wïn 10', '-display', 'dbus,addr=unix:path=/run/bus'])
    expect((await seen(qemus))[0]).toMatchObject({
      address: 'qemu+dbus:unix:path=/run/bus?vm=w%C3%AFn%2010',
      usable: true,
    })
  })

  it('are listed once where the bus has them', async () => {
    add([...name, ...qmp(host.socket('vm.sock')), '-display', 'dbus'])
    const bus: Provider = {
      name: 'bus',
      everyMs: 0,
      find: async () => [sighting({ id: 'bus', address: 'qemu+dbus:session?vm=win10', pid: 7 })],
    }
    expect((await seen(qemus, vfioHolders, bus)).map(({ id }) => id)).toEqual(['bus'])
  })

  // biome-ignore format: one row per domain
  it.each([
    ['-display dbus,p2p=on',      '/var/lib/libvirt/qemu/master', '',                       '',         'libvirt domain of qemu:///system'],
    ['-display dbus,addr=unix:x', '/home/me/.config/libvirt',     '',                       '',         'libvirt domain of qemu:///session'],
    ['-display none',             '/var/lib/libvirt/qemu/master', "<graphics type='dbus'",  libvirtXml, 'libvirt domain of qemu:///system'],
  ])('of libvirt with %s and files in %s', async (display, file, remedy, fix, what) => {
    const monitor = ['-chardev', 'socket,id=charmonitor,fd=24,server=on', '-mon', 'chardev=charmonitor,id=m,mode=control']
    add(['-name', 'guest=win 10,debug-threads=on', '-object', file, ...monitor, ...display.split(' ')])
    const [row, ...rest] = await seen(qemus, vfioHolders)
    expect(row).toMatchObject({ address: 'libvirt:win 10', what, usable: remedy === '', fix })
    expect(row?.remedy).toContain(remedy)
    expect(rest).toEqual([])
  })

  it('hold no device on a host without any, whoever runs them', async () => {
    host.process(77, 'qemu-system-x86', ['qemu'])
    expect(await seen(qemus, vfioHolders)).toMatchObject([
      { name: 'Unnamed VM', address: '', fix: expect.stringContaining('-display dbus,p2p=yes') },
    ])
  })

  it('whose descriptors cannot be read are listed with the reason', async () => {
    host.group('12')
    host.process(77, 'qemu-system-x86', ['qemu'])
    expect(await seen(qemus, vfioHolders)).toMatchObject([
      { address: 'vfio+pid:77', usable: false, why: 'its descriptors cannot be read (ENOTDIR)' },
    ])
  })
})

describe('other processes', () => {
  it('are listed when they hold a device, on a host that has one', async () => {
    host.group('12')
    host.process(8, 'crosvm', ['crosvm', '-qmp', 'unix:/run/vm.sock'], [device])
    host.process(9, 'bash', ['bash', '-qmp', 'unix:/run/vm.sock'], ['/dev/null'])
    expect(await seen(qemus, vfioHolders)).toMatchObject([
      { name: 'crosvm', address: 'vfio+pid:8' },
    ])
  })

  it('are not looked into on a host without any', async () => {
    host.process(8, 'crosvm', ['crosvm'], [device])
    expect(await seen(vfioHolders)).toEqual([])
  })

  it('that are about to start say so', async () => {
    host.group('12')
    host.process(8, 'crosvm', ['crosvm'], [`${host.roots.vfio}/12`])
    expect((await seen(vfioHolders))[0]?.why).toBe('it holds a vfio group and no device')
  })
})

describe('libvirt', () => {
  const virsh = (answer: string | VirshError) => (uri: string) => ({
    uri,
    run: async (words: readonly string[]) => {
      expect(words).toEqual(['--readonly', 'list', '--inactive', '--uuid', '--name'])
      if (answer instanceof VirshError) throw answer
      return answer
    },
  })

  it('lists what is shut off, and how to start it', async () => {
    const rows = await findInactive(['qemu:///session'], virsh(`${UUID}   deb\n${UUID} it's\n\n`))
    expect(rows).toMatchObject([
      { name: 'deb', usable: false, fix: 'virsh --connect=qemu:///session start deb' },
      { name: "it's", fix: "virsh --connect=qemu:///session start --domain='it'\\''s'" },
    ])
  })

  it('that refuses has nothing', async () => {
    const error = new VirshError('no-daemon', 'it is gone')
    expect(await findInactive(['qemu:///system'], virsh(error))).toEqual([])
  })
})

function sighting(more: Partial<Sighting>): Sighting {
  const row = { id: 'x', kind: 'vm', name: 'x', what: '', address: '' } as const
  return { ...row, usable: true, why: '', remedy: '', fix: '', ...more }
}

describe('one list of all', () => {
  it('has VMs first, then devices, recent ones and the demo; what opens first in each', () => {
    const rows = [
      sighting({ id: 'demo', kind: 'demo' }),
      sighting({ id: 'old', kind: 'recent', address: 'a:', seenMs: 1 }),
      sighting({ id: 'new', kind: 'recent', address: 'b:', seenMs: 2 }),
      sighting({ id: 'device', kind: 'device' }),
      sighting({ id: 'off', name: 'a', usable: false }),
      sighting({ id: 'b', name: 'b' }),
      sighting({ id: 'a', name: 'a' }),
    ]
    expect(merge(rows).map(({ id }) => id)).toEqual([
      'a',
      'b',
      'off',
      'device',
      'new',
      'old',
      'demo',
    ])
  })

  it('has a recent one that is there once, with its picture', () => {
    const recent = { id: 'r', kind: 'recent', address: 'qemu:/a', seenMs: 5, picture: 'p' } as const
    const [row, ...rest] = merge([sighting(recent), sighting({ id: 'vm', address: 'qemu:/a' })])
    expect(row).toMatchObject({ id: 'vm', kind: 'vm', seenMs: 5, picture: 'p' })
    expect(rest).toEqual([])
  })

  it('gives nothing away of how it is made', () => {
    expect(
      Object.keys(merge([sighting({ pid: 7, usable: false, lacksDisplay: true })])[0] ?? {}),
    ).toEqual(Object.keys(sighting({})))
  })
})
