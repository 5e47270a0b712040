// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { openTrouble, takeTrouble } from '../../../../main/source/vfio/trouble.ts'
import { nameIn, vmName } from '../../../../main/source/vfio/vm-name.ts'

const thrown = (code: string, syscall: string) =>
  Object.assign(new Error(`${syscall}: ${code}`), { code, syscall })

describe('trouble with a vfio device', () => {
  it.each([
    ['open', 'EBUSY', 'busy', /another process holds/],
    ['open', 'EACCES', 'no-permission', /may not open/],
    ['open', 'EPERM', 'no-permission', /may not open/],
    ['open', 'ENOENT', 'not-found', /does not exist/],
    ['readlink', 'ENOENT', 'not-found', /no such mediated device/],
    ['VFIO_GROUP_GET_DEVICE_FD', 'ENODEV', 'not-found', /does not have this device/],
    ['VFIO_GROUP_GET_DEVICE_FD', 'EBUSY', 'busy', /another process/],
    ['VFIO_GROUP_SET_CONTAINER', 'EBUSY', 'busy', /another process/],
    ['VFIO_GROUP_GET_STATUS', 'EPERM', 'not-viable', /bound to a driver/],
    ['VFIO_SET_IOMMU', 'EINVAL', 'vfio-failed', /EINVAL/],
    ['open', 'ELOOP', 'vfio-failed', /ELOOP/],
  ])('when %s gives %s is said to be %s', (syscall, errno, code, why) => {
    const failure = openTrouble(thrown(errno, syscall), 'cannot open x')
    expect(failure).toMatchObject({ code, what: 'cannot open x' })
    expect(failure.why).toMatch(why)
    expect(failure.why).toContain(errno)
    expect(failure.remedy).not.toBe('')
  })

  it.each([
    ['ESRCH', 'not-found'],
    ['ENOENT', 'not-found'],
    ['ENOTTY', 'not-vfio'],
    ['EBADF', 'not-found'],
    ['EACCES', 'no-permission'],
    ['EPERM', 'no-permission'],
    ['EMFILE', 'vfio-failed'],
  ])('taken from a process: %s is %s', (errno, code) => {
    const failure = takeTrouble(thrown(errno, 'pidfd_getfd'), 'cannot take it')
    expect(failure.code).toBe(code)
    expect(failure.remedy).not.toBe('')
  })

  it('names yama where it is the likely reason', () => {
    const failure = takeTrouble(thrown('EPERM', 'pidfd_getfd'), 'x')
    expect(`${failure.why} ${failure.remedy}`).toMatch(/yama.*broker/)
  })

  it('lets bugs through', () => {
    expect(() => openTrouble(new TypeError('a bug'), 'x')).toThrow(TypeError)
  })
})

describe('the name of a VM', () => {
  it.each([
    [['qemu', '-name', 'win10'], 'win10'],
    [['qemu', '-name', 'guest=win10,debug-threads=on'], 'win10'],
    [['qemu', '-name', 'debug-threads=on,guest=a,,b'], 'a,b'],
    [['qemu', '--name', 'x,process=y'], 'x'],
    [['qemu', '-name', 'debug-threads=on'], undefined],
    [['qemu', '-name'], undefined],
    [['qemu', '-name', ''], undefined],
    [['qemu'], undefined],
  ])('in %j is %j', (args, name) => expect(nameIn(args)).toBe(name))

  it('is cut when it is a novel', () => {
    expect(nameIn(['-name', 'x'.repeat(500)])).toHaveLength(64)
  })

  it('is unknown without a process', () => {
    expect([vmName(undefined), vmName(4_194_304)]).toEqual([undefined, undefined])
  })
})
