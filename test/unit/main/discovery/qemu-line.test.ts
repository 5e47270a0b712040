// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { readQemuLine } from '../../../../main/discovery/qemu-line.ts'

const read = (line: string) => readQemuLine(['qemu', ...line.split(' ')])

describe("QEMU's command line", () => {
  // biome-ignore format: one row per way to say it
  it.each([
    ['-display dbus,p2p=yes',                     { kind: 'p2p' }],
    ['--display dbus,gl=off,p2p=on',              { kind: 'p2p' }],
    ['-display dbus',                             { kind: 'bus', address: 'session' }],
    ['-display dbus,p2p=no',                      { kind: 'bus', address: 'session' }],
    ['-display dbus,addr=unix:path=/run/bus',     { kind: 'bus', address: 'unix:path=/run/bus' }],
    ['-display dbus,addr=unix:path=/a,,guid=1',   { kind: 'bus', address: 'unix:path=/a,guid=1' }],
    ['-display gtk,gl=on',                        { kind: 'none' }],
    ['-display dbusy,p2p=yes',                    { kind: 'none' }],
    ['-display none -display dbus,p2p=on',        { kind: 'p2p' }],
    ['-display dbus,p2p=on -display none',        { kind: 'none' }],
    ['-display',                                  { kind: 'none' }],
    ['-m 32',                                     { kind: 'none' }],
  ])('has for %s the display %j', (line, display) => {
    expect(read(line).display).toEqual(display)
  })

  // biome-ignore format: one row per way to say it
  it.each([
    ['-qmp unix:/run/vm.sock,server=on,wait=off',                                            ['/run/vm.sock']],
    ['-qmp-pretty unix:/run/a=b.sock,server',                                                ['/run/a=b.sock']],
    ['-qmp unix:vm.sock,server',                                                             ['vm.sock']],
    ['-qmp unix:/run/a,,b.sock,server',                                                      ['/run/a,b.sock']],
    ['-qmp tcp:localhost:4444',                                                              []],
    ['-chardev socket,id=mon0,path=/run/vm.sock,server=on -mon chardev=mon0,id=m,mode=control', ['/run/vm.sock']],
    ['-chardev socket,path=/run/vm.sock,id=a --mon a,mode=control',                          ['/run/vm.sock']],
    ['-chardev socket,id=mon0,path=/run/vm.sock -mon chardev=mon0,mode=readline',            []],
    ['-chardev socket,id=other,path=/run/vm.sock -mon chardev=mon0,mode=control',            []],
    ['-chardev socket,id=mon0,fd=24 -mon chardev=mon0,mode=control',                         []],
    ['-chardev pty,id=mon0,path=/run/vm.sock -mon chardev=mon0,mode=control',                []],
  ])('has for %s the monitors %j', (line, monitors) => {
    expect(read(line).monitors).toEqual(monitors)
  })

  it.each([
    ['-name guest=win10,debug-threads=on', 'win10'],
    ['-name win10', 'win10'],
    ['--name win10,process=vm', 'win10'],
    ['-name a,,b', 'a,b'],
    ['-name a -name b', 'b'],
    ['-name', undefined],
    ['-m 32', undefined],
  ])('has for %s the name %s', (line, name) => expect(read(line).name).toBe(name))

  it('has nothing of it that nobody could read or open', () => {
    const long = 'x'.repeat(5000)
    const line = read(`-name ${long} -display dbus,addr=unix:path=/${long} -qmp unix:/${long}`)
    expect(line).toEqual({
      name: 'x'.repeat(200),
      display: { kind: 'none' },
      monitors: [],
      isDomain: false,
    })
  })

  it('is libvirt’s when libvirt holds its monitor', () => {
    expect(read('-chardev socket,id=charmonitor,fd=24,server=on').isDomain).toBe(true)
    expect(read('-chardev socket,id=mon,fd=24,server=on').isDomain).toBe(false)
  })
})
