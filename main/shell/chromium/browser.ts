// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Failure } from '../../../core/failure.ts'
import { log } from '../../log.ts'

/** How a browser came to its end. */
export type BrowserExit = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last lines it wrote, for the failure's text. */
  readonly lastWords: string
}

/** Time that Chromium gets to end by itself before it is killed, ms. */
const PATIENCE_MS = 2000
/** Characters of its stderr that are kept. */
const LAST_WORDS = 600

/**
 * Outlives us only when we die without a word: its stdin closes, it ends the browser's process group
 * and removes the folder. Told "done", it leaves at once. Arguments: process group, folder.
 */
const watchScript = `trap '' INT TERM HUP
read -r word
[ "$word" = done ] && exit 0
kill -s TERM -- "-$1" 2>/dev/null
sleep 1
kill -s KILL -- "-$1" 2>/dev/null
sleep 1
rm -rf -- "$2"`

/** One running Chromium, its process group, and the watch that ends it should we be killed. */
export class Browser implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #watch: ChildProcess
  readonly exited: Promise<BrowserExit>
  /** Process group of all that it started. */
  readonly group: number
  #ended = false

  private constructor(child: ChildProcess, pid: number, folder: string) {
    this.#child = child
    this.group = pid
    this.#watch = spawn('/bin/sh', ['-c', watchScript, 'scanout-watch', `${pid}`, folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    this.#watch.on('error', (error) => log.warn(`cannot watch over the browser: ${error.message}`))
    this.#watch.stdin?.on('error', () => {})
    this.#watch.unref()
    let lastWords = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-LAST_WORDS)
      log.debug(`browser: ${text.trimEnd()}`)
    })
    this.exited = once(child, 'exit').then(([code, signal]) => {
      this.#ended = true
      this.#watch.stdin?.end('done\n')
      return { code, signal, lastWords }
    })
  }

  /**
   * @param folder private folder that holds the profile; the watch removes it should we be killed
   * @throws the spawn's error: the program went away or may not be run
   */
  static async start(program: string, flags: readonly string[], folder: string): Promise<Browser> {
    const child = spawn(program, flags, {
      stdio: ['ignore', 'ignore', 'pipe'],
      // A group of its own: Ctrl-C in the terminal reaches us alone, and we close it in order.
      detached: true,
      env: { ...process.env, TMPDIR: folder },
    })
    await once(child, 'spawn')
    if (child.pid === undefined) throw new Error('a spawned process has no id')
    return new Browser(child, child.pid, folder)
  }

  /** Asks it to end, then makes it; resolves when it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return
    this.#signal('SIGTERM')
    const aborted = new AbortController()
    const late = delay(PATIENCE_MS, 'late', { signal: aborted.signal }).catch(() => 'gone')
    const first = await Promise.race([this.exited.then(() => 'gone'), late])
    aborted.abort()
    if (first === 'late') this.#signal('SIGKILL')
    await this.exited
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (this.#ended || pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // ESRCH: it ended a moment ago, and `exited` is about to say so.
    }
  }
}

/** Words for a browser that ended without a person closing its window. */
export function browserFailure(program: string, exit: BrowserExit): Failure {
  const how = exit.signal ? `it was ended by ${exit.signal}` : `it ended with code ${exit.code}`
  const line = exit.lastWords.trim().split('\n').at(-1)
  return {
    code: 'browser-ended',
    what: `${program} did not keep the window open`,
    why: line ? `${how} and said: ${line}` : how,
    remedy: 'Run it by hand to see why, or set SCANOUT_BROWSER to another Chromium',
  }
}
