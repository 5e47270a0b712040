// SPDX-License-Identifier: GPL-2.0-or-later
import type { Capture, CapturedPlane, Plane, PlaneKind, PlaneStatus } from '../../core/plane.ts'
import type { NativeShim } from '../../native-shim/api.ts'
import { nativeFailure } from './native-failure.ts'
import { bufferExtent } from './plane-extent.ts'
import { beginAccess } from './shadow.ts'
import type { PlaneMemory, PlaneReading } from './source.ts'

/**
 * Copies the memory of the shown planes as it lies: `buffers[plane.memory[i].buffer]` begins where the
 * producer's buffer does and ends with the last byte that the layout addresses. A plane whose memory
 * cannot be read is `stalled`.
 */
export function capturePlanes(
  shim: NativeShim,
  readings: readonly PlaneReading[],
  only?: PlaneKind,
): Capture {
  const planes: CapturedPlane[] = []
  const statuses = readings.map(({ status, memory, readBack }): PlaneStatus => {
    const { kind } = status
    if (readBack && (only === undefined || only === kind)) {
      const read = readBack.latest()
      if (read.status.state !== 'shown' || !read.memory) return read.status
      const { plane } = read.status
      planes.push({ plane, buffers: copyBuffers(shim, plane, read.memory) })
      return status
    }
    if (status.state !== 'shown' || !memory || (only !== undefined && only !== kind)) return status
    try {
      planes.push({ plane: status.plane, buffers: copyBuffers(shim, status.plane, memory) })
      return status
    } catch (error) {
      const what = `cannot read the pixels of the ${kind} plane`
      const failure = nativeFailure(error, what, 'unreadable', 'Try again')
      return { kind, state: 'stalled', failure }
    }
  })
  return { planes, statuses }
}

function copyBuffers(shim: NativeShim, plane: Plane, memory: PlaneMemory): readonly Uint8Array[] {
  using _access = beginAccess(shim, memory)
  return memory.mappings.map((mapping, buffer) => mapping.copyOut(0, bufferExtent(plane, buffer)))
}
