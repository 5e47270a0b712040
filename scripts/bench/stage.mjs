// SPDX-License-Identifier: GPL-2.0-or-later
// A guest of QEMU, an X screen of its size, and a viewer that shows the one on the other.
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { LinuxGuest } from '../../test/qemu/linux-guest.ts'
import { tree } from './processes.mjs'
import { nowMs } from './sampler.mjs'
import { Screen } from './screen.mjs'
import { monitor, Typist } from './typist.mjs'

/** A colour that nothing else has, and where the guest paints 64×64 pixels of it. */
const MARK = 0x12ab9f
const MARK_X = 128
const BLOCK = 64
/** Where the picture lies on the screen. */
const CORNER = { x: 0, y: 0 }
const SETTLE_MS = 2000
const PATIENCE_MS = 60_000

async function until(what, look, hindrance) {
  const start = performance.now()
  for (;;) {
    const why = hindrance?.()
    if (why !== undefined) throw new Error(why)
    const found = look()
    if (found !== undefined) return { found, ms: performance.now() - start }
    if (performance.now() - start > PATIENCE_MS) throw new Error(`${what} did not come`)
    await delay(5)
  }
}

/** How many times is booted for a guest whose clock goes right. */
const MOST_BOOTS = 3
const CLOCK_MS = 1000

/** Frames a second of the host's clock that a guest makes which shall make 60. */
async function rateOf(guest) {
  await guest.command('pattern strip')
  await delay(CLOCK_MS)
  const [from, since] = [await guest.command('look'), nowMs()]
  await delay(CLOCK_MS)
  const { frame } = await guest.command('look')
  const rate = ((frame - from.frame) * 1000) / (nowMs() - since)
  await guest.command('pattern static')
  return rate
}

/**
 * The guest as every measurement boots it; without a viewer it tells what the guest itself costs. Linux
 * compares the clocks of its machine when it boots: on a busy host it takes a second for longer or shorter
 * than it is, and is booted again.
 */
export async function bootGuest({ device, backend, args = [], size, files, folder, display }) {
  for (let boots = 1; ; boots += 1) {
    const keyboard = path.join(folder, `keyboard-${boots}`)
    const guest = await LinuxGuest.start({
      display: device,
      size,
      backend,
      files,
      args: [...args, ...monitor(keyboard)],
      qemu: { program: 'qemu-system-x86_64', env: display ? { DISPLAY: display } : {} },
    })
    process.once('exit', () => guest.vm.kill())
    const rate = await rateOf(guest)
    if (Math.abs(rate - 60) < 2 || boots === MOST_BOOTS) {
      if (Math.abs(rate - 60) >= 2)
        process.stderr.write(`… the guest makes ${rate.toFixed(1)} frames/s where 60 are meant\n`)
      return { guest, typist: await Typist.open(keyboard) }
    }
    await guest[Symbol.asyncDispose]()
  }
}

export class Stage {
  #owned = new AsyncDisposableStack()
  #viewer
  #socket
  #child
  #env
  #log

  /**
   * Boots, and starts the viewer twice: the first start warms caches and profiles.
   *
   * @param viewer a row of viewers.mjs
   * @param folder where it may make one of its own
   * @throws Error when the picture never comes
   */
  static async open({ viewer, size, files, folder }) {
    const stage = new Stage()
    try {
      await stage.#open({ viewer, size, files, folder: mkdtempSync(path.join(folder, 'stage-')) })
      return stage
    } catch (error) {
      await stage[Symbol.asyncDispose]()
      throw error
    }
  }

  async #open({ viewer, size, files, folder }) {
    this.#viewer = viewer
    this.name = viewer.name
    this.size = size
    this.origin = CORNER
    this.screen = this.#owned.use(await Screen.start(folder, size))
    this.#socket = path.join(folder, 'display')
    this.#log = path.join(folder, 'viewer.log')
    const display = this.screen.name
    this.#env = { ...process.env, DISPLAY: display, HOME: folder, XDG_RUNTIME_DIR: folder }
    this.folder = folder
    const { device, backend } = viewer
    const args = viewer.args(this.#socket)
    const booted = await bootGuest({ device, backend, args, size, files, folder, display })
    this.guest = this.#owned.use(booted.guest)
    this.typist = this.#owned.use(booted.typist)
    await this.guest.command(`patch ${MARK_X},0 ${MARK.toString(16)}`)
    if (!viewer.command) {
      await this.#settle()
      return
    }
    this.#owned.defer(() => this.#stop())
    this.#start(true)
    // Where it comes up, which is not always where it stays.
    const { x, y } = await this.#settle()
    await this.#stop()
    this.sentWhileStatic = this.#picturesSent()
    const isMarked = () => this.screen.pixel(x, y) === MARK
    await until('an empty screen', () => (isMarked() ? undefined : true))
    this.#start()
    const { ms } = await until(
      'the picture',
      () => (isMarked() ? true : undefined),
      () => this.#ended,
    )
    this.startMs = ms
    await this.#settle()
  }

  /** Why there will be no picture any more. */
  get #ended() {
    const { exitCode, signalCode } = this.#child ?? { exitCode: null, signalCode: null }
    const how = exitCode ?? signalCode
    if (how === null) return undefined
    const last = readFileSync(this.#log, 'utf8').trim().split('\n').at(-1)
    return `it ended by itself with ${how}: ${last}`
  }

  /** The processes of the viewer; none where QEMU shows the window itself. */
  get viewers() {
    return this.#child ? tree(this.#child.pid) : []
  }

  /**
   * Waits until the picture fills the screen: a bar that a browser or a viewer shows at first pushes it
   * down for some seconds.
   *
   * @returns where the mark was seen first
   */
  async #settle() {
    const mark = () => this.screen.find(MARK, BLOCK)
    const { found: first } = await until('the first picture', mark, () => this.#ended)
    await until('a picture that fills the screen', () => {
      const found = mark()
      return found?.x === MARK_X && found.y === 0 ? true : undefined
    })
    await delay(SETTLE_MS)
    return first
  }

  #start(trial = false) {
    const [program, ...args] = this.#viewer.command(this.guest, this.#socket, trial)
    const log = openSync(this.#log, 'w')
    const stdio = ['ignore', log, log]
    const child = spawn(program, args, { env: this.#env, cwd: this.folder, stdio })
    closeSync(log)
    const end = () => child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    this.#child = child
  }

  async #stop() {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    const late = setTimeout(() => child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(late)
  }

  /** Pictures that Scanout counts itself, from its start to its end, while none changed. */
  #picturesSent() {
    try {
      return JSON.parse(readFileSync(path.join(this.folder, 'stats.json'), 'utf8')).frames
    } catch {
      return undefined
    }
  }

  async [Symbol.asyncDispose]() {
    await this.#owned.disposeAsync()
  }
}
