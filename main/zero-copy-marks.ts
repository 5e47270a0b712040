// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdir, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { failureLine } from '../core/failure.ts'
import type { GpuDevice } from '../core/gpu.ts'
import { log } from './log.ts'
import { writeWholeFile } from './whole-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Longer files are none of ours, bytes. */
const MAX_FILE = 65_536
/** GPUs with their drivers that are remembered; the oldest go first. */
const MOST_MARKS = 16
const LONGEST_WHY = 300
/** What is left behind by whoever does not come back from the test. */
const TRIAL = 'a window did not come back from the test'
/** So long another window may still be at its test, ms. */
const TRIAL_MS = 5000

/** That textures failed with a GPU and its driver. */
export type ZeroCopyMark = {
  readonly gpu: string
  readonly why: string
  /** ISO 8601. */
  readonly at: string
}

/**
 * Remembers between runs with which GPU and driver textures failed, so that no window breaks twice over the same:
 * `$XDG_STATE_HOME/scanout/zero-copy.json`. Another version of the driver is another chance.
 */
export class ZeroCopyMarks {
  readonly #file: string

  constructor(env: Environment) {
    const state = env['XDG_STATE_HOME']
    const home = env['HOME'] || homedir()
    const folder = state && path.isAbsolute(state) ? state : path.join(home, '.local', 'state')
    this.#file = path.join(folder, 'scanout', 'zero-copy.json')
  }

  /** Why textures failed with this GPU the last time; undefined when they did not. */
  async find(device: GpuDevice): Promise<ZeroCopyMark | undefined> {
    const gpu = gpuKey(device)
    const mark = (await this.list()).find((one) => one.gpu === gpu)
    const isFresh = mark?.why === TRIAL && Date.now() - Date.parse(mark.at) < TRIAL_MS
    return isFresh ? undefined : mark
  }

  /** A test begins: it failed, unless {@link clear} or {@link set} says what came of it. */
  begin(device: GpuDevice): Promise<void> {
    return this.set(device, TRIAL)
  }

  /** A damaged file reads as empty. */
  async list(): Promise<readonly ZeroCopyMark[]> {
    try {
      const text = await readFile(this.#file, 'utf8')
      const value: unknown = text.length <= MAX_FILE ? JSON.parse(text) : []
      return Array.isArray(value) ? value.filter(isMark).slice(0, MOST_MARKS) : []
    } catch {
      return []
    }
  }

  async set(device: GpuDevice, why: string): Promise<void> {
    const gpu = gpuKey(device)
    const rest = (await this.list()).filter((mark) => mark.gpu !== gpu)
    const mark = { gpu, why: why.slice(0, LONGEST_WHY), at: new Date().toISOString() }
    await this.#write([mark, ...rest].slice(0, MOST_MARKS))
  }

  async clear(device: GpuDevice): Promise<void> {
    const gpu = gpuKey(device)
    const marks = await this.list()
    const rest = marks.filter((mark) => mark.gpu !== gpu)
    if (rest.length < marks.length) await this.#write(rest)
  }

  /** Forgets all of them. */
  async clearAll(): Promise<void> {
    await rm(this.#file, { force: true })
  }

  async #write(marks: readonly ZeroCopyMark[]): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 }).catch(() => {})
    const text = `${JSON.stringify(marks, null, 2)}\n`
    const written = await writeWholeFile(this.#file, Buffer.from(text))
    if (!written.ok) log.warn(failureLine(written.failure))
  }
}

/** A GPU with its driver, as EGL names them. */
export function gpuKey({ vendor, renderer, version }: GpuDevice): string {
  return `${vendor} / ${renderer} / ${version}`
}

function isMark(value: unknown): value is ZeroCopyMark {
  if (typeof value !== 'object' || value === null) return false
  const { gpu, why, at } = value as Record<string, unknown>
  return [gpu, why, at].every((text) => typeof text === 'string')
}
