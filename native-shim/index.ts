// SPDX-License-Identifier: GPL-2.0-or-later
import type { Fd, Mapping, NativeShim } from './api.ts'
import { inside, oneOf, outOfRange, plainText, truth, whole } from './argument.ts'
import { native } from './bindings.ts'
import { packRects, scanDamage } from './damage.ts'
import { decodeRgba8, decodeRgba8Into, linearise, lineariseInto } from './decode.ts'
import { NativeFd } from './fd.ts'
import { listen } from './fd-listener.ts'
import { adoptSocket, connect, socketEnds, socketPair } from './fd-socket.ts'
import { NativeMapping } from './mapping.ts'
import { watchProcess } from './process-watch.ts'
import { mapOver, pageSize } from './shared-memory.ts'
import { adoptVfioDevice, openVfioMdev, takeVfioDevice } from './vfio-device.ts'

/** The kernel appends "memfd:" and allows 249 bytes. */
function memfdName(name: string): string {
  if (Buffer.byteLength(plainText('name', name)) > 249) {
    throw outOfRange('name', 'at most 249 bytes', name)
  }
  return name
}

function pageAligned(name: string, value: number): number {
  if (whole(name, value) % pageSize !== 0) throw outOfRange(name, 'page aligned', value)
  return value
}

function map(fd: Fd, offset: number, length: number, writable: boolean): Mapping {
  const handle = NativeFd.handleOf('fd', fd)
  pageAligned('offset', offset)
  whole('length', length, 1)
  inside('map', offset, length, Number.MAX_SAFE_INTEGER)
  truth('writable', writable)
  return new NativeMapping(native().map(handle, offset, length, writable), length, writable)
}

function createUdmabuf(memfd: Fd, offset: number, size: number): Fd {
  const handle = NativeFd.handleOf('memfd', memfd)
  pageAligned('offset', offset)
  whole('size', size, 1)
  return new NativeFd(native().udmabufCreate(handle, offset, pageAligned('size', size)))
}

/** The addon. Arguments are checked here; the binary is loaded at the first call. */
export const shim: NativeShim = {
  adoptFd: (number) => new NativeFd(native().fdAdopt(whole('number', number, 0, 0x7fff_ffff))),
  openFile: (path, writable) =>
    new NativeFd(native().fdOpen(plainText('path', path), truth('writable', writable))),

  openVfioMdev,
  adoptVfioDevice,
  takeVfioDevice,

  connect,
  listen,
  socketPair,
  socketEnds,
  adoptSocket,

  createMemfd: (name, size) =>
    new NativeFd(native().memfdCreate(memfdName(name), whole('size', size, 1))),
  createUdmabuf,
  seals: (fd) => native().seals(NativeFd.handleOf('fd', fd)),
  map,
  mapOver,
  syncDmabuf: (fd, phase) =>
    native().dmabufSync(
      NativeFd.handleOf('fd', fd),
      oneOf('phase', phase, ['start', 'end']) === 'end',
    ),

  scanDamage,
  packRects,
  linearise,
  lineariseInto,
  decodeRgba8,
  decodeRgba8Into,

  watchProcess,
  counts: () => native().counts(),
}
