// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd } from '../../../native-shim/api.ts'
import type { IncomingCall } from './bus.ts'
import { ServedObject } from './served-object.ts'

// What QEMU calls on a listener (QEMU's ui/dbus-display1.xml), as data with its types checked.

export const LISTENER_PATH = '/org/qemu/Display1/Listener'
const LISTENER = 'org.qemu.Display1.Listener'
const MAP = `${LISTENER}.Unix.Map`
const DMABUF2 = `${LISTENER}.Unix.ScanoutDMABUF2`

/** The rectangle of an update: left, top, width, height. */
export type UpdateRect = readonly [number, number, number, number]

export type DmabufScanout = {
  readonly fds: readonly Fd[]
  readonly offsets: readonly number[]
  readonly strides: readonly number[]
  readonly planes: number
  readonly crop: UpdateRect
  readonly fourcc: number
  readonly modifier: bigint
  /** Named backwards in the protocol: true means that row 0 is the bottom line. */
  readonly bottomUp: boolean
}

/** Who is told. The answer to a call goes out when the function returned. */
export type ListenerTarget = {
  scanout(width: number, height: number, stride: number, format: number, data: Uint8Array): void
  update(rect: UpdateRect, stride: number, format: number, data: Uint8Array): void
  /** The descriptor changes hands. */
  scanoutMap(
    fd: Fd,
    offset: number,
    width: number,
    height: number,
    stride: number,
    format: number,
  ): void
  updateMap(rect: UpdateRect): void
  /** The descriptors change hands. */
  scanoutDmabuf(scanout: DmabufScanout): void
  /** QEMU's display stands still until `done` is called. */
  updateDmabuf(done: () => void): void
  cursorDefine(width: number, height: number, hotX: number, hotY: number, data: Uint8Array): void
  mouseSet(x: number, y: number, on: boolean): void
  disable(): void
}

const numbers = (call: IncomingCall) => call.message.body as readonly number[]
const bytesAt = (call: IncomingCall, at: number) => call.message.body[at] as Uint8Array
const rectOf = (call: IncomingCall): UpdateRect => {
  const [x = 0, y = 0, width = 0, height = 0] = numbers(call)
  return [x, y, width, height]
}
const done = (run: () => void): undefined => {
  run()
}

/** What QEMU calls on {@link LISTENER_PATH}. */
// biome-ignore format: one row per member
export const servedListener = new ServedObject<ListenerTarget>(LISTENER_PATH, LISTENER, [MAP, DMABUF2], [
  { interface: LISTENER, member: 'Scanout', signature: 'uuuuay', run: (call, to) => done(() => { const [w = 0, h = 0, stride = 0, format = 0] = numbers(call); to.scanout(w, h, stride, format, bytesAt(call, 4)) }) },
  { interface: LISTENER, member: 'Update', signature: 'iiiiuuay', run: (call, to) => done(() => { const [, , , , stride = 0, format = 0] = numbers(call); to.update(rectOf(call), stride, format, bytesAt(call, 6)) }) },
  { interface: LISTENER, member: 'ScanoutDMABUF', signature: 'huuuutb', run: (call, to) => done(() => to.scanoutDmabuf(firstDmabuf(call))) },
  { interface: DMABUF2, member: 'ScanoutDMABUF2', signature: 'ahuuuuauauuuuutb', run: (call, to) => done(() => to.scanoutDmabuf(secondDmabuf(call))) },
  { interface: LISTENER, member: 'UpdateDMABUF', signature: 'iiii', run: (call, to) => { to.updateDmabuf(() => call.answer()); return true } },
  { interface: MAP, member: 'ScanoutMap', signature: 'huuuuu', run: (call, to) => done(() => { const [at = 0, offset = 0, w = 0, h = 0, stride = 0, format = 0] = numbers(call); to.scanoutMap(takeFd(call, at), offset, w, h, stride, format) }) },
  { interface: MAP, member: 'UpdateMap', signature: 'iiii', run: (call, to) => done(() => to.updateMap(rectOf(call))) },
  { interface: LISTENER, member: 'CursorDefine', signature: 'iiiiay', run: (call, to) => done(() => { const [w, h, hotX, hotY] = rectOf(call); to.cursorDefine(w, h, hotX, hotY, bytesAt(call, 4)) }) },
  { interface: LISTENER, member: 'MouseSet', signature: 'iii', run: (call, to) => done(() => { const [x = 0, y = 0, on = 0] = numbers(call); to.mouseSet(x, y, on !== 0) }) },
  { interface: LISTENER, member: 'Disable', signature: '', run: (_, to) => done(() => to.disable()) },
])

/** Takes a descriptor out of the call: whoever gets it closes it. */
function takeFd(call: IncomingCall, at: number): Fd {
  const fd = call.fds[at]
  if (!fd) throw new SyntaxError(`descriptor ${at} did not come`)
  call.fds[at] = undefined
  return fd
}

function firstDmabuf(call: IncomingCall): DmabufScanout {
  const body = call.message.body as readonly [
    number,
    number,
    number,
    number,
    number,
    bigint,
    boolean,
  ]
  const [at, width, height, stride, fourcc, modifier, bottomUp] = body
  const crop: UpdateRect = [0, 0, width, height]
  const layout = { offsets: [0], strides: [stride], planes: 1, crop }
  return { ...layout, fourcc, modifier, bottomUp, fds: [takeFd(call, at)] }
}

function secondDmabuf(call: IncomingCall): DmabufScanout {
  const body = call.message.body
  const [x, y, width, height] = body.slice(1, 5) as unknown as UpdateRect
  const [offsets, strides] = body.slice(5, 7) as readonly (readonly number[])[]
  const [planes, fourcc] = body.slice(7, 9) as readonly number[]
  const [modifier, bottomUp] = body.slice(11) as unknown as readonly [bigint, boolean]
  const indexes = body[0] as readonly number[]
  if (!offsets || !strides || planes === undefined || planes < 1 || planes > 4) {
    throw new SyntaxError(`${planes} memory planes`)
  }
  if (indexes.length < 1 || indexes.length > planes || new Set(indexes).size !== indexes.length) {
    throw new SyntaxError(`${indexes.length} descriptors for ${planes} memory planes`)
  }
  const missing = indexes.find((at) => !call.fds[at])
  if (missing !== undefined) throw new SyntaxError(`descriptor ${missing} did not come`)
  const layout = { offsets, strides, planes, crop: [x, y, width, height] as const }
  const fds = indexes.map((at) => takeFd(call, at))
  return { ...layout, fourcc: fourcc ?? 0, modifier, bottomUp, fds }
}
