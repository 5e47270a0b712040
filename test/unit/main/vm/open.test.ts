// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../../main/source/address.ts'
import { LibvirtControl } from '../../../../main/vm/libvirt-control.ts'
import { monitorLine, vmControl } from '../../../../main/vm/open.ts'
import { QemuControl } from '../../../../main/vm/qemu-control.ts'

const address = (text: string) => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(parsed.failure.why)
  return parsed.value
}

describe('the way to a VM as a whole', () => {
  it.each([
    ['qemu:/run/qmp', QemuControl],
    ['libvirt:debian', LibvirtControl],
  ])('is known for %s', async (text, kind) => {
    await using control = vmControl(address(text), '/home')
    expect(control).toBeInstanceOf(kind)
    expect(control?.state).toBe(null)
  })

  it.each(['demo:', 'dump:x', 'vfio+pid:7', 'planes+unix:/run/s'])('is none for %s', (text) => {
    expect(vmControl(address(text), '/home')).toBe(undefined)
  })

  it('goes through --qmp, which is kept, for any address', async () => {
    expect(monitorLine(undefined, address('demo:'), '/home')).toBe(undefined)
    await using line = monitorLine('vm/qmp', address('planes+unix:/run/s'), '/home')
    expect(line?.socket).toBe('/home/vm/qmp')
    expect(line?.givesWay).toBe(false)
  })

  it('gives way where --qmp names the socket that the display is opened through', () => {
    expect(monitorLine('/home/vm/qmp', address('qemu:vm/qmp'), '/home')).toBe(undefined)
    expect(monitorLine('../home/vm/qmp', address('qemu:/home/vm/qmp'), '/home')).toBe(undefined)
  })
})
