// SPDX-License-Identifier: GPL-2.0-or-later
// What processes cost, by /proc (proc(5)).
import { readdirSync, readFileSync } from 'node:fs'

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function list(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function parentOf(pid) {
  const text = read(`/proc/${pid}/stat`)
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
}

/** A process and all below it. */
export function tree(top) {
  const parents = list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)])
  const below = (pid) => [
    pid,
    ...parents.filter(([, parent]) => parent === pid).flatMap(([child]) => below(child)),
  ]
  return below(top)
}

/** What a process of a viewer is: Chromium's own word, else the script or program that it runs. */
function kindOf(pid) {
  const words = read(`/proc/${pid}/cmdline`).split(/[\0 ]/)
  const optionOf = (name) => words.find((word) => word.startsWith(name))?.slice(name.length)
  const kind = optionOf('--utility-sub-type=')?.split('.')[0] ?? optionOf('--type=')
  const script = words.slice(1).find((word) => /\.m?js$/.test(word))
  return kind ?? (script ?? words[0]).split('/').at(-1)
}

/** Each thread: what it is, ms of CPU used so far, and how often it went to sleep. */
export function threads(pids) {
  const all = new Map()
  for (const pid of pids) {
    const kind = kindOf(pid)
    for (const thread of list(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${thread}`
      const status = read(`${folder}/status`)
      all.set(Number(thread), {
        kind,
        name: thread === String(pid) ? 'main' : (/^Name:\s+(.*)/m.exec(status)?.[1] ?? ''),
        cpuMs: Number(read(`${folder}/schedstat`).split(' ')[0]) / 1e6,
        sleeps: Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0),
      })
    }
  }
  return all
}

/**
 * What threads did from one look at them to the next.
 *
 * @returns sums, and parts by process and thread, the busiest first
 */
export function spent(before, after) {
  const parts = new Map()
  const total = { cpuMs: 0, sleeps: 0 }
  for (const [id, { kind, name, cpuMs, sleeps }] of after) {
    const was = before.get(id)
    const own = { cpuMs: cpuMs - (was?.cpuMs ?? 0), sleeps: sleeps - (was?.sleeps ?? 0) }
    const key = `${kind}: ${name.replace(/\d+$/, '…')}`
    const part = parts.get(key) ?? { part: key, cpuMs: 0, sleeps: 0 }
    for (const sum of [part, total]) {
      sum.cpuMs += own.cpuMs
      sum.sleeps += own.sleeps
    }
    parts.set(key, part)
  }
  const sorted = [...parts.values()].toSorted((a, b) => b.cpuMs - a.cpuMs)
  return { ...total, parts: sorted }
}

const sum = (pids, of) => pids.reduce((total, pid) => total + of(pid), 0)

/** Memory of processes, what they share counted once, MB. */
export function memoryMb(pids) {
  const of = (pid) => Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)
  return sum(pids, of) / 1024
}

/** Memory of processes, what they share counted for each, MB. */
export function residentMb(pids) {
  return (
    sum(pids, (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0)) /
    1024
  )
}

/** Descriptors that processes have open. */
export function descriptors(pids) {
  return sum(pids, (pid) => list(`/proc/${pid}/fd`).length)
}
