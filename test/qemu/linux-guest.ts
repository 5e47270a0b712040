// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Size } from '../../core/geometry.ts'
import { type GuestFiles, guestFiles, guestHindrance } from './guest/files.ts'
import type { GuestPattern } from './guest/picture.ts'
import { type Qemu, VirtualMachine } from './virtual-machine.ts'

export type GuestDisplay = keyof typeof displays
export type GuestInput = keyof typeof inputs

export type GuestOptions = {
  readonly display: GuestDisplay
  /** Guest pixels; 1920x1080 when left out. */
  readonly size?: Size
  readonly pattern?: GuestPattern
  /** Frames per second of the patterns that move. */
  readonly hz?: number
  /** Beside the keyboard and mouse of PS/2, which every machine has. */
  readonly input?: GuestInput
  /** More arguments of QEMU. */
  readonly args?: readonly string[]
  /** Another QEMU than the one in PATH. */
  readonly qemu?: Qemu
  /** What QEMU is told of its display. */
  readonly backend?: string
  /** Another kernel than the lab's. */
  readonly files?: GuestFiles
}

// biome-ignore format: one row per device
const displays = {
  'virtio-gpu': { modules: 'virtio-gpu', args: ({ width, height }: Size) => ['-vga', 'none', '-device', `virtio-gpu-pci,xres=${width},yres=${height}`] },
  std:          { modules: 'bochs',      args: () => ['-vga', 'std', '-global', 'VGA.vgamem_mb=64'] },
  bochs:        { modules: 'bochs',      args: () => ['-vga', 'none', '-device', 'bochs-display,vgamem=64M'] },
  qxl:          { modules: 'qxl',        args: () => ['-vga', 'none', '-device', 'qxl-vga,id=screen,vgamem_mb=64'] },
} as const satisfies Readonly<Record<string, DisplayRow>>

type DisplayRow = {
  readonly modules: string
  readonly args: (size: Size) => readonly string[]
}

// biome-ignore format: one row per kind
const inputs = {
  ps2:    [],
  virtio: ['-device', 'virtio-keyboard-pci', '-device', 'virtio-tablet-pci'],
  usb:    ['-device', 'qemu-xhci', '-device', 'usb-kbd', '-device', 'usb-tablet'],
} as const

const kernelWords = [
  ...['console=ttyS0', 'quiet', 'panic=-1', 'random.trust_cpu=on'],
  ...['mitigations=off', 'tsc=reliable', 'no_timer_check'],
]
/** A host with more to do than this boot takes its time, ms. */
const PATIENCE_MS = 60_000

/** What the guest was at when it had done a command. */
export type GuestAnswer = { readonly frame: number; readonly pattern: GuestPattern }

/** A Linux guest that shows a picture of our own and tells what its input devices say. */
export class LinuxGuest implements AsyncDisposable {
  readonly vm: VirtualMachine
  readonly #owned: AsyncDisposableStack
  readonly #log: string[] = []
  readonly #waiting = new Set<() => void>()
  readonly #commands = Promise.withResolvers<Socket>()
  #onMark: (byte: number) => void = () => {}

  private constructor(options: GuestOptions) {
    const { display, input = 'ps2', pattern = 'static', hz = 60 } = options
    const { size = { width: 1920, height: 1080 } } = options
    const booted = options.files ?? guestFiles
    if (!booted) throw new Error(`no guest on this host: ${guestHindrance}`)
    const { kernel, initrd, modules } = booted
    const owned = new AsyncDisposableStack()
    const folder = mkdtempSync(path.join(tmpdir(), 'guest-test-'))
    owned.defer(() => rmSync(folder, { recursive: true, force: true }))
    const files = ['always', displays[display].modules, input].flatMap((set) => modules[set] ?? [])
    const words = [
      ...kernelWords,
      `mods=${[...new Set(files)].join(',')}`,
      `show=${size.width}x${size.height},${pattern},${hz}`,
    ]
    const ports = [
      this.#listen(owned, path.join(folder, 'log'), (socket) => this.#readLog(socket)),
      this.#listen(owned, path.join(folder, 'commands'), (socket) => this.#readMarks(socket)),
    ]
    const args = [
      ...['-machine', 'q35', '-m', '384'],
      ...['-kernel', kernel, '-initrd', initrd, '-append', words.join(' ')],
      ...ports.flatMap((port, at) => [
        ...['-chardev', `socket,id=serial${at},path=${port}`],
        ...['-serial', `chardev:serial${at}`],
      ]),
      ...displays[display].args(size),
      ...inputs[input],
      ...(options.args ?? []),
    ]
    this.vm = owned.use(new VirtualMachine(args, options.backend, options.qemu))
    this.#owned = owned
  }

  /** Boots a guest and waits until its picture is there. */
  static async start(options: GuestOptions): Promise<LinuxGuest> {
    const guest = new LinuxGuest(options)
    try {
      await guest.vm.started()
      await guest.logged(/^ready /)
      return guest
    } catch (error) {
      await guest[Symbol.asyncDispose]()
      throw error
    }
  }

  /** QEMU's monitor. */
  get socket(): string {
    return this.vm.socket
  }

  /** Whole lines that the guest wrote. */
  get log(): readonly string[] {
    return this.#log
  }

  /**
   * Has the guest do something (the words are in guest/kms.c) and waits until it is done.
   *
   * @throws Error when it could not
   */
  async command(text: string): Promise<GuestAnswer> {
    const from = this.#log.length
    const socket = await this.#commands.promise
    socket.write(`${text}\n`)
    const escaped = text.replace(/[^\w ]/g, '\\$&')
    const answer = new RegExp(`^(ok|no) ${escaped} frame=(\\d+) pattern=(\\w+)$`)
    const [, verdict, frame, pattern] = await this.logged(answer, from)
    if (verdict !== 'ok') throw new Error(`the guest could not: ${text}`)
    return { frame: Number(frame), pattern: pattern as GuestPattern }
  }

  /** The first line of the log, at or after `from`, that a pattern fits; waits for it. */
  async logged(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    const deadline = performance.now() + PATIENCE_MS
    for (let at = from; ; ) {
      for (; at < this.#log.length; at += 1) {
        const found = pattern.exec(this.#log[at] ?? '')
        if (found) return found
      }
      if (performance.now() > deadline || this.vm.hasEnded) throw this.#silence(pattern)
      await this.#nextLine()
    }
  }

  /** Who gets each byte that the pattern `flash` sends before it paints. */
  onMark(listener: (byte: number) => void): void {
    this.#onMark = listener
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }

  #silence(pattern: RegExp): Error {
    const last = this.#log.slice(-10).join('\n')
    return new Error(`the guest said nothing like ${pattern}; its last lines:\n${last}`)
  }

  /** Resolves at the next line, and from time to time, so that the patience can end. */
  #nextLine(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, 100)
      this.#waiting.add(wake)
    })
  }

  #listen(owned: AsyncDisposableStack, file: string, take: (socket: Socket) => void): string {
    const server: Server = createServer((socket) => {
      owned.defer(() => void socket.destroy())
      socket.on('error', () => {})
      take(socket)
    })
    owned.defer(async () => {
      server.close()
      await once(server, 'close')
    })
    server.listen(file)
    return file
  }

  #readLog(socket: Socket): void {
    let rest = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split(/\r?\n/)
      rest = lines.pop() ?? ''
      this.#log.push(...lines)
      for (const wake of [...this.#waiting]) wake()
    })
  }

  #readMarks(socket: Socket): void {
    socket.on('data', (bytes: Buffer) => {
      for (const byte of bytes) this.#onMark(byte)
    })
    this.#commands.resolve(socket)
  }
}
