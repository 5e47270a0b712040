// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type DecodeTarget, decodeAnswer, encodeJob } from '../../core/decode-job.ts'
import type { Failure } from '../../core/failure.ts'
import { memoryImages } from '../../core/memory-image.ts'
import type { CapturedPlane, Plane } from '../../core/plane.ts'
import { layoutOf } from '../../core/plane-layout.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Io } from '../command.ts'
import { PrivateFolder } from '../private-folder.ts'
import { Browser, browserFailure } from '../shell/chromium/browser.ts'
import { findBrowser, snapFolder } from '../shell/chromium/browser-binary.ts'
import { browserFlags, hostFacts } from '../shell/chromium/flags.ts'
import { builtPage, PageFiles } from '../shell/page-files.ts'
import { DecodeServer } from './decode-server.ts'
import type { Engine } from './engine.ts'
import { planeImages } from './plane-images.ts'

/** For the first answer a browser has to start; software hosts with cold disks are slow. */
const ANSWER_MS = 60_000
const WHAT = 'the browser did not decode the plane'
/** Room for the header of an answer, bytes. */
const HEADER_ROOM = 65_536

/** Starts a headless Chromium with the decoding page, whose shaders are those of the window. */
export async function openWebglEngine(io: Io): Promise<Result<Engine, Failure>> {
  const program = findBrowser(io.env)
  if (!program.ok) return fail({ ...program.failure, what: 'cannot decode with WebGL' })
  await using owned = new AsyncDisposableStack()
  const server = owned.use(await DecodeServer.listen(new PageFiles(builtPage())))
  const folder = owned.use(new PrivateFolder(io.env, ...snapFolder(program.value)))
  // The address holds the token, and command lines are public: a file only this user reads has it.
  const entry = path.join(folder.path, 'open.html')
  const html = `<!doctype html><meta http-equiv="refresh" content="0;url=${server.guard.entryUrl}">`
  writeFileSync(entry, html, { mode: 0o600, flag: 'wx' })
  const flags = browserFlags(hostFacts(), {
    profile: path.join(folder.path, 'profile'),
    entry: pathToFileURL(entry).href,
    headless: true,
    fullscreen: false,
    presenter: 'webgl',
  })
  try {
    const browser = owned.use(await Browser.start(program.value, flags, folder.path))
    return ok(new WebglEngine(program.value, server, browser, io.signal, owned.move()))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const remedy = 'Set SCANOUT_BROWSER to a Chromium that runs, or use --engine native'
    return fail({ code: 'no-browser', what: `cannot start ${program.value}`, why, remedy })
  }
}

class WebglEngine implements Engine {
  readonly name = 'webgl'
  readonly #server: DecodeServer
  readonly #owned: AsyncDisposableStack
  readonly #broken: Promise<Failure>
  #lastId = 0

  constructor(
    program: string,
    server: DecodeServer,
    browser: Browser,
    signal: AbortSignal,
    owned: AsyncDisposableStack,
  ) {
    this.#server = server
    this.#owned = owned
    const { promise, resolve } = Promise.withResolvers<Failure>()
    this.#broken = promise
    void browser.exited.then((exit) => resolve({ ...browserFailure(program, exit), what: WHAT }))
    const interrupted = () => resolve(noAnswer('it was interrupted'))
    signal.addEventListener('abort', interrupted, { once: true })
    owned.defer(() => signal.removeEventListener('abort', interrupted))
    if (signal.aborted) interrupted()
  }

  async decode(captured: CapturedPlane, to: DecodeTarget): Promise<Result<Uint8Array, Failure>> {
    const { plane } = captured
    this.#lastId += 1
    const job = { id: this.#lastId, plane, images: memoryImages(plane), to }
    const size = decodedSize(plane, to)
    const answered = this.#server.run(encodeJob(job, planeImages(captured)), size + HEADER_ROOM)
    // Once somebody else won the race nobody listens to its rejection.
    answered.catch(() => {})
    using late = new DisposableStack()
    const { promise: tooLate, resolve } = Promise.withResolvers<Failure>()
    const seconds = ANSWER_MS / 1000
    late.adopt(
      setTimeout(() => resolve(noAnswer(`it took more than ${seconds} s`)), ANSWER_MS),
      clearTimeout,
    )
    const first = await Promise.race([answered, this.#broken, tooLate])
    if (!(first instanceof Uint8Array)) return fail(first)
    try {
      const { answer, bytes } = decodeAnswer(first)
      if (answer.id !== job.id) return fail(noAnswer('it answered another question'))
      if (!answer.ok) return fail(answer.failure)
      return bytes.length === size
        ? ok(bytes)
        : fail(noAnswer(`it gave ${bytes.length} bytes instead of ${size}`))
    } catch (error) {
      return fail(noAnswer(`its answer is malformed: ${String(error)}`))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }
}

function decodedSize(plane: Plane, to: DecodeTarget): number {
  if (to === 'rgba8') return plane.width * plane.height * 4
  const { memory } = layoutOf(plane)
  return memory.reduce((sum, { width, height, bytes }) => sum + width * height * bytes, 0)
}

function noAnswer(why: string): Failure {
  return {
    code: 'webgl',
    what: WHAT,
    why,
    remedy: 'Use --engine native; SCANOUT_LOG=debug shows what the browser says',
  }
}
