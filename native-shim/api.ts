// SPDX-License-Identifier: GPL-2.0-or-later
import type { BlockShape, Channel } from '../core/fourcc.ts'
import type { Rect } from '../core/geometry.ts'
import type { TileGrid, Tiling } from '../core/tiling.ts'
import type { YuvRule } from '../core/yuv.ts'

// What the addon offers, as types. `index.ts` implements this and is the only importer of the binary.
// Every call that fails in the kernel throws a NativeError; misuse throws TypeError or RangeError.

/** A system call failed. `code` is the errno's name (`EBUSY`), `syscall` what was called (`VFIO_DEVICE_QUERY_GFX_PLANE`). */
export interface NativeError extends Error {
  readonly code: string
  readonly syscall: string
}

/** One owned file descriptor. Disposing closes it; twice is harmless; use after that throws. */
export interface Fd extends Disposable {
  readonly number: number
  /** A second descriptor of the same open file, CLOEXEC. */
  dup(): Fd
  /** Gives the number away without closing it: somebody else closes it now. */
  release(): number
  /** Bytes: `lseek(SEEK_END)`, which is how dma-bufs and memfds tell their size. */
  size(): number
  /** What it is: the link in /proc/self/fd, `anon_inode:[vfio-device]`. */
  link(): string
  /** `dev:ino`, the identity of a memfd. */
  identity(): string
}

/** Pages mapped into this process, unmapped on dispose. Reading pages that the producer took away throws NativeError EFAULT and never raises SIGBUS. */
export interface Mapping extends Disposable {
  readonly size: number
  readonly writable: boolean
  /** A copy of `length` bytes at `offset`. */
  copyOut(offset: number, length: number): Uint8Array<ArrayBuffer>
  /** Copies bytes in, all of them or rows. The mapping must be writable. */
  write(offset: number, bytes: Uint8Array, rows?: RowCopy): void
}

/** Rows of bytes that lie apart: so many of `rowBytes`, the pitch of each side from one to the next. */
export type RowCopy = {
  readonly rows: number
  readonly rowBytes: number
  readonly sourcePitch: number
  readonly pitch: number
}

/** Where a scan reads and where it keeps what it saw. Bytes and rows, as in core/memory-image.ts. */
export type ScanShape = {
  readonly sourceOffset: number
  readonly sourcePitch: number
  readonly shadowPitch: number
  readonly rows: number
  readonly rowBytes: number
  readonly lastRowBytes: number
  readonly cellWidth: number
  readonly cellRows: number
}

/** Rows from `first` to before `end`; of each, bytes from `left` to before `right` when those are given. */
export type RowRange = {
  readonly first: number
  readonly end: number
  readonly left?: number
  readonly right?: number
}

export type VfioRegion = {
  readonly index: number
  readonly flags: number
  readonly size: number
  readonly offset: number
  /** Capabilities of the chain, in order: `{ id, version }`, with `type` and `subtype` of a type capability (id 2). */
  readonly capabilities: readonly {
    readonly id: number
    readonly version: number
    readonly type?: number
    readonly subtype?: number
  }[]
}

/** Fields of struct vfio_device_gfx_plane_info as the kernel left them; u32 unless said otherwise. */
export type RawPlane = {
  readonly format: number
  readonly modifier: bigint
  readonly width: number
  readonly height: number
  readonly stride: number
  readonly size: number
  readonly x: number
  readonly y: number
  readonly hotX: number
  readonly hotY: number
  /** dmabuf_id or region_index, by the transport asked for. */
  readonly id: number
}

export type PlaneTransport = 'dmabuf' | 'region'
/** Values of DRM_PLANE_TYPE_*. */
export type DrmPlaneType = 0 | 1 | 2

/** `struct vfio_region_gfx_edid` */
export type EdidInfo = {
  readonly offset: number
  readonly maxSize: number
  readonly size: number
  readonly maxWidth: number
  readonly maxHeight: number
  readonly linkUp: boolean
}

/** A VFIO device file. The ioctls are those of linux/vfio.h; the struct is zeroed before each. */
export interface VfioDevice extends Disposable {
  readonly fd: Fd
  info(): { readonly flags: number; readonly regions: number; readonly irqs: number }
  /** Walks argsz as the kernel asks for it; an index at or beyond `regions` is asked like any other. */
  region(index: number): VfioRegion
  probe(transport: PlaneTransport): boolean
  queryPlane(type: DrmPlaneType, transport: PlaneTransport): RawPlane
  /** VFIO_DEVICE_GET_GFX_DMABUF; CLOEXEC is set on whatever the kernel returns. */
  getDmabuf(id: number): Fd
  /** Maps `length` bytes at `offset` of a region, shared. */
  mapRegion(index: number, offset: number, length: number, writable: boolean): Mapping
  /** Undefined when the device has no EDID region. */
  edid(): EdidInfo | undefined
  /** Link down, blob, 100 ms, link up; read back and compared. Does not block the event loop. */
  writeEdid(blob: Uint8Array, signal?: AbortSignal): Promise<void>
  reset(): void
}

/** A message of a unix stream socket. */
export type FdMessage = { readonly bytes: Uint8Array; readonly fds: readonly Fd[] }

/** A connected unix stream socket that carries descriptors; polled by libuv, never blocking. */
export interface FdSocket extends Disposable {
  /** Queues bytes and descriptors (at most 28; dup'ed, so the caller keeps its own). Resolves when the kernel took them; rejects with EPIPE. */
  send(bytes: Uint8Array, fds?: readonly Fd[]): Promise<void>
  /**
   * The next bytes with the descriptors that came along, CLOEXEC; undefined at end of stream. One receive
   * at a time. With a place they are received into it, and `bytes` is the part of it that was filled: all of
   * it, or less when descriptors came along or the stream ended. Nobody else may touch it meanwhile.
   */
  receive(place?: Uint8Array): Promise<FdMessage | undefined>
  /** uid, gid and pid of the other end. */
  peer(): { readonly uid: number; readonly gid: number; readonly pid: number }
}

export interface FdListener extends Disposable {
  readonly path: string
  /** The next connection; undefined once disposed. */
  accept(): Promise<FdSocket | undefined>
}

/** Something that watches a process without polling. */
export interface ProcessWatch extends Disposable {
  readonly pid: number
  /** Resolves when the process has ended, or with false when the watch is disposed first. */
  readonly ended: Promise<boolean>
}

/** A format as core/fourcc.ts has it, for the addon. */
export type PixelFormat = {
  readonly planes: readonly BlockShape[]
  /** Red, green, blue and alpha, or Y, Cb, Cr and alpha; alpha undefined is opaque, a colour 0. */
  readonly channels: readonly (Channel | undefined)[]
  /** Numbers are half floats. */
  readonly half: boolean
  /** Of YUV formats. */
  readonly yuv: YuvRule | undefined
}

/** One memory plane: `width` × `height` blocks of `bytes`. */
export type Layout = {
  readonly width: number
  readonly height: number
  readonly bytes: number
  readonly offset: number
  readonly stride: number
  /** Undefined: rows are linear. */
  readonly tiling: Tiling | undefined
  /** Present with a tiling. */
  readonly grid: TileGrid | undefined
}

/** Bytes to be read, or to be written where a mapping is writable. */
export type Memory = Uint8Array | Mapping

/** A memory plane and the buffer that it lies in. */
export type LaidMemory = { readonly memory: Memory; readonly layout: Layout }

/** What becomes of 32-bit pixels as they are copied: red and blue change places, the fourth byte becomes 255. */
export type WordOrder = { readonly swap: boolean; readonly opaque: boolean }

/** Where a rectangle of pixels goes: its first byte, and the bytes from row to row. */
export type Place = { readonly memory: Memory; readonly offset: number; readonly pitch: number }

/** The size of a picture, and whether the first row in memory is its last. */
export type PictureShape = {
  readonly width: number
  readonly height: number
  readonly bottomUp: boolean
}

/** A `WebAssembly.Memory` made with `shared: true`. */
export type SharedMemory = { readonly buffer: SharedArrayBuffer }

export interface NativeShim {
  /** Takes ownership of a number that was inherited or came from another thread. Throws EBADF. */
  adoptFd(number: number): Fd
  /** open(2) with CLOEXEC. */
  openFile(path: string, writable: boolean): Fd

  /** Container, group and device of an mdev: by UUID or by its sysfs path. Throws with the syscall that failed. */
  openVfioMdev(uuidOrPath: string): VfioDevice
  /** Wraps a device fd from elsewhere; takes ownership. Throws ENOTTY when it is no vfio device. */
  adoptVfioDevice(fd: Fd): VfioDevice
  /** pidfd_open + pidfd_getfd of the first `anon_inode:[vfio-device]` of a process (or of `fd` when given). Throws EPERM, EACCES, ESRCH, ENOENT (no such fd). */
  takeVfioDevice(pid: number, fd?: number): Fd

  /** A path that begins with NUL is the name of an abstract socket. */
  connect(path: string): Promise<FdSocket>
  /** Binds with mode 0600; a stale socket file is replaced, a live one is EADDRINUSE. */
  listen(path: string): FdListener
  socketPair(): readonly [FdSocket, FdSocket]
  /** The same before anybody listens: one end to send away, one for {@link adoptSocket}. */
  socketEnds(): readonly [Fd, Fd]
  /** Takes a connected unix stream socket over, which must be non-blocking as {@link socketEnds} are. */
  adoptSocket(fd: Fd): FdSocket

  /** A memfd of `size` bytes, zero-filled, sealed against shrink, growth and further seals. */
  createMemfd(name: string, size: number): Fd
  /** /dev/udmabuf over a memfd made by {@link createMemfd}. */
  createUdmabuf(memfd: Fd, offset: number, size: number): Fd
  /** Seals of a memfd (F_GET_SEALS); 0 for other files. */
  seals(fd: Fd): number
  /** mmap MAP_SHARED. `offset` must be page aligned; the file must be at least offset + length long now. */
  map(fd: Fd, offset: number, length: number, writable: boolean): Mapping
  /** mmap MAP_FIXED of an fd over the pages of a shared WebAssembly.Memory; the memory is kept alive and its pages become anonymous again on dispose. */
  mapOver(
    memory: SharedMemory,
    memoryOffset: number,
    fd: Fd,
    offset: number,
    length: number,
    writable: boolean,
  ): Disposable
  /** DMA_BUF_IOCTL_SYNC START or END, READ. A file that is no dma-buf (ENOTTY) is left alone. */
  syncDmabuf(fd: Fd, phase: 'start' | 'end'): void

  /** Compares source with shadow cell by cell in row order, copies what differs, and returns x, y, width, height of each changed run of cells (bytes and rows; multiples of 4 bytes), merged within a row of cells. With rows it looks at those alone, rounded out to whole cells. */
  scanDamage(
    source: Mapping,
    shadow: Mapping,
    shape: ScanShape,
    within?: RowRange,
  ): Int32Array<ArrayBuffer>
  /** Packs rectangles (x, y, width, height …) of a mapping of the given pitch, rows tight, one after the other, into other memory from `offset` on; returns the bytes written. */
  packRects(
    mapping: Mapping,
    pitch: number,
    rects: Int32Array,
    target: Memory,
    offset?: number,
    order?: WordOrder,
  ): number

  /** Undoes the tiling of one memory plane: rows tight, same bytes. `threads`, 1 to 16, share the work; as many as pay when left out. */
  linearise(memory: Memory, layout: Layout, threads?: number): Uint8Array<ArrayBuffer>
  /** The same of a part, in blocks, into a place in other memory than is read. Throws EFAULT when the memory was taken away. */
  lineariseInto(memory: Memory, layout: Layout, part: Rect, place: Place, threads?: number): void
  /** Undoes the tiling of all memory planes and turns their pixels into 8-bit RGBA, by the rules of core/decode.ts. */
  decodeRgba8(
    planes: readonly LaidMemory[],
    format: PixelFormat,
    picture: PictureShape,
    threads?: number,
  ): Uint8Array<ArrayBuffer>
  /** The same of a part, in pixels with the top row first, into a place in other memory than is read. Throws EFAULT when the memory was taken away. */
  decodeRgba8Into(
    planes: readonly LaidMemory[],
    format: PixelFormat,
    picture: PictureShape,
    part: Rect,
    place: Place,
    threads?: number,
  ): void

  watchProcess(pid: number): ProcessWatch
  /** Open descriptors and mappings made by this addon and not yet given back; tests count them. */
  counts(): { readonly fds: number; readonly mappings: number }
}
