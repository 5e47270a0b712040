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

/** The processes of the host; those that end meanwhile are left out, and all of them where there is no /proc. */
export async function readProcesses(folder = '/proc'): Promise<readonly ProcessTimes[]> {
  const names = await readdir(folder).catch((): string[] => [])
  const lines = names
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readFile(path.join(folder, name, 'stat'), 'latin1').catch(() => ''))
  return (await Promise.all(lines)).flatMap((line) => readStat(line) ?? [])
}
