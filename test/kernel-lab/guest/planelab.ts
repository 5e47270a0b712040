// SPDX-License-Identifier: GPL-2.0-or-later
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { PlaneKind } from '../../../core/plane.ts'
import type { Fd, Mapping, PlaneTransport } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import type {
  ControlledPlane,
  DeviceControl,
  InjectedError,
} from '../../conformance/device-control.ts'
import { Mdev } from './mdev.ts'

const BUFFER_SHIFT = 28
const CLOSING_MS = 3000

/** Ten characters: a word of four would be the code itself. */
const hex = (fourcc: number): string => `0x${fourcc.toString(16).padStart(8, '0')}`

/** A planelab device and the file that sets its planes; commands are in planelab/commands.c. */
export class Planelab implements DeviceControl, Disposable {
  readonly #mdev = new Mdev('planelab-1')
  readonly #control = openSync(`/dev/planelab/${this.uuid}`, 'r+')
  #earlierGets = 0

  get uuid(): string {
    return this.#mdev.uuid
  }

  get sysfs(): string {
    return this.#mdev.sysfs
  }

  get group(): string {
    return this.#mdev.group
  }

  /** One command a line. */
  tell(commands: string): void {
    writeSync(this.#control, commands, 0)
  }

  /** The counters by name, as planelab/control.c lists them. */
  counters(): ReadonlyMap<string, number> {
    const text = Buffer.alloc(16384)
    const length = readSync(this.#control, text, 0, text.length, 0)
    const lines = text.toString('utf8', 0, length).trim().split('\n')
    return new Map(lines.map((line) => line.split(' ')).map(([name, n]) => [name ?? '', Number(n)]))
  }

  counter(name: string): number {
    const value = this.counters().get(name)
    if (value === undefined) throw new Error(`planelab has no counter ${name}`)
    return value
  }

  makeBuffer(slot: number, size: number): void {
    this.tell(`buffer ${slot} size=${size}`)
  }

  loadPixels(slot: number, offset: number, bytes: Uint8Array): void {
    writeSync(this.#control, bytes, 0, bytes.length, (slot + 1) * 2 ** BUFFER_SHIFT + offset)
  }

  setPlane(kind: PlaneKind, plane: ControlledPlane): void {
    const { slot, offset, fourcc, modifier, width, height, stride, size, x, y, hotX, hotY } = plane
    this.tell(
      `plane ${kind} buf=${slot} offset=${offset} fourcc=${hex(fourcc)} modifier=${modifier} ` +
        `width=${width} height=${height} stride=${stride} size=${size} ` +
        `x=${x >>> 0} y=${y >>> 0} hotx=${hotX >>> 0} hoty=${hotY >>> 0}`,
    )
  }

  disable(kind: PlaneKind): void {
    this.tell(`disable ${kind}`)
  }

  setAbsent(kind: PlaneKind, absent: boolean): void {
    this.tell(`absent ${kind} ${Number(absent)}`)
  }

  injectQueryError(kind: PlaneKind, error: InjectedError, count: number): void {
    this.tell(`error query ${error} ${count} ${kind}`)
  }

  injectGetError(error: InjectedError, count: number): void {
    this.tell(`error get ${error} ${count}`)
  }

  setMappable(mappable: boolean): void {
    this.tell(`mappable ${Number(mappable)}`)
  }

  setTransport(transport: PlaneTransport): void {
    this.tell(`transport ${transport}`)
  }

  gets(): number {
    return this.#earlierGets + this.counter('gets') - this.counter('gets.failed')
  }

  mapDmabuf(fd: Fd, length: number): Mapping {
    return shim.map(fd, 0, length, false)
  }

  reset(): void {
    this.#earlierGets = this.gets()
    this.tell('clear')
  }

  /** @throws Error when somebody keeps the device open: removing it would wait for them for ever */
  [Symbol.dispose](): void {
    const open = this.#openAfter(CLOSING_MS)
    closeSync(this.#control)
    if (open !== 0) throw new Error(`planelab: ${open} still open`)
    this.#mdev[Symbol.dispose]()
  }

  /** How often it is still open once processes that were killed had time to go. */
  #openAfter(limitMs: number): number {
    const deadline = performance.now() + limitMs
    for (;;) {
      const open = this.counter('open')
      if (open === 0 || performance.now() > deadline) return open
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
    }
  }
}
