// SPDX-License-Identifier: GPL-2.0-or-later
// What processes cost, by /proc (proc(5)).
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks of utime and stime are hundredths of a second on every Linux that Node runs on. */
const TICK_MS = 10

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/** A process and all below it. */
export function tree(top) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(statOf(name)?.[1])])
  const below = (pid) => [
    pid,
    ...parents.filter(([, parent]) => parent === pid).flatMap(([child]) => below(child)),
  ]
  return below(top)
}

/** CPU time that processes have used so far, ms; their children that ended are counted with them. */
export function cpuMs(pids) {
  return pids.reduce((sum, pid) => {
    const [user = 0, system = 0, ended = 0, endedSystem = 0] = (statOf(pid) ?? [])
      .slice(11, 15)
      .map(Number)
    return sum + (user + system + ended + endedSystem) * TICK_MS
  }, 0)
}

/** Memory of processes, what they share counted once, MB. */
export function memoryMb(pids) {
  return pids.reduce((sum, pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
      return sum + Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024
    } catch {
      return sum
    }
  }, 0)
}
