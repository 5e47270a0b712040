// SPDX-License-Identifier: GPL-2.0-or-later
// An X screen with a window manager, whose pixels are read from its own memory: looking at it costs the
// server nothing.
import { spawn } from 'node:child_process'
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Display, layoutOf } from '../../test/e2e/display.ts'

/** Windows without borders that fill the screen: the picture is shown 1:1. */
const windowRules = `<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
<applications><application class="*"><decor>no</decor><maximized>yes</maximized></application></applications>
</openbox_config>
`
/** The header of an XWD file, which says where its pixels are. */
const HEADER_BYTES = 100

export class Screen {
  #display
  #manager
  #fd
  #stop

  /** @param folder a free one for the window manager's rules */
  static async start(folder, { width, height }) {
    const screen = new Screen()
    screen.size = { width, height }
    screen.#display = await Display.start(`${width}x${height}`)
    screen.#stop = () => screen[Symbol.dispose]()
    process.once('exit', screen.#stop)
    const rules = path.join(folder, 'rc.xml')
    writeFileSync(rules, windowRules)
    screen.#manager = spawn('openbox', ['--config-file', rules], {
      env: { ...process.env, DISPLAY: screen.name },
      stdio: 'ignore',
    })
    const { file } = screen.#display
    screen.#fd = openSync(file, 'r')
    const header = Buffer.alloc(HEADER_BYTES)
    readSync(screen.#fd, header, 0, HEADER_BYTES, 0)
    const { start, bytesPerLine } = layoutOf(header)
    screen.memory = { file, first: start, pitch: bytesPerLine }
    return screen
  }

  get name() {
    return this.#display.name
  }

  /** The server's process. */
  get pid() {
    return this.#display.pid
  }

  /** One pixel as 0xRRGGBB. */
  pixel(x, y) {
    const word = Buffer.alloc(4)
    readSync(this.#fd, word, 0, 4, this.memory.first + y * this.memory.pitch + x * 4)
    return word.readUInt32LE(0) & 0xffffff
  }

  /** Left end of the first row that has so many pixels of one colour side by side; undefined without one. */
  find(colour, count) {
    const { width, height } = this.size
    const row = Buffer.alloc(width * 4)
    for (let y = 0; y < height; y += 1) {
      readSync(this.#fd, row, 0, row.length, this.memory.first + y * this.memory.pitch)
      for (let x = 0, run = 0; x < width; x += 1) {
        run = (row.readUInt32LE(x * 4) & 0xffffff) === colour ? run + 1 : 0
        if (run === count) return { x: x + 1 - count, y }
      }
    }
    return undefined
  }

  [Symbol.dispose]() {
    process.off('exit', this.#stop)
    closeSync(this.#fd)
    this.#manager.kill('SIGKILL')
    this.#display[Symbol.dispose]()
  }
}
