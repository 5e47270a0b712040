// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { findBrowser } from '../../main/shell/chromium/browser-binary.ts'
import { isInMemory } from '../../main/shell/chromium/frame-file.ts'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
/** Chromium's start on a loaded machine without a GPU, ms. */
const SLOW_MS = 60_000

export type Ended = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Waits until something is there; an Error that names it when it never is. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  withinMs = SLOW_MS,
): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > until) throw new Error(`never: ${what}`)
    await delay(50)
  }
}

/** A Chromium that is not quite the host's: words of shell before its start, DevTools open, more flags. */
export type BrowserWish = {
  readonly before?: string
  readonly debuggable?: boolean
  readonly flags?: readonly string[]
}

const MEMORY = '/dev/shm'

/**
 * The built program as a person starts it, in a home and a runtime folder of its own. Disposing kills
 * it and whatever it left.
 */
export class App implements AsyncDisposable {
  readonly home = mkdtempSync(path.join(tmpdir(), 'scanout-e2e-'))
  /** In memory, as a desktop's is. */
  readonly runtime = mkdtempSync(path.join(isInMemory(MEMORY) ? MEMORY : tmpdir(), 'scanout-run-'))
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  #browsers: number[] = []

  constructor(args: readonly string[], env: Record<string, string> = {}, browser?: BrowserWish) {
    const program = path.join(root, 'out', 'main', 'cli.js')
    if (!existsSync(program)) throw new Error('run npm run build first')
    const own: Record<string, string> = {
      PATH: process.env['PATH'] ?? '',
      HOME: this.home,
      XDG_RUNTIME_DIR: this.runtime,
      ...env,
    }
    if (browser) own['SCANOUT_BROWSER'] = this.#browserScript(browser)
    this.#child = spawn(process.execPath, [program, ...args], { cwd: this.home, env: own })
    const out: string[] = []
    const err: string[] = []
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => out.push(text))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => err.push(text))
    this.ended = once(this.#child, 'close').then(([code]) => {
      return { code, stdout: out.join(''), stderr: err.join('') }
    })
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Gives it all of its stdin. */
  say(text: string): void {
    this.#child.stdin?.end(text)
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** The private folders that exist now. */
  folders(): string[] {
    return readdirSync(this.runtime).filter((name) => name.startsWith('scanout-'))
  }

  /** Chromium's first process. */
  async browser(): Promise<number> {
    const pid = await eventually('the browser', () =>
      processes().find(
        (one) => one.command.includes(`--user-data-dir=${this.runtime}/`) && one.isFirst,
      ),
    )
    this.#browsers.push(pid.pid)
    return pid.pid
  }

  /** The loopback port that the program listens on. */
  async port(): Promise<number> {
    return eventually('the port', () => listeningPort(this.pid))
  }

  /** The page as DevTools sees it; only for an app that was started debuggable. */
  async page(): Promise<{ readonly page: Page; readonly tools: Browser }> {
    const file = await eventually('the DevTools port', () => {
      const [folder] = this.folders()
      const candidate = path.join(this.runtime, folder ?? '', 'profile', 'DevToolsActivePort')
      return existsSync(candidate) && readFileSync(candidate, 'utf8').includes('\n')
        ? candidate
        : undefined
    })
    const [port] = readFileSync(file, 'utf8').split('\n')
    const tools = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
    const page = await eventually('the page', () =>
      tools
        .contexts()
        .flatMap((context) => context.pages())
        .find((one) => /^http:\/\/127\.0\.0\.1:\d+\/(\?|$)/.test(one.url())),
    )
    return { page, tools }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
    for (const { pid, command } of processes()) {
      if (command.includes(this.runtime)) end(pid)
    }
    await delay(200)
    for (const folder of [this.home, this.runtime]) {
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    }
  }

  #browserScript(wanted: BrowserWish): string {
    const found = findBrowser(process.env)
    if (!found.ok) throw new Error(found.failure.why)
    const file = path.join(this.home, 'browser')
    const flags = [
      ...(wanted.debuggable ? ['--remote-debugging-port=0'] : []),
      ...(wanted.flags ?? []),
    ].join(' ')
    writeFileSync(file, `#!/bin/sh\n${wanted.before ?? ''}\nexec ${found.value} ${flags} "$@"\n`)
    chmodSync(file, 0o755)
    return file
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

type Seen = { readonly pid: number; readonly command: string; readonly isFirst: boolean }

/** Every process with its command line; a Chromium child is told by its `--type=`. */
export function processes(): Seen[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const isFirst = !command.includes('--type=') && !command.includes('scanout-watch')
      return command ? [{ pid: Number(name), command, isFirst }] : []
    } catch {
      return []
    }
  })
}

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** From /proc: the listening TCP socket among a process's descriptors. */
function listeningPort(pid: number): number | undefined {
  let inodes: Set<string>
  try {
    inodes = new Set(
      readdirSync(`/proc/${pid}/fd`).map((fd) => {
        try {
          return /socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? ''
        } catch {
          return ''
        }
      }),
    )
  } catch {
    return undefined
  }
  const LISTEN = '0A'
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local, , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    if (state !== LISTEN || !inodes.has(inode)) continue
    const [address, port] = (local ?? '').split(':')
    if (address === '0100007F') return Number.parseInt(port ?? '', 16)
  }
  return undefined
}
