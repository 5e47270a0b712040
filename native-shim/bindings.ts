// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Rect } from '../core/geometry.ts'
import type { Layout, PictureShape, PixelFormat, RawPlane, ScanShape } from './api.ts'

// The addon's functions one to one. They check only what memory safety needs: nothing but the files
// of this folder calls them.

declare const kind: unique symbol
type Handle<Kind extends string> = { readonly [kind]: Kind }
/** Owns a descriptor until `fdClose`, `fdRelease` or the garbage collector. */
export type FdHandle = Handle<'fd'>
export type MappingHandle = Handle<'mapping'>
export type OverlayHandle = Handle<'overlay'>
export type PollerHandle = Handle<'poller'>

export type RawPlace = {
  readonly memory: Uint8Array | MappingHandle
  readonly offset: number
  readonly pitch: number
}

export type RawReceived = { readonly bytes: Uint8Array<ArrayBuffer>; readonly fds: FdHandle[] }

export type Bindings = {
  fdAdopt(number: number): FdHandle
  fdOpen(path: string, writable: boolean): FdHandle
  fdClose(fd: FdHandle): void
  fdNumber(fd: FdHandle): number
  fdRelease(fd: FdHandle): number
  fdDup(fd: FdHandle): FdHandle
  fdSize(fd: FdHandle): number
  fdLink(fd: FdHandle): string
  fdIdentity(fd: FdHandle): string
  counts(): { fds: number; mappings: number }

  memfdCreate(name: string, size: number): FdHandle
  seals(fd: FdHandle): number
  map(fd: FdHandle, offset: number, length: number, writable: boolean): MappingHandle
  unmap(mapping: MappingHandle): void
  /** Fills the target. */
  copyOut(mapping: MappingHandle, offset: number, target: Uint8Array): void
  writeInto(mapping: MappingHandle, offset: number, bytes: Uint8Array): void
  writeRows(
    mapping: MappingHandle,
    offset: number,
    bytes: Uint8Array,
    rows: number,
    rowBytes: number,
    sourcePitch: number,
    pitch: number,
  ): void
  mapOver(
    memory: object,
    bytes: Uint8Array,
    memoryOffset: number,
    fd: FdHandle,
    offset: number,
    length: number,
    writable: boolean,
  ): OverlayHandle
  unmapOver(overlay: OverlayHandle): void

  scanDamage(
    source: MappingHandle,
    shadow: MappingHandle,
    shape: ScanShape,
    firstRow: number,
    endRow: number,
    left: number,
    right: number,
  ): Int32Array<ArrayBuffer>
  packRects(
    mapping: MappingHandle,
    pitch: number,
    rects: Int32Array,
    target: Uint8Array | MappingHandle,
    offset: number,
    order: number,
  ): number
  linearise(
    memory: Uint8Array | MappingHandle,
    layout: Layout,
    part: Rect,
    place: RawPlace,
    threads: number,
  ): void
  decodeRgba8(
    planes: readonly { memory: Uint8Array | MappingHandle; layout: Layout }[],
    format: PixelFormat,
    picture: PictureShape,
    part: Rect,
    place: RawPlace,
    threads: number,
  ): void

  dmabufSync(fd: FdHandle, end: boolean): void
  udmabufCreate(memfd: FdHandle, offset: number, size: number): FdHandle

  /** Container, group and device; the first two are closed again. */
  vfioOpen(groupPath: string, device: string): FdHandle
  vfioInfo(device: FdHandle): { flags: number; regions: number; irqs: number }
  /** `struct vfio_region_info` and its capabilities, as the kernel wrote them. */
  vfioRegion(device: FdHandle, index: number): Uint8Array<ArrayBuffer>
  vfioProbe(device: FdHandle, transport: number): boolean
  vfioQuery(device: FdHandle, planeType: number, transport: number): RawPlane
  vfioGetDmabuf(device: FdHandle, id: number): FdHandle
  vfioMap(device: FdHandle, offset: number, length: number, writable: boolean): MappingHandle
  vfioReset(device: FdHandle): void
  /** pread, all of `length` or an error. */
  vfioRead(device: FdHandle, offset: number, length: number): Uint8Array<ArrayBuffer>
  vfioWrite(device: FdHandle, offset: number, bytes: Uint8Array): void

  /** Undefined: the backlog is full, try again. */
  socketConnect(path: string, isAbstract: boolean): FdHandle | undefined
  socketListen(path: string): FdHandle
  /** Undefined: nobody is waiting. */
  socketAccept(listener: FdHandle): FdHandle | undefined
  socketPair(): [FdHandle, FdHandle]
  /** Bytes taken, or undefined when the socket is full. */
  socketSend(
    socket: FdHandle,
    bytes: Uint8Array,
    offset: number,
    fds: readonly FdHandle[],
  ): number | undefined
  /** Undefined: nothing there yet. No bytes: end of stream. */
  socketReceive(socket: FdHandle): RawReceived | undefined
  /** The same into a place, from an offset on. */
  socketReceiveInto(
    socket: FdHandle,
    target: Uint8Array,
    offset: number,
  ): { readonly length: number; readonly fds: readonly FdHandle[] } | undefined
  socketPeer(socket: FdHandle): { uid: number; gid: number; pid: number }

  pidfdOpen(pid: number): FdHandle
  pidfdGetfd(pidfd: FdHandle, number: number): FdHandle

  /** A uv_poll_t of this thread's loop. A background one does not keep the loop alive. */
  pollerOpen(fd: FdHandle, background: boolean, ready: () => void): PollerHandle
  /** 1 readable, 2 writable, 0 stops. */
  pollerSet(poller: PollerHandle, events: number): void
  pollerClose(poller: PollerHandle): void
}

const file = 'scanout_shim.node'

/** This module's folder: in the ESM bundles and from source `import.meta`, in the CommonJS preload `__dirname`. */
function here(): string {
  const folder = import.meta.dirname as string | undefined
  return folder ?? __dirname
}

/** Where the binary may be, best first. A packed app cannot load from inside its archive. */
export function candidatePaths(folder: string, override: string | undefined): readonly string[] {
  const unpacked = folder.replace(/([/\\])app\.asar(?=[/\\]|$)/, '$1app.asar.unpacked')
  const fromSource = path.basename(folder) === 'native-shim'
  return [
    ...(fromSource && override !== undefined ? [override] : []),
    path.join(unpacked, '..', 'native', file),
    path.join(unpacked, 'build', 'Release', file),
    path.join(unpacked, '..', '..', 'native-shim', 'build', 'Release', file),
  ]
}

function load(): Bindings {
  const { SCANOUT_SHIM: override } = process.env
  const tried: string[] = []
  for (const candidate of candidatePaths(here(), override)) {
    const loaded: { exports: Partial<Bindings> } = { exports: {} }
    try {
      process.dlopen(loaded, candidate)
      return loaded.exports as Bindings
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error)
      tried.push(words.includes(candidate) ? words : `${candidate}: ${words}`)
    }
  }
  throw new Error(`cannot load the native addon; tried\n  ${tried.join('\n  ')}`)
}

let loaded: Bindings | undefined

/** The addon, loaded at its first use; a missing binary is an Error that lists every path tried. */
export function native(): Bindings {
  loaded ??= load()
  return loaded
}
