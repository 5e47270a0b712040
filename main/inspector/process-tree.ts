// SPDX-License-Identifier: GPL-2.0-or-later
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** What a process has used since it began. Clock ticks of user and system time together. */
export type ProcessTimes = { readonly pid: number; readonly parent: number; readonly ticks: number }

/** `USER_HZ`: what /proc counts in, the same on every Linux that Node runs on. */
export const TICKS_PER_SECOND = 100

/**
 * Reads one line of `/proc/PID/stat`, fields of proc_pid_stat(5): the name in parentheses may hold
 * anything, so they are counted from its last one.
 *
 * @returns undefined when it is not such a line
 */
export function readStat(line: string): ProcessTimes | undefined {
  const end = line.lastIndexOf(')')
  const fields = line.slice(end + 2).split(' ')
  const pid = Number.parseInt(line, 10)
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
  const numbers = [pid, parent, user, system]
  if (end < 0 || !numbers.every((one) => Number.isSafeInteger(one))) return undefined
  return { pid, parent: parent ?? 0, ticks: (user ?? 0) + (system ?? 0) }
}

/** A process and all that it started, and they started, as far as they still live. */
export function descendants(root: number, all: readonly ProcessTimes[]): readonly ProcessTimes[] {
  const children = Map.groupBy(all, ({ parent }) => parent)
  const found = all.filter(({ pid }) => pid === root)
  // What is found is looked into in turn; a process has one parent, so this ends.
  for (const { pid } of found) found.push(...(children.get(pid) ?? []))
  return found
}

/** Readings after which the host's other processes are looked through for new ones. */
const LOOK_AROUND = 5

/** Reads a process and those below it. Looking through all of a host costs more, so that is done now and then. */
export class ProcessReader {
  readonly #root: number
  readonly #folder: string
  #known: readonly number[] = []
  #readings = 0

  constructor(root: number, folder = '/proc') {
    this.#root = root
    this.#folder = folder
  }

  /** Those that end meanwhile are left out, and all of them where there is no /proc. */
  async read(): Promise<readonly ProcessTimes[]> {
    const isDue = this.#readings % LOOK_AROUND === 0
    this.#readings += 1
    const read = (pid: number | string) =>
      readFile(path.join(this.#folder, String(pid), 'stat'), 'latin1').catch(() => '')
    const pids = isDue ? await this.#all() : this.#known
    const lines = await Promise.all(pids.map(read))
    const found = descendants(
      this.#root,
      lines.flatMap((line) => readStat(line) ?? []),
    )
    this.#known = found.map(({ pid }) => pid)
    return found
  }

  async #all(): Promise<readonly number[]> {
    const names = await readdir(this.#folder).catch((): string[] => [])
    return names.filter((name) => /^\d+$/.test(name)).map(Number)
  }
}
