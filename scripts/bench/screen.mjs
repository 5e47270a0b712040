// SPDX-License-Identifier: GPL-2.0-or-later
// An X screen whose pixels are read from its own memory: looking at it costs the server nothing.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'

/** Windows without borders that fill the screen: the picture is shown 1:1. */
const windowRules = `<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
<applications><application class="*"><decor>no</decor><maximized>yes</maximized></application></applications>
</openbox_config>
`

/** Xvfb at one size with a window manager. */
export class Screen {
  #file
  #first
  #pitch

  static async start(folder, width, height) {
    const screen = new Screen()
    const own = path.join(folder, 'screen')
    mkdirSync(own)
    const size = `${width}x${height}x24`
    screen.server = spawn(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', size, '-noreset', '-fbdir', own],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
    )
    process.once('exit', () => screen.server.kill('SIGKILL'))
    const lines = createInterface({ input: screen.server.stdio[3] })
    screen.display = `:${await new Promise((resolve) => lines.once('line', resolve))}`
    screen.width = width
    screen.height = height
    const rules = path.join(own, 'rc.xml')
    writeFileSync(rules, windowRules)
    screen.manager = spawn('openbox', ['--config-file', rules], {
      env: { ...process.env, DISPLAY: screen.display },
      stdio: 'ignore',
    })
    // Its header is that of X window dumps (XWDFile.h): 32-bit numbers, highest byte first.
    screen.#file = openSync(path.join(own, 'Xvfb_screen0'), 'r')
    const header = Buffer.alloc(100)
    readSync(screen.#file, header, 0, 100, 0)
    screen.#pitch = header.readUInt32BE(48)
    screen.#first = header.readUInt32BE(0) + header.readUInt32BE(76) * 12
    return screen
  }

  /** One pixel as 0xRRGGBB. */
  pixel(x, y) {
    const word = Buffer.alloc(4)
    readSync(this.#file, word, 0, 4, this.#first + y * this.#pitch + x * 4)
    return word.readUInt32LE(0) & 0xffffff
  }

  /** Left end of the first row that has so many pixels of one colour side by side; undefined without one. */
  find(colour, count) {
    const row = Buffer.alloc(this.width * 4)
    for (let y = 0; y < this.height; y += 1) {
      readSync(this.#file, row, 0, row.length, this.#first + y * this.#pitch)
      for (let x = 0, run = 0; x < this.width; x += 1) {
        run = (row.readUInt32LE(x * 4) & 0xffffff) === colour ? run + 1 : 0
        if (run === count) return { x: x + 1 - count, y }
      }
    }
    return undefined
  }

  stop() {
    closeSync(this.#file)
    this.manager.kill('SIGKILL')
    this.server.kill('SIGKILL')
  }
}
