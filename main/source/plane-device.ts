// SPDX-License-Identifier: GPL-2.0-or-later
import type {
  DrmPlaneType,
  Fd,
  Mapping,
  PlaneTransport,
  RawPlane,
  VfioRegion,
} from '../../native-shim/api.ts'

/**
 * A display device that is asked for its planes, as linux/vfio.h defines it. The addon's VfioDevice
 * and the demo guest both are one; test/conformance runs the same suite against either.
 * Failures are thrown NativeErrors with the errno that a kernel driver would give.
 */
export interface PlaneDevice extends Disposable {
  probe(transport: PlaneTransport): boolean
  queryPlane(type: DrmPlaneType, transport: PlaneTransport): RawPlane
  /** A fresh descriptor for a live id. Ask once per id and dup() to share. */
  getDmabuf(id: number): Fd
  region(index: number): VfioRegion
  mapRegion(index: number, offset: number, length: number, writable: boolean): Mapping
}
