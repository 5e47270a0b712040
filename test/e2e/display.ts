// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** True where Xvfb is installed. */
export const hasXvfb = (process.env['PATH'] ?? '')
  .split(':')
  .some((folder) => existsSync(path.join(folder, 'Xvfb')))

/** The screen as it is, RGB in the low bytes of each pixel. */
export type Screen = { readonly width: number; readonly height: number; readonly rgb: Uint32Array }

/** An X server without a screen, whose framebuffer is a file. */
export class Display implements Disposable {
  readonly name: string
  /** The file that is its framebuffer: an XWD file, X11/XWDFile.h, version 7, 32 bits a pixel. */
  readonly file: string
  readonly #server: ChildProcess
  readonly #folder: string

  private constructor(server: ChildProcess, number: string, folder: string) {
    this.#server = server
    this.name = `:${number}`
    this.#folder = folder
    this.file = path.join(folder, 'Xvfb_screen0')
  }

  /** On a number that the server chooses. */
  static async start(size: string): Promise<Display> {
    const folder = mkdtempSync(path.join(tmpdir(), 'scanout-xvfb-'))
    const server = spawn(
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', `${size}x24`, '-fbdir', folder, '-noreset'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
    )
    const lines = createInterface({ input: server.stdio[3] as Readable })
    const [number] = (await once(lines, 'line')) as [string]
    return new Display(server, number, folder)
  }

  /** The server's process. */
  get pid(): number {
    return this.#server.pid ?? 0
  }

  /** Reads the framebuffer. */
  screen(): Screen {
    const file = readFileSync(this.file)
    const { width, height, start, bytesPerLine } = layoutOf(file)
    const rgb = new Uint32Array(width * height)
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        rgb[y * width + x] = file.readUInt32LE(start + y * bytesPerLine + x * 4) & 0xffffff
      }
    }
    return { width, height, rgb }
  }

  [Symbol.dispose](): void {
    this.#server.kill('SIGKILL')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Where an XWD file has its pixels; pixel (0, 0) is at `start`. */
export function layoutOf(file: Buffer) {
  const word = (index: number): number => file.readUInt32BE(index * 4)
  const start = word(0) + word(19) * 12
  return { width: word(4), height: word(5), start, bytesPerLine: word(12) }
}
