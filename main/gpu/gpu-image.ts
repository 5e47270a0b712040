// SPDX-License-Identifier: GPL-2.0-or-later
import { fourccValue } from '../../core/fourcc.ts'
import type { ColorInfo, Plane } from '../../core/plane.ts'
import type { Fd } from '../../native-shim/api.ts'

/** A picture in dma-bufs, as EGL imports one. Descriptors stay their owner's. */
export interface GpuImage {
  /** Pixels. */
  readonly width: number
  readonly height: number
  readonly fourcc: number
  readonly modifier: bigint
  /** 1 to 4 memory planes. Bytes; `size` counts from `offset`. */
  readonly memory: readonly {
    readonly fd: Fd
    readonly offset: number
    readonly stride: number
    readonly size: number
  }[]
  /** How YUV samples become RGB. */
  readonly color?: ColorInfo
}

/** The image of a checked plane. `buffers[plane.memory[i].buffer]` holds memory plane i. */
export function planeImage(plane: Plane, buffers: readonly Fd[]): GpuImage {
  const { width, height, modifier, color } = plane
  const fourcc = fourccValue(plane.fourcc)
  if (fourcc === undefined) throw new RangeError(`no fourcc: ${plane.fourcc}`)
  const memory = plane.memory.map(({ buffer, offset, stride, size }) => {
    const fd = buffers[buffer]
    if (!fd) throw new RangeError(`no buffer ${buffer}`)
    return { fd, offset, stride, size }
  })
  return { width, height, fourcc, modifier, memory, ...(color && { color }) }
}
