// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'

/** A QEMU monitor with a tablet, which writes down the input that it is given. */
export class FakeMonitor implements AsyncDisposable {
  /** `InputEvent`s of QEMU's qapi/ui.json, one list per command. */
  readonly heard: (readonly unknown[])[] = []
  readonly #server: Server
  readonly #path: string
  readonly #sockets = new Set<Socket>()

  private constructor(server: Server, path: string) {
    this.#server = server
    this.#path = path
    server.on('connection', (socket) => this.#serve(socket))
  }

  static async listen(path: string): Promise<FakeMonitor> {
    const server = createServer()
    server.listen(path)
    await once(server, 'listening')
    return new FakeMonitor(server, path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
    rmSync(this.#path, { force: true })
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    const say = (message: object) => socket.write(`${JSON.stringify(message)}\r\n`)
    say({ QMP: { version: { qemu: { major: 7, minor: 2, micro: 0 } }, capabilities: [] } })
    let text = ''
    socket.setEncoding('utf8').on('data', (more: string) => {
      const lines = (text + more).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        const { execute, arguments: args, id } = JSON.parse(line)
        if (execute === 'input-send-event') this.heard.push(args.events)
        const mice = [{ name: 'tablet', index: 0, current: true, absolute: true }]
        say({ return: execute === 'query-mice' ? mice : {}, id })
      }
    })
    socket.on('error', () => {})
  }
}
