// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { CpuMeter } from '../../../../main/inspector/cpu-meter.ts'
import {
  descendants,
  ProcessReader,
  type ProcessTimes,
  readStat,
} from '../../../../main/inspector/process-tree.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const stat = (pid: number, name: string, parent: number, user: number, system: number) =>
  `${pid} (${name}) S ${parent} ${pid} ${pid} 0 -1 4194304 1 0 0 0 ${user} ${system} 0 0 20 0 1 0 5 6\n`
const process = (pid: number, parent: number, ticks = 0): ProcessTimes => ({ pid, parent, ticks })

describe('a line of /proc/PID/stat', () => {
  it.each(['node', 'Web Content', 'a) S 1 2 3', '(sd-pam)', ')'])(
    'is read whatever a process calls itself: %s',
    (name) => {
      expect(readStat(stat(412, name, 7, 30, 12))).toEqual({ pid: 412, parent: 7, ticks: 42 })
    },
  )

  it.each(['', '412', '412 (node', 'x (node) S 1 1 1', `${stat(1, 'a', 2, 3, 4).slice(0, 20)}`])(
    'is none: %j',
    (line) => {
      expect(readStat(line)).toBeUndefined()
    },
  )

  it('is this process’s own', async () => {
    const { pid, ppid } = globalThis.process
    expect((await new ProcessReader(pid).read())[0]).toMatchObject({ pid, parent: ppid })
  })
})

describe('the processes of a host', () => {
  it('are read as far as they belong to one of them and have a readable stat', async () => {
    const folder = temporaryFolder()
    const write = (pid: number, line: string) => {
      mkdirSync(path.join(folder, String(pid)), { recursive: true })
      writeFileSync(path.join(folder, String(pid), 'stat'), line)
    }
    write(12, stat(12, 'a', 1, 1, 1))
    write(13, 'rubbish')
    write(14, stat(14, 'b', 12, 2, 2))
    write(15, stat(15, 'c', 1, 9, 9))
    mkdirSync(path.join(folder, 'self'))
    mkdirSync(path.join(folder, '99'))
    const reader = new ProcessReader(12, folder)
    const pids = async () => (await reader.read()).map(({ pid }) => pid)
    expect(await pids()).toEqual([12, 14])
    // A new one is found after a while, one that ended is missed at once.
    write(16, stat(16, 'd', 14, 1, 1))
    rmSync(path.join(folder, '14'), { recursive: true })
    expect(await pids()).toEqual([12])
    write(14, stat(14, 'b', 12, 2, 2))
    for (let at = 0; at < 3; at += 1) expect(await pids()).toEqual([12])
    expect(await pids()).toEqual([12, 14, 16])
  })

  it('are none without /proc', async () => {
    expect(await new ProcessReader(1, '/nowhere/at/all').read()).toEqual([])
  })

  it('form a tree below one of them', () => {
    const all = [
      process(1, 0),
      process(5, 1),
      process(6, 5),
      process(7, 6),
      process(8, 1),
      process(9, 5),
    ]
    expect(descendants(5, all).map(({ pid }) => pid)).toEqual([5, 6, 9, 7])
    expect(descendants(44, all)).toEqual([])
  })
})

describe("Scanout's use of the processor", () => {
  it('is null at first, then shares of one core since the reading before', () => {
    const meter = new CpuMeter(5)
    expect(meter.add([process(5, 1, 100), process(6, 5, 1000)], 10_000)).toBeNull()
    const second = meter.add([process(5, 1, 110), process(6, 5, 1150)], 11_000)
    expect(second).toEqual({ main: 0.1, window: 1.5, processes: 2 })
  })

  it('counts a process from when it is first seen, and forgets one that ended', () => {
    const meter = new CpuMeter(5)
    meter.add([process(5, 1, 100), process(6, 5, 1000)], 0)
    expect(meter.add([process(5, 1, 100), process(7, 5, 500)], 1000)).toEqual({
      main: 0,
      window: 0,
      processes: 2,
    })
    expect(meter.add([process(5, 1, 100), process(7, 5, 520)], 2000)?.window).toBe(0.2)
  })

  it('is never negative when a number was given to another process', () => {
    const meter = new CpuMeter(5)
    meter.add([process(5, 1, 100), process(6, 5, 1000)], 0)
    expect(meter.add([process(5, 1, 100), process(6, 5, 3)], 1000)).toMatchObject({ window: 0 })
  })

  it('is not known where nothing can be read or no time passed', () => {
    const meter = new CpuMeter(5)
    expect(meter.add([], 0)).toBeNull()
    expect(meter.add([], 1000)).toBeNull()
    expect(meter.add([process(5, 1)], 1000)).toBeNull()
  })
})
