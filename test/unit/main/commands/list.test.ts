// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { listCommand } from '../../../../main/commands/list.ts'
import type { Listed } from '../../../../main/commands/listed.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'

const UUID = '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'

const noBus = async () => []

/** A host in a folder: sysfs, devfs and proc as far as `list` reads them. */
class FakeHost {
  readonly roots: { readonly mdev: string; readonly vfio: string; readonly proc: string }
  readonly #root: string

  constructor(root: string) {
    this.#root = root
    this.roots = {
      mdev: path.join(root, 'bus'),
      vfio: path.join(root, 'dev'),
      proc: path.join(root, 'proc'),
    }
    for (const folder of Object.values(this.roots)) mkdirSync(folder)
  }

  mdev(uuid: string, group: string | undefined): void {
    const parent = path.join(this.#root, 'devices', '0000:00:02.0')
    const type = path.join(parent, 'mdev_supported_types', 'i915-GVTg_V5_4')
    const device = path.join(parent, uuid)
    mkdirSync(type, { recursive: true })
    mkdirSync(device)
    symlinkSync(type, path.join(device, 'mdev_type'))
    if (group !== undefined)
      symlinkSync(`/nowhere/iommu_groups/${group}`, path.join(device, 'iommu_group'))
    symlinkSync(device, path.join(this.roots.mdev, uuid))
  }

  group(name: string): void {
    writeFileSync(path.join(this.roots.vfio, name), '')
  }

  process(pid: number, comm: string, cmdline: readonly string[], fds: readonly string[]): void {
    const folder = path.join(this.roots.proc, String(pid))
    mkdirSync(path.join(folder, 'fd'), { recursive: true })
    writeFileSync(path.join(folder, 'comm'), `${comm}\n`)
    writeFileSync(path.join(folder, 'cmdline'), cmdline.map((word) => `${word}\0`).join(''))
    for (const [fd, link] of fds.entries()) symlinkSync(link, path.join(folder, 'fd', String(fd)))
  }
}

async function listed(host: FakeHost, fake: FakeIo): Promise<readonly Listed[]> {
  expect((await listCommand(host.roots, noBus).run(['--json'], fake.io)).ok).toBe(true)
  return JSON.parse(fake.text).sources
}

describe('list', () => {
  it('has the demo guest on a host with nothing', async () => {
    using fake = new FakeIo()
    const nowhere = { mdev: '/nonexistent/a', vfio: '/nonexistent/b', proc: '/nonexistent/c' }
    await listCommand(nowhere, noBus).run([], fake.io)
    expect(fake.text).toBe('demo:  built-in demo guest\n')
  })

  it('shows a free mediated device with its type and parent', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.mdev(UUID, '12')
    host.group('12')
    expect((await listed(host, fake))[0]).toEqual({
      address: `vfio:${UUID}`,
      what: 'i915-GVTg_V5_4 of 0000:00:02.0',
      usable: true,
      why: '',
      remedy: '',
    })
  })

  it('says that a group is held, by whom, and what to use instead', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.mdev(UUID, '12')
    host.group('12')
    const held = ['/dev/null', `${host.roots.vfio}/12`, 'anon_inode:[vfio-device]']
    host.process(4242, 'qemu-system-x86', ['qemu', '-name', 'guest=win10,debug-threads=on'], held)
    const [device, vm] = await listed(host, fake)
    expect(device).toMatchObject({
      usable: false,
      why: 'win10 (pid 4242) uses it (EBUSY)',
      remedy: 'Use vfio+pid:4242',
    })
    expect(vm).toMatchObject({
      address: 'vfio+pid:4242',
      what: 'win10 (qemu-system-x86)',
      usable: true,
    })
  })

  it.each([
    [['-display', 'dbus,p2p=yes'], true],
    [['--display', 'dbus,gl=off,p2p=on'], true],
    [['-display', 'dbus'], false],
    [['-display', 'none'], false],
    [[], false],
  ])('names the monitor of a QEMU with %j', async (display, usable) => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    const monitor = ['-qmp', 'unix:/run/vm.sock,server=on,wait=off']
    host.process(7, 'qemu-system-x86', ['qemu', '-name', 'win10', ...monitor, ...display], [])
    const [vm] = await listed(host, fake)
    expect(vm).toMatchObject({ address: 'qemu:/run/vm.sock', usable })
    if (!usable) expect(vm?.remedy).toContain('-display dbus,p2p=yes')
  })

  // biome-ignore format: one row per way to say it
  it.each([
    [['-chardev', 'socket,id=mon0,path=/run/vm.sock,server=on', '-mon', 'chardev=mon0,id=m,mode=control'], 'qemu:/run/vm.sock'],
    [['-chardev', 'socket,path=/run/vm.sock,id=a', '--mon', 'a,mode=control'],                             'qemu:/run/vm.sock'],
    [['-chardev', 'socket,id=mon0,path=/run/vm.sock', '-mon', 'chardev=mon0,mode=readline'],               undefined],
    [['-chardev', 'socket,id=other,path=/run/vm.sock', '-mon', 'chardev=mon0,mode=control'],               undefined],
    [['-chardev', 'pty,id=mon0,path=/run/vm.sock', '-mon', 'chardev=mon0,mode=control'],                   undefined],
  ])('reads the monitor from %j', async (words, address) => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.process(7, 'qemu-system-x86', ['qemu', ...words], [])
    expect((await listed(host, fake))[0]?.address).toBe(address ?? 'demo:')
  })

  // biome-ignore format: one row per domain
  it.each([
    [['-display', 'dbus,p2p=on'],       '/var/lib/libvirt/qemu/master',  1, '',                       'libvirt domain of qemu:///system'],
    [['-display', 'dbus,addr=unix:x'],  '/home/me/.config/libvirt',      0, '',                       'libvirt domain of qemu:///session'],
    [['-display', 'none'],              '/var/lib/libvirt/qemu/master',  1, "<graphics type='dbus'",  'libvirt domain of qemu:///system'],
    [['-display', 'dbus,p2p=on'],       '/home/you/.config/libvirt',     1, 'Run as that user',       'libvirt domain'],
  ])('names a libvirt domain with %j of %s', async (display, file, otherUser, remedy, what) => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    const monitor = ['-chardev', 'socket,id=charmonitor,fd=24,server=on', '-mon', 'chardev=charmonitor,id=m,mode=control']
    const words = ['qemu', '-name', 'guest=win 10,debug-threads=on', '-object', file, ...monitor, ...display]
    host.process(7, 'qemu-system-x86', words, [])
    const uid = Number(process.getuid?.()) + otherUser
    writeFileSync(path.join(host.roots.proc, '7', 'status'), `Name:\tqemu\nUid:\t${uid}\t${uid}\n`)
    const [domain] = await listed(host, fake)
    expect(domain).toMatchObject({ address: 'libvirt:win 10', what, usable: remedy === '' })
    expect(domain?.remedy).toContain(remedy)
  })

  it('has what the session bus has', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    const vm = { address: 'qemu+dbus:session?vm=a', what: 'a', usable: true, why: '', remedy: '' }
    await listCommand(host.roots, async () => [vm]).run([], fake.io)
    expect(fake.text).toContain('qemu+dbus:session?vm=a  a\n')
  })

  it('leaves a QEMU out that nothing can be seen of', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.process(7, 'qemu-system-x86', ['qemu', '-qmp', 'tcp:localhost:4444'], [])
    host.process(8, 'bash', ['bash', '-qmp', 'unix:/run/vm.sock'], [])
    expect((await listed(host, fake)).map(({ address }) => address)).toEqual(['demo:'])
  })

  it.each([
    [undefined, /no IOMMU group/],
    ['13', /\/dev\/vfio\/13 is missing \(ENOENT\)/],
  ])('says why a device in group %s cannot be opened', async (group, why) => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.mdev(UUID, group)
    const [device] = await listed(host, fake)
    expect(device?.usable).toBe(false)
    expect(device?.why).toMatch(why)
    expect(device?.remedy).not.toBe('')
  })

  it('says that a group may not be opened', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.mdev(UUID, '12')
    // Root may open everything but this.
    symlinkSync('12', path.join(host.roots.vfio, '12'))
    expect((await listed(host, fake))[0]?.why).toBe('you may not open /dev/vfio/12 (ELOOP)')
  })

  it('leaves out processes that have nothing to do with vfio', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.process(1, 'init', ['init'], ['/dev/null'])
    host.process(2, 'qemu-system-x86', ['qemu'], ['/dev/kvm'])
    expect(await listed(host, fake)).toHaveLength(1)
  })

  it('lists a QEMU whose descriptors cannot be read with the reason', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    const folder = path.join(host.roots.proc, '77')
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'comm'), 'qemu-system-x86\n')
    writeFileSync(path.join(folder, 'fd'), '')
    const [vm] = await listed(host, fake)
    expect(vm).toMatchObject({ address: 'vfio+pid:77', usable: false })
    expect(vm?.why).toMatch(/cannot be read \(ENOTDIR\)/)
  })

  it('prints reasons under what they are about, without control characters', async () => {
    using fake = new FakeIo()
    const host = new FakeHost(fake.cwd)
    host.mdev(UUID, '13')
    host.process(5, 'qemu', ['q', '-name', '\x1b[2J'], ['anon_inode:[vfio-device]'])
    await listCommand(host.roots, noBus).run([], fake.io)
    const address = `vfio:${UUID}`
    expect(fake.text).toBe(
      [
        `${address}  i915-GVTg_V5_4 of 0000:00:02.0`,
        `${' '.repeat(address.length)}  not now: /dev/vfio/13 is missing (ENOENT). Load the vfio module, or run outside the container`,
        `${'vfio+pid:5'.padEnd(address.length)}  \\x1b[2J (qemu)`,
        `${'demo:'.padEnd(address.length)}  built-in demo guest`,
        '',
      ].join('\n'),
    )
  })

  it('reads this very host without a failure', async () => {
    using fake = new FakeIo()
    const { list } = await import('../../../../main/commands/list.ts')
    expect((await list.run([], fake.io)).ok).toBe(true)
    expect(fake.text).toMatch(/^demo: /m)
  })
})
