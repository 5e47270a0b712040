// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneKind } from '../../core/plane.ts'
import type { Fd, Mapping, PlaneTransport } from '../../native-shim/api.ts'

/** What the guest scans out of one plane. Fields as in struct vfio_device_gfx_plane_info. */
export type ControlledPlane = {
  /** Which buffer of {@link DeviceControl.makeBuffer}. */
  readonly slot: number
  /** Where in it the picture begins; bytes, a multiple of the page size or GET's and QUERY's business. */
  readonly offset: number
  /** Little-endian u32 of drm_fourcc.h. */
  readonly fourcc: number
  readonly modifier: bigint
  readonly width: number
  readonly height: number
  readonly stride: number
  readonly size: number
  /** u32: −1 is 0xFFFFFFFF. */
  readonly x: number
  readonly y: number
  /** 0xFFFFFFFF each: no hotspot. */
  readonly hotX: number
  readonly hotY: number
}

/** Errors that a device can be told to answer with. */
export type InjectedError = 'ENOMEM' | 'EFAULT' | 'EINVAL' | 'ENODEV'

/** The guest's side of a device under test: synchronous, and in force with the next query. */
export interface DeviceControl {
  /** A zero-filled buffer, `size` bytes rounded up to pages; replaces the one in that slot. */
  makeBuffer(slot: number, size: number): void
  loadPixels(slot: number, offset: number, bytes: Uint8Array): void
  /** Switches the plane on, or flips, moves and changes its mode: the whole state each time. */
  setPlane(kind: PlaneKind, plane: ControlledPlane): void
  disable(kind: PlaneKind): void
  /** Queries of this kind answer EINVAL, as GVT-g's do for overlays. */
  setAbsent(kind: PlaneKind, absent: boolean): void
  /** The next `count` queries of the kind fail. */
  injectQueryError(kind: PlaneKind, error: InjectedError, count: number): void
  /** The next `count` calls of GET_GFX_DMABUF fail. */
  injectGetError(error: InjectedError, count: number): void
  /** Whether dma-bufs got from now on may be mapped by the CPU. */
  setMappable(mappable: boolean): void
  setTransport(transport: PlaneTransport): void
  /** Successful GETs since the device was made. */
  gets(): number
  /** Maps a dma-buf the way a viewer would. Throws when the device does not allow it. */
  mapDmabuf(fd: Fd, length: number): Mapping
  /** Back to how the device was made: planes off, errors gone, dma-buf transport, mappable. */
  reset(): void
}
