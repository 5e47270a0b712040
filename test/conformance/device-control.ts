// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneKind } from '../../core/plane.ts'
import type { DemoPlane } from '../../main/source/demo/device.ts'
import type { Fd, Mapping, PlaneTransport } from '../../native-shim/api.ts'

/**
 * What the guest scans out of one plane. `slot` is one of {@link DeviceControl.makeBuffer}; a hotspot of
 * 0xFFFFFFFF each is none; positions are u32, so that −1 is 0xFFFFFFFF.
 */
export type ControlledPlane = DemoPlane

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
