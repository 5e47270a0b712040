// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Fd } from '../../../native-shim/api.ts'
import { QmpError } from './qmp.ts'

// libvirt through its own command: nothing of libvirt has to be linked, and where somebody runs
// libvirt's VMs, virsh is there.

// biome-ignore format: one row per reason; the first that matches counts
const refusals = [
  // what virsh writes (libvirt speaks English here: LC_ALL=C)                        the reason
  { text: /failed to get domain|Domain not found|no domain with matching/,            code: 'no-domain'     },
  { text: /domain is not running|no running domain/,                                  code: 'not-running'   },
  { text: /Permission denied|authenticat|polkit|access denied|not authorized/i,       code: 'no-permission' },
  { text: /failed to connect to the hypervisor|Disconnected from|client socket is closed|end of file/i, code: 'no-daemon' },
] as const

/** `missing`: there is no virsh. `refused`: for a reason that only the message tells. */
export type VirshErrorCode =
  | (typeof refusals)[number]['code']
  | 'missing'
  | 'timeout'
  | 'cancelled'
  | 'refused'

/** virsh did not do what it was asked for. */
export class VirshError extends Error {
  readonly code: VirshErrorCode

  constructor(code: VirshErrorCode, message: string) {
    super(message)
    this.name = 'VirshError'
    this.code = code
  }
}

/** A line of `virsh event`: `lifecycle` with `Suspended Paused`, `reboot` with nothing. */
export type VirshEvent = { readonly name: string; readonly detail: string }

export type VirshRun = {
  /** Handed down as descriptors 3, 4, … of virsh; the caller keeps its own. */
  readonly fds?: readonly Fd[]
  /** Kills virsh. */
  readonly signal?: AbortSignal
  readonly patienceMs?: number
}

const PATIENCE_MS = 5000
/** No description of a VM is longer, bytes. */
const MAX_OUTPUT = 1 << 22
/** The first descriptor after stdin, stdout and stderr. */
const FIRST_FD = 3

/** One libvirt, by its connection URI. Each call is a process of its own, which lasts some 25 ms. */
export class Virsh {
  readonly uri: string
  readonly #program: string

  /** @param uri `qemu:///session`, `qemu:///system` */
  constructor(uri: string, program = 'virsh') {
    this.uri = uri
    this.#program = program
  }

  /**
   * Runs one command and gives what it printed. No shell reads the words, so a name may hold anything;
   * write it as {@link domainWord}, because one that begins with a dash would be an option.
   *
   * @throws VirshError
   */
  async run(words: readonly string[], options: VirshRun = {}): Promise<string> {
    const { fds = [], signal, patienceMs = PATIENCE_MS } = options
    if (signal?.aborted) throw new VirshError('cancelled', 'it was cancelled')
    const ended = Promise.withResolvers<string>()
    const give = (code: VirshErrorCode, text: string) => ended.reject(new VirshError(code, text))
    const late = () => give('timeout', `virsh took longer than ${patienceMs} ms`)
    const cancel = () => give('cancelled', 'it was cancelled')
    using child = this.#start(words, fds)
    const output = gather(child.process.stdout, () => give('refused', 'virsh printed too much'))
    const errors = gather(child.process.stderr, () => give('refused', 'virsh complained too much'))
    child.process.on('error', (error) => ended.reject(unstarted(error)))
    child.process.on('close', (status) => {
      if (status === 0) ended.resolve(output())
      else ended.reject(refusal(errors()))
    })
    const timer = setTimeout(late, patienceMs)
    signal?.addEventListener('abort', cancel)
    try {
      return await ended.promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    }
  }

  /**
   * Runs one command of QEMU's own monitor and gives what it returned; descriptors go along.
   * libvirt notes in the VM's log that somebody did so.
   *
   * @throws VirshError; QmpError when QEMU refused
   */
  async monitor(
    domain: string,
    command: string,
    args?: object,
    options: VirshRun = {},
  ): Promise<unknown> {
    const request = JSON.stringify({ execute: command, ...(args ? { arguments: args } : {}) })
    const numbers = (options.fds ?? []).map((_, at) => FIRST_FD + at)
    const passed = numbers.length > 0 ? [`--pass-fds=${numbers.join(',')}`] : []
    const words = ['qemu-monitor-command', ...passed, domainWord(domain), `--cmd=${request}`]
    return monitorAnswer(await this.run(words, options))
  }

  /**
   * Reports what happens to a domain, restarts included, until it is disposed. What happens within the
   * first moments can be missed: ask for the state afterwards.
   *
   * @param onEnd is called when virsh ended by itself: libvirt went away, or does not know the domain
   */
  events(
    domain: string,
    onEvent: (event: VirshEvent) => void,
    onEnd: (why: VirshError) => void,
  ): Disposable {
    using owned = new DisposableStack()
    const child = owned.use(this.#start(['event', domainWord(domain), '--all', '--loop'], []))
    // Nobody else would end it before the next event.
    const stop = () => child[Symbol.dispose]()
    process.on('exit', stop)
    owned.defer(() => process.off('exit', stop))
    let isOver = false
    owned.defer(() => {
      isOver = true
    })
    const end = (why: VirshError) => {
      if (isOver) return
      isOver = true
      onEnd(why)
    }
    eachLine(child.process.stdout, (line) => {
      const event = parseEvent(line)
      if (event && !isOver) onEvent(event)
    })
    const errors = gather(child.process.stderr, stop)
    child.process.on('error', (error) => end(unstarted(error)))
    child.process.on('close', () => end(refusal(errors())))
    return owned.move()
  }

  #start(words: readonly string[], fds: readonly Fd[]): Child {
    const all = [`--connect=${this.uri}`, '--quiet', ...words]
    return new Child(this.#program, all, fds)
  }
}

/** The argument that names a domain, by name, UUID or number. */
export function domainWord(domain: string): string {
  return `--domain=${domain}`
}

/** A line of `virsh event`; undefined for lines that add to the one before. */
export function parseEvent(line: string): VirshEvent | undefined {
  const [, name, detail = ''] = /^event '([^']+)' for domain '.*?'(?:: (.*))?$/.exec(line) ?? []
  return name === undefined ? undefined : { name, detail }
}

/** A process that does not outlive its owner. */
class Child implements Disposable {
  readonly process: ChildProcess & { readonly stdout: Readable; readonly stderr: Readable }

  constructor(program: string, words: readonly string[], fds: readonly Fd[]) {
    const numbers = fds.map(({ number }) => number)
    const env = { ...process.env, LC_ALL: 'C' }
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe', ...numbers], env })
    const { stdout, stderr } = child
    if (!stdout || !stderr) throw new Error('a pipe is missing')
    this.process = Object.assign(child, { stdout, stderr })
  }

  [Symbol.dispose](): void {
    const { exitCode, signalCode, stdout, stderr } = this.process
    if (exitCode === null && signalCode === null) this.process.kill('SIGKILL')
    stdout.destroy()
    stderr.destroy()
  }
}

/** Collects text; what is collected may be asked for once the stream has ended. */
function gather(stream: Readable, tooMuch: () => void): () => string {
  const pieces: Buffer[] = []
  let length = 0
  stream.on('data', (piece: Buffer) => {
    length += piece.length
    if (length > MAX_OUTPUT) tooMuch()
    else pieces.push(piece)
  })
  return () => Buffer.concat(pieces).toString('utf8')
}

/** A line that never ends is cut. */
function eachLine(stream: Readable, take: (line: string) => void): void {
  let text = ''
  stream.setEncoding('utf8')
  stream.on('data', (piece: string) => {
    const lines = (text + piece).split('\n')
    text = (lines.pop() ?? '').slice(0, MAX_OUTPUT)
    for (const line of lines) take(line)
  })
}

function unstarted(error: Error): VirshError {
  const code = 'code' in error ? String(error.code) : error.message
  return code === 'ENOENT'
    ? new VirshError('missing', 'there is no virsh')
    : new VirshError('missing', `virsh does not start (${code})`)
}

/** Why virsh ended, from what it wrote to stderr. */
export function refusal(stderr: string): VirshError {
  const lines = stderr
    .split('\n')
    .map((line) => line.replace(/^error: (internal error: )?/, '').trim())
  const text = lines.filter((line) => line !== '').join('; ')
  const row = refusals.find((known) => known.text.test(text))
  return new VirshError(row?.code ?? 'refused', text.slice(0, 400) || 'virsh ended without a word')
}

function monitorAnswer(text: string): unknown {
  const answer: unknown = parse(text)
  if (typeof answer === 'object' && answer !== null) {
    if ('return' in answer) return answer.return
    const error = 'error' in answer && answer.error
    if (typeof error === 'object' && error !== null) {
      const { class: code, desc } = error as { readonly class?: unknown; readonly desc?: unknown }
      throw new QmpError(String(code), String(desc))
    }
  }
  throw new VirshError('refused', 'virsh printed no answer of a monitor')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
