// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { shim } from '../../native-shim/index.ts'
import { runChild } from './child.ts'
import { failing } from './native-error.ts'
import { expectNoLeaks } from './no-leaks.ts'

function sleeper(): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  if (child.pid === undefined) throw new Error('no sleep')
  return Object.assign(child, { pid: child.pid })
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** A pid that nobody has. */
async function deadPid(): Promise<number> {
  const child = sleeper()
  await end(child)
  return child.pid
}

describe('watchProcess', () => {
  expectNoLeaks()

  it('tells when the process is killed', async () => {
    const child = sleeper()
    using watch = shim.watchProcess(child.pid)
    expect(watch.pid).toBe(child.pid)
    child.kill('SIGKILL')
    expect(await watch.ended).toBe(true)
  })

  it('tells each of several watches', async () => {
    const child = sleeper()
    const watches = [1, 2, 3].map(() => shim.watchProcess(child.pid))
    child.kill('SIGKILL')
    expect(await Promise.all(watches.map(({ ended }) => ended))).toEqual([true, true, true])
  })

  it('gives its descriptor back by itself once the process has ended', async () => {
    const before = shim.counts().fds
    const child = sleeper()
    const watch = shim.watchProcess(child.pid)
    expect(shim.counts().fds).toBe(before + 1)
    child.kill('SIGKILL')
    await watch.ended
    expect(shim.counts().fds).toBe(before)
  })

  it('resolves with false when disposed first, and may be disposed twice', async () => {
    const child = sleeper()
    const watch = shim.watchProcess(child.pid)
    watch[Symbol.dispose]()
    watch[Symbol.dispose]()
    expect(await watch.ended).toBe(false)
    await end(child)
  })

  it('is ESRCH for a process that is not there', async () => {
    const pid = await deadPid()
    expect(() => shim.watchProcess(pid)).toThrow(failing('ESRCH', 'pidfd_open'))
  })

  it.each([0, -1, 1.5, 2 ** 31, Number.NaN])('refuses the pid %d', (pid) => {
    expect(() => shim.watchProcess(pid)).toThrow(RangeError)
  })

  it('does not keep the process alive that watches', async () => {
    const outcome = await runChild('idle-watch.ts')
    expect(outcome).toMatchObject({ status: 13, stdout: 'watching\n' })
  })
})

describe('takeVfioDevice', () => {
  expectNoLeaks()

  it('is ENOENT when the process holds no vfio device', () => {
    expect(() => shim.takeVfioDevice(process.pid)).toThrow(failing('ENOENT', 'readlink'))
  })

  it('is ENOTTY when the named descriptor is something else', () => {
    using fd = shim.createMemfd('no device', 1)
    expect(() => shim.takeVfioDevice(process.pid, fd.number)).toThrow(
      failing('ENOTTY', 'pidfd_getfd'),
    )
  })

  it('is EBADF when there is no such descriptor', () => {
    expect(() => shim.takeVfioDevice(process.pid, 100_000)).toThrow(failing('EBADF', 'pidfd_getfd'))
  })

  it('is ESRCH when the process has ended', async () => {
    const pid = await deadPid()
    expect(() => shim.takeVfioDevice(pid)).toThrow(failing('ESRCH', 'pidfd_open'))
  })
})

describe('a device fd that is none', () => {
  expectNoLeaks()

  it('is ENOTTY to adopt, and stays with its owner', () => {
    using fd = shim.createMemfd('no device', 1)
    expect(() => shim.adoptVfioDevice(fd)).toThrow(failing('ENOTTY', 'VFIO_DEVICE_GET_INFO'))
    expect(fd.size()).toBe(1)
  })

  it('is ENOENT to open when there is no such mdev', () => {
    expect(() => shim.openVfioMdev('00000000-0000-4000-8000-000000000000')).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'readlink' }),
    )
    expect(() => shim.openVfioMdev('/sys/bus/mdev/devices/none')).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'readlink' }),
    )
  })
})

describe('what the addon leaves behind', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'scanout-left-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is nothing: /proc/self/fd and the maps are those of before', async () => {
    expect(await runChild('census.ts', [folder])).toMatchObject({
      status: 0,
      stdout: 'same fds, same maps\n',
    })
  })

  it('is closed by the garbage collector when it is forgotten', async () => {
    const outcome = await runChild('forgotten.ts', [], ['--expose-gc'])
    expect(outcome).toMatchObject({ status: 0, stdout: '{"fds":0,"mappings":0}\n' })
  })

  it('is closed when its worker ends, whatever it was doing', async () => {
    const outcome = await runChild('worker-exit.ts', [folder])
    expect(outcome).toMatchObject({ status: 0, stdout: 'same fds, {"fds":0,"mappings":0}\n' })
  })

  it('is closed when its worker is terminated in the middle of a call', async () => {
    const outcome = await runChild('terminated-workers.ts')
    expect(outcome).toMatchObject({ status: 0, stdout: '{"fds":0,"mappings":0}\n' })
  })

  it('does not disturb the exit of the process', async () => {
    expect(await runChild('exit-busy.ts', [folder])).toMatchObject({ status: 7, stderr: '' })
  })
})
