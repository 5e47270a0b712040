// SPDX-License-Identifier: GPL-2.0-or-later
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Failure, isFailure } from '../core/failure.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { errorCode } from './file-failure.ts'
import { log } from './log.ts'
import { namesFile } from './session-file/place.ts'
import type { Address } from './source/source.ts'

// One viewer per VM: the first listens on a socket that its VM's name leads to, in a folder of this user
// alone; a later one finds it there, asks it to come to the front, and ends.

type Environment = Readonly<Record<string, string | undefined>>

/** What makes two viewers the same one. */
export type ViewerIdentity = {
  readonly address: Address
  readonly viewOnly: boolean
  /** Absolute path; undefined without a monitor of its own. */
  readonly qmp: string | undefined
}

/** Comes to the front, or says why it cannot. */
export type Raise = () => Promise<Result<void, Failure>>

/** The viewer that was there before us, and whether it came to the front. */
export type OtherViewer = { readonly pid: number; readonly raised: Result<void, Failure> }

/**
 * Whether we are the first. `alone`: nobody will find us, because the folder is not safe, the name too
 * long for a socket, or another viewer hangs; a second start opens a second window.
 */
export type Claim =
  | { readonly kind: 'first'; readonly viewer: OneViewer }
  | { readonly kind: 'other'; readonly other: OtherViewer }
  | { readonly kind: 'alone' }

/** Time that another viewer gets to answer before it counts as hanging, ms. */
const PATIENCE_MS = 3000
/** Bytes of a question and of an answer. */
const MOST_TEXT = 8192
/** Times that the place may be taken by somebody who does not answer, and the pause between, ms. */
const MOST_MUTE = 3
const PAUSE_MS = 100
/** What {@link exchange} gives where there is no socket, and where nobody listens on it. */
const ABSENT = 'absent'
const STALE = 'stale'

const question = '{"scanoutViewer":1,"wish":"raise"}\n'

/**
 * The socket of a viewer's identity, on this desktop: a window on another one is of no use to a person.
 *
 * @param cwd absolute folder that the address's relative path is meant from
 */
export function viewerSocket(identity: ViewerIdentity, cwd: string, env: Environment): string {
  const { scheme, path: named, query } = identity.address
  const parts = [
    scheme,
    namesFile(scheme) ? path.resolve(cwd, named) : named,
    [...query].map(([name, value]) => `${name}=${value}`).sort(),
    identity.viewOnly,
    identity.qmp ?? null,
    env['WAYLAND_DISPLAY'] ?? null,
    env['DISPLAY'] ?? null,
  ]
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return path.join(viewersFolder(env), `viewer-${digest.slice(0, 24)}.sock`)
}

function viewersFolder(env: Environment): string {
  const runtime = env['XDG_RUNTIME_DIR']
  if (runtime && path.isAbsolute(runtime)) return path.join(runtime, 'scanout')
  return path.join(tmpdir(), `scanout-of-${process.getuid?.() ?? 0}`)
}

/** Asks the viewer behind a socket to come to the front. Undefined when there is none that answers. */
export async function askViewer(socket: string): Promise<OtherViewer | undefined> {
  return readAnswer(await exchange(socket))
}

/** The place of the first viewer, for as long as it is held. */
export class OneViewer implements AsyncDisposable {
  readonly #server: Server
  readonly #connections = new Set<Socket>()

  private constructor(server: Server, raise: Raise) {
    this.#server = server
    server.on('connection', (connection) => {
      this.#connections.add(connection)
      connection.once('close', () => this.#connections.delete(connection))
      serve(connection, raise)
    })
    server.on('error', (error) => log.info(`other starts: ${error.message}`))
  }

  /** Takes the place, or finds who has it. */
  static async claim(socket: string, raise: Raise): Promise<Claim> {
    const alone = (why: string): Claim => {
      log.info(`a second start will not find this viewer: ${why}`)
      return { kind: 'alone' }
    }
    const objection = prepareFolder(path.dirname(socket))
    if (objection !== undefined) return alone(objection)
    let mute = 0
    while (mute < MOST_MUTE) {
      const answer = await exchange(socket)
      const other = readAnswer(answer)
      if (other) return { kind: 'other', other }
      if (answer === STALE) await removeStale(socket)
      const server = createServer()
      const refusal = await listening(server, socket)
      if (refusal === undefined) return { kind: 'first', viewer: new OneViewer(server, raise) }
      if (refusal !== 'EADDRINUSE') return alone(refusal)
      // Somebody was faster, or is there and says nothing: about to end, or hanging.
      mute += 1
      await delay(PAUSE_MS)
    }
    return alone('another viewer has its place and does not answer')
  }

  /** Also removes the socket. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#server.close(() => closed.resolve())
    for (const connection of this.#connections) connection.destroy()
    await closed.promise
  }
}

/** Makes the folder; says what is wrong with one that others can enter. */
function prepareFolder(folder: string): string | undefined {
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true })
    const facts = lstatSync(folder)
    if (!facts.isDirectory()) return `${folder} is no folder`
    if (facts.uid !== process.geteuid?.()) return `${folder} belongs to somebody else`
    return facts.mode & 0o077 ? `others can enter ${folder}` : undefined
  } catch (error) {
    return `${folder}: ${errorCode(error) ?? String(error)}`
  }
}

/** Undefined once it listens, else the errno's name. */
function listening(server: Server, socket: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  server.once('error', (error) => resolve(errorCode(error) ?? error.message))
  try {
    server.listen(socket, () => resolve(undefined))
  } catch (error) {
    resolve(error instanceof Error ? error.message : String(error))
  }
  return promise
}

/**
 * Takes away the socket of a viewer that ended without a word. It is renamed first, which only one of
 * several starts can do, and put back should it live: another start may have been faster.
 */
async function removeStale(socket: string): Promise<void> {
  const aside = `${socket}.${randomBytes(6).toString('hex')}`
  try {
    renameSync(socket, aside)
    if ((await exchange(aside)) === STALE) rmSync(aside, { force: true })
    else renameSync(aside, socket)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') log.info(`${socket}: ${String(error)}`)
  }
}

/** The other's answer, or that nobody is there: no socket, or one that nobody listens on. */
function exchange(socket: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const connection = createConnection(socket)
  let text = ''
  connection.setTimeout(PATIENCE_MS, () => connection.destroy())
  connection.setEncoding('utf8')
  connection.on('connect', () => connection.write(question))
  connection.on('data', (piece: string) => {
    text += piece
    if (text.includes('\n') || text.length > MOST_TEXT) connection.destroy()
  })
  connection.on('error', (error) => {
    resolve(errorCode(error) === 'ECONNREFUSED' ? STALE : text || ABSENT)
  })
  connection.on('close', () => resolve(text))
  return promise
}

/** Undefined for a viewer that hangs, is about to end, or is none. */
function readAnswer(text: string): OtherViewer | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    if (typeof answer !== 'object' || answer === null) return undefined
    const { scanoutViewer, pid, failure } = answer as Record<string, unknown>
    if (scanoutViewer !== 1 || !Number.isSafeInteger(pid)) return undefined
    return { pid: Number(pid), raised: isFailure(failure) ? fail(failure) : ok(undefined) }
  } catch {
    return undefined
  }
}

/** Answers the one question there is; whoever asks another is cut off. */
function serve(connection: Socket, raise: Raise): void {
  connection.on('error', () => {})
  connection.setTimeout(PATIENCE_MS, () => connection.destroy())
  connection.setEncoding('utf8')
  let text = ''
  connection.on('data', (piece: string) => {
    text += piece
    if (text.length > MOST_TEXT) connection.destroy()
    if (!text.endsWith('\n')) return
    connection.removeAllListeners('data')
    if (text !== question) connection.destroy()
    else void answer(connection, raise)
  })
}

async function answer(connection: Socket, raise: Raise): Promise<void> {
  const raised = await raise()
  const trouble = raised.ok ? {} : { failure: raised.failure }
  connection.end(`${JSON.stringify({ scanoutViewer: 1, pid: process.pid, ...trouble })}\n`)
}
