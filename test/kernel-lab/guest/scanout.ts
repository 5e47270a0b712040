// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

const { LAB_PRODUCT: product = 'out', LAB_ROOT: root = '', LAB_TREE: tree = '' } = process.env
const cli = path.join(product, 'main/cli.js')
/** More than any command of the tests takes under TCG on a busy host. */
const LIMIT_MS = 60_000

export type Outcome = {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export type Surroundings = {
  /** Becomes descriptor 3. */
  readonly inherit?: number
  readonly uid?: number
  /** False: no EGL is to be had, whatever drivers other tests loaded. */
  readonly gpu?: boolean
}

function start(file: string, args: readonly string[], around: Surroundings): ChildProcess {
  const { inherit, uid, gpu = true } = around
  // Where EGL's loader looks for drivers (libglvnd, egl.json of a vendor).
  const noDrivers = { __EGL_VENDOR_LIBRARY_DIRS: '/nowhere' }
  // The folders above the tree may be root's alone.
  const reachable = (place: string) =>
    uid !== undefined && place.startsWith(`${root}/`) ? tree + place.slice(root.length) : place
  return spawn(reachable(process.execPath), [reachable(file), ...args], {
    cwd: '/tmp',
    env: { ...process.env, ...(gpu ? {} : noDrivers) },
    stdio: ['ignore', 'pipe', 'pipe', ...(inherit === undefined ? [] : [inherit])],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
}

/** The built command line, to its end. */
export async function scanout(
  args: readonly string[],
  around: Surroundings = {},
): Promise<Outcome> {
  using running = new Running(start(cli, args, around))
  return await running.ended(LIMIT_MS)
}

/** The built command line, left running until it is disposed. */
export function startScanout(args: readonly string[]): Running {
  return new Running(start(cli, args, {}))
}

/** A program of this folder, left running until it is disposed. */
export function startProgram(name: string, args: readonly string[]): Running {
  return new Running(start(path.join(import.meta.dirname, name), args, {}))
}

/** A process whose output is gathered; disposing kills it. */
export class Running implements Disposable {
  readonly process: ChildProcess
  stdout = ''
  stderr = ''
  readonly #closed: Promise<unknown>

  constructor(process: ChildProcess) {
    this.process = process
    process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.#closed = once(process, 'close')
  }

  get pid(): number {
    return this.process.pid ?? 0
  }

  /** @throws Error when it takes longer */
  async ended(limitMs: number): Promise<Outcome> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => late.reject(new Error(`still running after ${limitMs} ms\n${this.stderr}`)),
      limitMs,
    )
    try {
      await Promise.race([this.#closed, late.promise])
    } finally {
      clearTimeout(timer)
    }
    return { status: this.process.exitCode, stdout: this.stdout, stderr: this.stderr }
  }

  [Symbol.dispose](): void {
    this.process.kill('SIGKILL')
  }
}

/** Waits until a probe gives something, and gives that. */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false,
  limitMs = 40_000,
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (;;) {
    const found = probe()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
