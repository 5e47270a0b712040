// SPDX-License-Identifier: GPL-2.0-or-later
import type { Size } from '../../core/geometry.ts'
import type { Plane } from '../../core/plane.ts'
import { layoutNeed, layoutOf } from '../../core/plane-layout.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { modifierDigits, type TexturePixelFormat, textureRoute } from '../../core/texture-route.ts'
import type { Fd } from '../../native-shim/api.ts'

/** Most memory planes that EGL imports. */
const MOST_PLANES = 4

/** A dma-buf as Electron's sharedTexture takes it; descriptors stay their owner's. */
export type TextureInfo = {
  readonly pixelFormat: TexturePixelFormat
  readonly codedSize: Size
  /** Decimal digits. */
  readonly modifier: string
  /** Bytes; `size` is that of the whole buffer. */
  readonly planes: readonly {
    readonly fd: number
    readonly stride: number
    readonly offset: number
    readonly size: number
  }[]
}

/**
 * Describes a plane's dma-bufs for an import. Electron checks none of this: a missing descriptor would be stdin,
 * and a buffer that is too short would be read beyond its end.
 *
 * @param dmabufs as the plane counts buffers
 * @returns why it must not be imported
 */
export function textureInfo(plane: Plane, dmabufs: readonly Fd[]): Result<TextureInfo, string> {
  const route = textureRoute(plane.fourcc)
  if (route?.kind !== 'import') return fail(`no texture has the format ${plane.fourcc}`)
  const { memory } = layoutOf(plane)
  if (memory.length > MOST_PLANES) return fail(`it has ${memory.length} memory planes`)
  const planes: TextureInfo['planes'][number][] = []
  for (const layout of memory) {
    const { buffer, offset, stride } = layout
    const fd = dmabufs[buffer]
    if (!fd) return fail(`buffer ${buffer} is missing`)
    if (!isDmabuf(fd)) return fail(`buffer ${buffer} is no dma-buf`)
    const size = fd.size()
    const need = offset + layoutNeed(layout, stride).bytes
    if (size < need) return fail(`buffer ${buffer} has ${size} bytes of ${need}`)
    planes.push({ fd: fd.number, stride, offset, size })
  }
  const codedSize = { width: plane.width, height: plane.height }
  const modifier = modifierDigits(plane.modifier)
  return ok({ pixelFormat: route.pixelFormat, codedSize, modifier, planes })
}

function isDmabuf(fd: Fd): boolean {
  const link = fd.link()
  return link.startsWith('/dmabuf:') || link === 'anon_inode:dmabuf'
}
