// SPDX-License-Identifier: GPL-2.0-or-later
// Presses a key of the guest's keyboard again and again through a QEMU monitor of its own.
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { nowMs } from './sampler.mjs'

/** QEMU's words for a monitor at a free path, beside that of the viewer: each serves one at a time. */
export const monitor = (socket) => ['-qmp', `unix:${socket},server=on,wait=off`]

export class Typist {
  #socket
  #timer
  /** When each key was sent to go down, ms of nowMs(). */
  times = []

  static async open(path) {
    const typist = new Typist()
    typist.#socket = createConnection(path)
    typist.#socket.resume()
    await once(typist.#socket, 'connect')
    typist.#say('qmp_capabilities')
    return typist
  }

  /** Begins anew, at a steady rate. */
  type(perSecond) {
    this.times = []
    const start = nowMs()
    const press = () => {
      this.times.push(nowMs())
      for (const down of [true, false]) this.#key(down)
      const next = start + (this.times.length * 1000) / perSecond
      this.#timer = setTimeout(press, Math.max(0, next - nowMs()))
    }
    press()
  }

  pause() {
    clearTimeout(this.#timer)
  }

  #key(down) {
    const key = { type: 'qcode', data: 'a' }
    this.#say('input-send-event', { events: [{ type: 'key', data: { down, key } }] })
  }

  #say(execute, args) {
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`)
  }

  [Symbol.dispose]() {
    this.pause()
    this.#socket.destroy()
  }
}
