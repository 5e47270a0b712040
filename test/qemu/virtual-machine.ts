// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { QmpClient } from '../../main/source/qemu/qmp.ts'
import { shim } from '../../native-shim/index.ts'

/** A picture as QEMU itself dumps it: RGB, rows tight. */
export type Dump = { readonly width: number; readonly height: number; readonly rgb: Uint8Array }

/** A QEMU by its program, with arguments that it always needs: where its firmware lies. */
export type Qemu = {
  readonly program: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

const systemQemu: Qemu = { program: 'qemu-system-x86_64' }

/** A real QEMU under TCG without a disk: its firmware's screen is the picture. */
export class VirtualMachine implements AsyncDisposable {
  readonly socket: string
  readonly #folder: string
  readonly #spawn: () => ChildProcess
  #process: ChildProcess

  /** @param args the display device, and what else is wanted */
  constructor(args: readonly string[], display = 'dbus,p2p=yes', qemu = systemQemu) {
    this.#folder = mkdtempSync(path.join(tmpdir(), 'qemu-test-'))
    this.socket = path.join(this.#folder, 'qmp')
    const monitor = ['-qmp', `unix:${this.socket},server=on,wait=off`]
    const machine = ['-accel', 'tcg', '-m', '64', '-nodefaults', '-no-user-config', '-name', 'lab']
    const all = [...(qemu.args ?? []), ...machine, '-display', display, ...monitor, ...args]
    const env = { ...process.env, ...qemu.env }
    this.#spawn = () => spawn(qemu.program, all, { env, stdio: 'ignore' })
    this.#process = this.#spawn()
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  async started(): Promise<void> {
    while (!isListening(this.socket)) {
      if (this.hasEnded) throw new Error('QEMU did not start')
      await delay(10)
    }
  }

  /** One monitor command over a connection of its own: QEMU serves one at a time. */
  async execute(command: string, args?: object): Promise<unknown> {
    using qmp = await QmpClient.open(await shim.connect(this.socket), 5000)
    return await qmp.execute(command, args)
  }

  async screendump(): Promise<Dump> {
    const filename = path.join(this.#folder, 'dump.ppm')
    await this.execute('screendump', { filename })
    const bytes = readFileSync(filename)
    const head = /^P6\n(\d+) (\d+)\n255\n/.exec(bytes.subarray(0, 40).toString('latin1'))
    if (!head) throw new Error('no PPM')
    const [text, width, height] = head
    const rgb = new Uint8Array(bytes.subarray(text.length))
    return { width: Number(width), height: Number(height), rgb }
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  /** Once more at the same socket, after it has ended. */
  async restart(): Promise<void> {
    if (!this.hasEnded) await once(this.#process, 'exit')
    rmSync(this.socket, { force: true })
    this.#process = this.#spawn()
    await this.started()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasEnded) {
      this.kill()
      await once(this.#process, 'exit')
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** A socket has its name before anybody listens: the kernel's table tells (proc(5), `/proc/net/unix`). */
function isListening(socket: string): boolean {
  const ACCEPTS = 0x10000
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n')
  return lines.some((line) => {
    const [, , , flags = ''] = line.split(' ')
    return line.endsWith(` ${socket}`) && (Number.parseInt(flags, 16) & ACCEPTS) !== 0
  })
}
