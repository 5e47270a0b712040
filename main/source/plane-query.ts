// SPDX-License-Identifier: GPL-2.0-or-later
import { fourccRow, fourccText } from '../../core/fourcc.ts'
import type { Point } from '../../core/geometry.ts'
import { modifierRow } from '../../core/modifier.ts'
import type { PlaneClaim, PlaneKind } from '../../core/plane.ts'
import { layoutNeed, planeLayouts } from '../../core/plane-layout.ts'
import type { DrmPlaneType, RawPlane } from '../../native-shim/api.ts'

/** DRM_PLANE_TYPE_* of drm_mode.h. */
export const drmPlaneType: Readonly<Record<PlaneKind, DrmPlaneType>> = {
  overlay: 0,
  primary: 1,
  cursor: 2,
}

/** x_hot and y_hot when the guest has not told a hotspot (linux/vfio.h). */
const NO_HOTSPOT = 0xffff_ffff

/**
 * What a driver's answer means. A plane is off when format or size is 0 (linux/vfio.h); every other
 * answer is a claim for `checkPlane`.
 */
export function readRawPlane(kind: PlaneKind, raw: RawPlane): 'disabled' | PlaneClaim {
  if (raw.format === 0 || raw.size === 0) return 'disabled'
  const fourcc = fourccText(raw.format)
  return {
    kind,
    fourcc,
    modifier: raw.modifier,
    width: raw.width,
    height: raw.height,
    memory: [{ buffer: 0, offset: 0, stride: raw.stride, size: neededBytes(raw, fourcc) }],
    // Only a cursor has a position: GVT-g leaves other planes' fields to chance on old kernels.
    x: kind === 'primary' ? 0 : raw.x | 0,
    y: kind === 'primary' ? 0 : raw.y | 0,
    hotspot: kind === 'cursor' ? readHotspot(raw) : undefined,
    bottomUp: false,
  }
}

/**
 * The bytes that the layout needs, and never the driver's `size`: mdpy says its whole memory, the
 * oldest GVT-g kernels say pages. The driver's word stands only where the layout is unknown.
 */
function neededBytes(raw: RawPlane, fourcc: string): number {
  const format = fourccRow(fourcc)
  const layout = modifierRow(raw.modifier)
  const isPossible = raw.width > 0 && raw.height > 0 && raw.stride > 0
  if (!format || !layout || !isPossible) return raw.size
  const [first] = planeLayouts(format, layout, raw) ?? []
  return first ? layoutNeed(first, raw.stride).bytes : raw.size
}

/** GVT-g accepts a hotspot equal to the width; the active pixel is then the last one. */
function readHotspot(raw: RawPlane): Point | undefined {
  if (raw.hotX === NO_HOTSPOT || raw.hotY === NO_HOTSPOT) return undefined
  if (raw.hotX > raw.width || raw.hotY > raw.height) return undefined
  return { x: Math.min(raw.hotX, raw.width - 1), y: Math.min(raw.hotY, raw.height - 1) }
}

/** All that must stay the same for a buffer's id to keep its meaning. */
export function layoutKey(claim: PlaneClaim): string {
  const memory = claim.memory.map((plane) => `${plane.buffer}+${plane.offset}/${plane.stride}`)
  return [claim.fourcc, claim.modifier, claim.width, claim.height, ...memory].join(' ')
}

/**
 * Whether a driver answered another plane type with its primary plane, as mdpy does over the region
 * transport: the same pixels of the same region.
 */
export function echoesPrimary(raw: RawPlane, primary: RawPlane | undefined): boolean {
  if (!primary) return false
  const fields = ['id', 'format', 'modifier', 'width', 'height', 'stride', 'size'] as const
  return fields.every((field) => raw[field] === primary[field])
}
