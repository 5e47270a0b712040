// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { shim } from '../../native-shim/index.ts'
import { failing } from './native-error.ts'
import { expectNoLeaks } from './no-leaks.ts'

// VFIO itself needs a device: test/kernel-lab/guest/native.test.ts.

const present = existsSync('/dev/udmabuf')

describe.skipIf(!present)('a udmabuf (skipped without /dev/udmabuf)', () => {
  expectNoLeaks()

  it('shows the pages of its memfd', () => {
    using memfd = shim.createMemfd('pages', 16_384)
    using dmabuf = shim.createUdmabuf(memfd, 4096, 8192)
    expect(dmabuf.size()).toBe(8192)
    using written = shim.map(memfd, 0, 16_384, true)
    using read = shim.map(dmabuf, 0, 8192, false)
    written.write(4096, Uint8Array.of(1, 2, 3))
    shim.syncDmabuf(dmabuf, 'start')
    expect([...read.copyOut(0, 4)]).toEqual([1, 2, 3, 0])
    shim.syncDmabuf(dmabuf, 'end')
  })

  it('beyond its memfd is EINVAL', () => {
    using memfd = shim.createMemfd('pages', 4096)
    expect(() => shim.createUdmabuf(memfd, 0, 8192)).toThrow(failing('EINVAL', 'UDMABUF_CREATE'))
  })
})

describe.skipIf(present)('without /dev/udmabuf', () => {
  expectNoLeaks()

  it('createUdmabuf is ENOENT', () => {
    using memfd = shim.createMemfd('pages', 4096)
    expect(() => shim.createUdmabuf(memfd, 0, 4096)).toThrow(failing('ENOENT', 'open'))
  })
})
