// SPDX-License-Identifier: GPL-2.0-or-later
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { shim } from '../../native-shim/index.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { failing } from './native-error.ts'
import { expectNoLeaks } from './no-leaks.ts'

const closeOnExec = 0o2000000

function flagsOf(fd: number): number {
  const line = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))
  return Number.parseInt(line?.[1] ?? '0', 8)
}

describe('an Fd', () => {
  expectNoLeaks()

  it('knows its number, size, link and identity', () => {
    using fd = shim.createMemfd('known', 12_345)
    expect(fd.number).toBeGreaterThan(2)
    expect(fd.size()).toBe(12_345)
    expect(fd.link()).toBe('/memfd:known (deleted)')
    expect(fd.identity()).toMatch(/^\d+:\d+$/)
  })

  it('is close-on-exec, however it came to be', () => {
    const inherited = openSync('/dev/null', 'r')
    using adopted = shim.adoptFd(inherited)
    using opened = shim.openFile('/dev/null', true)
    using made = shim.createMemfd('cloexec', 1)
    using copied = made.dup()
    for (const fd of [adopted, opened, made, copied]) {
      expect(flagsOf(fd.number) & closeOnExec).toBe(closeOnExec)
    }
  })

  it('shares the open file with its duplicate and not the number', () => {
    using fd = shim.createMemfd('twice', 10)
    using copy = fd.dup()
    expect(copy.number).not.toBe(fd.number)
    expect(copy.identity()).toBe(fd.identity())
  })

  it('differs in identity from another memfd of the same name', () => {
    using one = shim.createMemfd('same', 10)
    using other = shim.createMemfd('same', 10)
    expect(one.identity()).not.toBe(other.identity())
  })

  it('gives its number away open', () => {
    const fd = shim.createMemfd('away', 10)
    const before = shim.counts().fds
    const number = fd.release()
    expect(shim.counts().fds).toBe(before - 1)
    expect(flagsOf(number) & closeOnExec).toBe(closeOnExec)
    closeSync(number)
    expect(() => fd.number).toThrow('closed or given away')
  })

  it('may be disposed twice', () => {
    const fd = shim.createMemfd('twice', 10)
    fd[Symbol.dispose]()
    using next = shim.createMemfd('next', 10)
    fd[Symbol.dispose]()
    expect(next.size()).toBe(10)
  })

  it('refuses every use after it was disposed', () => {
    const fd = shim.createMemfd('gone', 4096)
    fd[Symbol.dispose]()
    const uses: (() => unknown)[] = [
      () => fd.number,
      () => fd.dup(),
      () => fd.release(),
      () => fd.size(),
      () => fd.link(),
      () => fd.identity(),
      () => shim.seals(fd),
      () => shim.map(fd, 0, 1, false),
      () => shim.syncDmabuf(fd, 'start'),
      () => shim.createUdmabuf(fd, 0, 4096),
      () => shim.adoptVfioDevice(fd),
    ]
    for (const use of uses) expect(use).toThrow('descriptor is closed or given away')
  })

  it('measures a regular file without moving its position', () => {
    const file = path.join(temporaryFolder(), 'seven')
    writeFileSync(file, 'seven!!')
    using fd = shim.openFile(file, false)
    expect(fd.size()).toBe(7)
    expect(readFileSync(`/proc/self/fdinfo/${fd.number}`, 'utf8')).toMatch(/^pos:\s+0$/m)
  })
})

describe('opening', () => {
  expectNoLeaks()

  it('names the errno and the call when there is no file', () => {
    expect(() => shim.openFile('/nonexistent', false)).toThrow(failing('ENOENT', 'open'))
  })

  it('refuses a number that is not open', () => {
    expect(() => shim.adoptFd(1_000_000)).toThrow(failing('EBADF', 'fcntl'))
  })

  it('does not wait for the writer of a FIFO', async () => {
    const { execFileSync } = await import('node:child_process')
    const fifo = path.join(temporaryFolder(), 'fifo')
    execFileSync('mkfifo', [fifo])
    using fd = shim.openFile(fifo, false)
    expect(fd.link()).toBe(fifo)
  })
})

describe('a memfd', () => {
  expectNoLeaks()
  const shrinkGrowSeal = 0x2 | 0x4 | 0x1

  it('is sealed against shrinking, growing and more seals, but can be written', () => {
    using fd = shim.createMemfd('sealed', 4096)
    expect(shim.seals(fd)).toBe(shrinkGrowSeal)
    using mapping = shim.map(fd, 0, 4096, true)
    mapping.write(0, Uint8Array.of(1, 2, 3))
    expect([...mapping.copyOut(0, 4)]).toEqual([1, 2, 3, 0])
  })

  it('is the only file with seals', () => {
    using fd = shim.openFile('/dev/null', false)
    expect(shim.seals(fd)).toBe(0)
  })

  it('that fits in no address space is ENOMEM when mapped', () => {
    using fd = shim.createMemfd('huge', 2 ** 52)
    expect(() => shim.map(fd, 0, 2 ** 52, true)).toThrow(failing('ENOMEM', 'mmap'))
  })
})

describe('syncDmabuf', () => {
  expectNoLeaks()

  it('leaves a file alone that is no dma-buf', () => {
    using fd = shim.createMemfd('plain', 4096)
    shim.syncDmabuf(fd, 'start')
    shim.syncDmabuf(fd, 'end')
  })
})
