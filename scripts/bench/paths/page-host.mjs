// SPDX-License-Identifier: GPL-2.0-or-later
// A page in the Chromium that the product would start. It asks for its tasks and posts what it found:
// nothing is attached to the browser, because DevTools would cost more than what is measured.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { WebSocketServer } from 'ws'
import { fromWire } from '../../../core/wire.ts'
import { Browser } from '../../../main/shell/chromium/browser.ts'
import { findBrowser, snapFolder } from '../../../main/shell/chromium/browser-binary.ts'
import { browserFlags, hostFacts } from '../../../main/shell/chromium/flags.ts'
import { findFrameFile, isInMemory } from '../../../main/shell/chromium/frame-file.ts'
import { makeProfile } from '../../../main/shell/chromium/profile.ts'
import { pageHeaders } from '../../../main/shell/page-headers.ts'
import { PayloadFile } from '../../../main/source/payload-file.ts'
import { FrameStream } from '../../../main/transport/frame-stream.ts'
import { shim } from '../../../native-shim/index.ts'
import { tree } from '../processes.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
/** Time that a browser gets until its page asks for a task, and a page for one task, ms. */
const PATIENCE_MS = 120_000
/** Where the product puts profiles, if it is memory. */
const SHARED_MEMORY = '/dev/shm'
const html =
  '<!doctype html><link rel="stylesheet" href="page.css"><script type="module" src="page.js"></script>'
const css = 'body { margin: 0; overflow: hidden } canvas { position: fixed; top: 0; left: 0 }'

/** As in main/source/payload-writer.ts. */
const LEAST_FILED = 4096

/** Copies a payload to where the page reads it; the product packs it there in the first place. */
function put(file, payload) {
  const { mapping, at } = file.place(payload.byteLength)
  mapping.write(at, payload)
  return { at, length: payload.byteLength }
}

let bundled
/** Scripts of the page and of the worker that receives its frames, by address; made once. */
function scripts() {
  bundled ??= build({
    absWorkingDir: root,
    entryPoints: {
      page: 'scripts/bench/paths/page/entry.mjs',
      'frames-worker': 'renderer/bridge/frames-worker.ts',
    },
    outdir: '/',
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'chrome134',
    logLevel: 'warning',
  }).then(({ outputFiles }) => new Map(outputFiles.map((file) => [file.path, file.text])))
  return bundled
}

/** The page's work, or the reason why there is none in time. */
function patient(promise, browser, what) {
  const ended = browser.exited.then(({ code, signal, lastWords }) => {
    throw new Error(`the browser ended with ${signal ?? code} during ${what}: ${lastWords}`)
  })
  let late
  const timeout = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error(`the page did not answer: ${what}`)), PATIENCE_MS)
  })
  return Promise.race([promise, ended, timeout]).finally(() => clearTimeout(late))
}

export class PathPage {
  #browser
  #owned
  #server
  #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  #scripts
  #profile
  /** The page's request for a task, while none is there. */
  #asking = Promise.withResolvers()
  #answer = Promise.withResolvers()
  #stream = Promise.withResolvers()
  #presented = new Map()

  constructor(server, profile, sources, owned) {
    this.#server = server
    this.#profile = profile
    this.#scripts = sources
    this.#owned = owned
    server.on('request', (request, response) => void this.#serve(request, response))
    server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (opened) => {
        opened.on('message', (data) => this.#hear(String(data)))
      })
    })
  }

  /** Opens a browser of its own for one presenter. */
  static async open(presenter) {
    const program = findBrowser(process.env)
    if (!program.ok) throw new Error(`${program.failure.why}. ${program.failure.remedy}`)
    await using owned = new AsyncDisposableStack()
    const memory = isInMemory(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir()
    const [parent = memory] = snapFolder(program.value)
    const folder = mkdtempSync(path.join(parent, 'scanout-bench-'))
    owned.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    owned.defer(async () => {
      server.close()
      server.closeAllConnections()
    })
    const origin = `http://127.0.0.1:${server.address().port}`
    const profile = path.join(folder, 'profile')
    makeProfile(profile, origin)
    const look = { headless: true, fullscreen: false, presenter }
    const flags = browserFlags(hostFacts(), { profile, entry: `${origin}/`, ...look })
    const page = new PathPage(server, profile, await scripts(), owned)
    page.#browser = owned.use(await Browser.start(program.value, flags, folder))
    await patient(page.#asking.promise, page.#browser, 'its first question')
    page.#owned = owned.move()
    return page
  }

  /** All processes of its browser. */
  get processes() {
    return tree(this.#browser.group)
  }

  /** How pixels come to a page that receives: through a `file` that it shares, or over the `loopback`. */
  async road() {
    const { road } = await patient(this.#stream.promise, this.#browser, 'frames')
    return road
  }

  /** Gives the page a task and resolves with what it found. */
  async ask(task) {
    const response = await patient(this.#asking.promise, this.#browser, task.kind)
    this.#asking = Promise.withResolvers()
    this.#answer = Promise.withResolvers()
    this.#reply(response, 'application/json', JSON.stringify(task))
    const { problem, value } = await patient(this.#answer.promise, this.#browser, task.kind)
    if (problem !== undefined) throw new Error(`the page cannot do ${task.kind}: ${problem}`)
    return value
  }

  /** Sends a frame the product's way; resolves with the page's own time when it says that it has it. */
  async send(frame, payload) {
    const { stream, file } = await this.#stream.promise
    const done = Promise.withResolvers()
    this.#presented.set(frame.seq, done)
    const filed = payload.byteLength >= LEAST_FILED && file ? put(file, payload) : undefined
    const carried = filed ? new Uint8Array() : payload
    if (!(await stream.write(frame, carried, filed))) throw new Error('the page left')
    return patient(done.promise, this.#browser, `frame ${frame.seq}`)
  }

  async [Symbol.asyncDispose]() {
    this.#sockets.close()
    await this.#owned.disposeAsync()
  }

  #hear(message) {
    const { t, name, args } = fromWire(message)
    if (t !== 'note') return
    if (name === 'view:problem' && args[0]) this.#answer.reject(new Error(args[0].why))
    if (name !== 'frame:presented') return
    const [seq, drawMs] = args
    // A frame that is drawn stands for those before it.
    for (const [sent, { resolve }] of this.#presented) {
      if (sent > seq) continue
      this.#presented.delete(sent)
      resolve({ drawMs })
    }
  }

  async #serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    if (pathname === '/task') this.#asking.resolve(response)
    else if (pathname === '/answer') {
      this.#answer.resolve(JSON.parse(await text(request)))
      this.#reply(response, 'text/plain', '')
    } else if (pathname === '/frames') {
      response.removeHeader('Transfer-Encoding')
      response.shouldKeepAlive = false
      response.writeHead(200, { ...pageHeaders(), 'Content-Type': 'application/octet-stream' })
      response.flushHeaders()
      const fd = findFrameFile(this.#profile, Buffer.from(searchParams.get('file') ?? '', 'hex'))
      const file = fd && this.#owned.use(new PayloadFile(shim, fd))
      const road = file ? 'file' : 'loopback'
      this.#stream.resolve({ stream: new FrameStream(response), file, road })
    } else if (this.#scripts.has(pathname)) {
      this.#reply(response, 'text/javascript', this.#scripts.get(pathname))
    } else if (pathname === '/page.css') this.#reply(response, 'text/css', css)
    else this.#reply(response, 'text/html', html)
  }

  #reply(response, type, body) {
    const { port } = this.#server.address()
    const headers = pageHeaders([`ws://127.0.0.1:${port}`])
    response.writeHead(200, { ...headers, 'Content-Type': type }).end(body)
  }
}
