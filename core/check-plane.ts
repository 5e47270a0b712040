// SPDX-License-Identifier: GPL-2.0-or-later
import {
  BUG,
  type Checked,
  type Refuse,
  refusalFor,
  shown,
  U32_MAX,
  wholeNumber,
} from './claim-value.ts'
import type { Verdict } from './failure.ts'
import { type FourccRow, fourccRow } from './fourcc.ts'
import type { Point, Size } from './geometry.ts'
import { INVALID, LINEAR, type ModifierRow, modifierRow } from './modifier.ts'
import {
  type Bit6Swizzle,
  type ColorInfo,
  type MemoryPlane,
  type Plane,
  type PlaneClaim,
  type PlaneKind,
  planeKinds,
} from './plane.ts'
import {
  layoutNeed,
  MAX_CURSOR_SIDE,
  MAX_PLANE_BYTES,
  MAX_POSITION,
  MAX_SIDE,
  MAX_STRIDE,
  type PlaneLayout,
  planeLayouts,
} from './plane-layout.ts'
import { fourccReason, modifierReason, pairReason } from './refusal.ts'
import { ok, type Result } from './result.ts'
import { DEFAULT_COLOR } from './yuv.ts'

export type CheckPolicy = {
  /** What DRM_FORMAT_MOD_INVALID means here; refused unless somebody decided that it is LINEAR. */
  readonly implicitModifier?: 'refuse' | 'linear'
  /** How bit 6 of addresses in Intel's X and Y tiles is swizzled; not at all unless somebody knows. */
  readonly bit6Swizzle?: Bit6Swizzle
}

type Fields = { readonly [K in keyof PlaneClaim]?: unknown }

const colorMatrices = ['bt601', 'bt709', 'bt2020'] as const
const colorRanges = ['limited', 'full'] as const
const SMALLER = 'Choose a smaller display mode in the guest'
/** struct vfio_device_gfx_plane_info has one stride and no offset. */
const ONE_MEMORY_PLANE =
  'VFIO displays can describe one only: set the guest to 32 bits per pixel (XR24). Of any other producer it is a bug'

/**
 * The one door for planes from outside: the plane with every field in range and every byte that its
 * layout can address inside its buffers, or the verdict that names the first field which is not.
 * Sizes of buffers are real lengths (lseek, fstat, region info); everything in the claim is only said.
 *
 * Not errors: a hotspot outside the plane counts as none, positions are read as int32 and clamped to
 * ±32768, colour info of RGB planes is dropped once it is well-formed, that of YUV planes is i915's
 * default when it is missing.
 *
 * @see drm_framebuffer.c framebuffer_check; virtio-gpu.c virtio_gpu_scanout_blob_to_fb; vfio.h
 */
export function checkPlane(
  claim: PlaneClaim,
  buffers: readonly { readonly size: number }[],
  policy: CheckPolicy = {},
): Result<Plane, Verdict> {
  const given: unknown = claim
  const fields: Fields = typeof given === 'object' && given !== null ? { ...given } : {}
  const kind = planeKinds.find((known) => known === fields.kind)
  const refuse = refusalFor(kind)
  if (!kind) {
    const why = `kind ${shown(fields.kind)} is none of ${planeKinds.join(', ')}`
    return refuse('kind', fields.kind, why, BUG)
  }

  const format = checkFourcc(fields.fourcc, refuse)
  if (!format.ok) return format
  const modifier = checkModifier(fields.modifier, policy, refuse)
  if (!modifier.ok) return modifier
  const size = checkSize(kind, fields.width, fields.height, refuse)
  if (!size.ok) return size
  const swizzle = modifier.value.bit6 && policy.bit6Swizzle
  const layouts = planeLayouts(format.value, modifier.value, size.value, swizzle)
  if (!layouts) {
    const { code, why, remedy } = pairReason(format.value, modifier.value)
    return refuse('modifier', modifier.value.value, why, remedy, code)
  }
  const layout = { format: format.value, modifier: modifier.value, size: size.value, layouts }
  const memory = checkMemory(fields.memory, layout, buffers, refuse)
  if (!memory.ok) return memory
  const x = checkPosition('x', fields.x, refuse)
  if (!x.ok) return x
  const y = checkPosition('y', fields.y, refuse)
  if (!y.ok) return y
  const hotspot = checkHotspot(fields.hotspot, size.value, refuse)
  if (!hotspot.ok) return hotspot
  if (typeof fields.bottomUp !== 'boolean') {
    const why = `bottomUp is ${shown(fields.bottomUp)}, neither true nor false`
    return refuse('bottomUp', fields.bottomUp, why, BUG)
  }
  const color = checkColor(fields.color, refuse)
  if (!color.ok) return color

  return ok({
    kind,
    fourcc: format.value.code,
    modifier: modifier.value.value,
    ...size.value,
    memory: memory.value,
    x: x.value,
    y: y.value,
    ...(kind === 'cursor' && hotspot.value ? { hotspot: hotspot.value } : {}),
    bottomUp: fields.bottomUp,
    ...(format.value.model === 'yuv' ? { color: color.value ?? DEFAULT_COLOR } : {}),
    ...(swizzle ? { bit6Swizzle: swizzle } : {}),
  })
}

function checkFourcc(value: unknown, refuse: Refuse): Checked<FourccRow> {
  if (typeof value !== 'string') {
    return refuse('fourcc', value, `fourcc is ${shown(value)}, not a four-character code`, BUG)
  }
  const row = fourccRow(value)
  if (row) return ok(row)
  const { code, why, remedy } = fourccReason(shown(value))
  return refuse('fourcc', value, why, remedy, code)
}

function checkModifier(value: unknown, policy: CheckPolicy, refuse: Refuse): Checked<ModifierRow> {
  if (typeof value !== 'bigint' || value < 0n || value >= 1n << 64n) {
    return refuse('modifier', value, `modifier is ${shown(value)}, not 64 bits`, BUG)
  }
  const implicit = value === INVALID && policy.implicitModifier === 'linear'
  const row = modifierRow(implicit ? LINEAR : value)
  if (!row) {
    const { code, why, remedy } = modifierReason(value)
    return refuse('modifier', value, why, remedy, code)
  }
  return ok(row)
}

function checkSize(kind: PlaneKind, w: unknown, h: unknown, refuse: Refuse): Checked<Size> {
  const side = kind === 'cursor' ? MAX_CURSOR_SIDE : MAX_SIDE
  const width = wholeNumber('width', w, 1, side, refuse, SMALLER)
  if (!width.ok) return width
  const height = wholeNumber('height', h, 1, side, refuse, SMALLER)
  if (!height.ok) return height
  const decoded = width.value * height.value * 4
  if (decoded > MAX_PLANE_BYTES) {
    const why = `${width.value} × ${height.value} pixels decode to ${decoded} bytes, above ${MAX_PLANE_BYTES} (512 MiB)`
    return refuse('height', height.value, why, SMALLER, 'too-large')
  }
  return ok({ width: width.value, height: height.value })
}

type Layout = {
  readonly format: FourccRow
  readonly modifier: ModifierRow
  readonly size: Size
  /** Of each memory plane. */
  readonly layouts: readonly PlaneLayout[]
}

function checkMemory(
  value: unknown,
  layout: Layout,
  buffers: readonly { readonly size: number }[],
  refuse: Refuse,
): Checked<readonly MemoryPlane[]> {
  const count = Array.isArray(value) ? value.length : 0
  const { code, planes } = layout.format
  if (count !== planes.length) {
    const came = count === 1 ? '1 memory plane' : `${count} memory planes`
    const why = `${came} came, and ${code.trim()} has ${planes.length}`
    return refuse('memory', count, why, count === 1 ? ONE_MEMORY_PLANE : BUG)
  }
  const entries: readonly unknown[] = Array.isArray(value) ? [...value] : []
  const memory: MemoryPlane[] = []
  for (const [at, entry] of entries.entries()) {
    const checked = checkMemoryPlane(at, entry, layout, buffers, refuse)
    if (!checked.ok) return checked
    memory.push(checked.value)
  }
  return ok(memory)
}

function checkMemoryPlane(
  at: number,
  value: unknown,
  { format, modifier, size: pixels, layouts }: Layout,
  buffers: readonly { readonly size: number }[],
  refuse: Refuse,
): Checked<MemoryPlane> {
  const name = `memory[${at}]`
  const layout = layouts[at]
  if (!layout) throw new RangeError(`no layout for ${name}`)
  if (typeof value !== 'object' || value === null) {
    return refuse(name, value, `${name} is ${shown(value)}, not a memory plane`, BUG)
  }
  const fields: { readonly [K in keyof MemoryPlane]?: unknown } = { ...value }
  const buffer = wholeNumber(`${name}.buffer`, fields.buffer, 0, U32_MAX, refuse)
  if (!buffer.ok) return buffer
  const real = buffers[buffer.value]?.size
  if (real === undefined) {
    const why = `buffer ${buffer.value} was named, and ${buffers.length} came, counted from 0`
    return refuse(`${name}.buffer`, buffer.value, why, BUG)
  }
  const offset = wholeNumber(`${name}.offset`, fields.offset, 0, Number.MAX_SAFE_INTEGER, refuse)
  if (!offset.ok) return offset
  const stride = wholeNumber(`${name}.stride`, fields.stride, 1, MAX_STRIDE, refuse)
  if (!stride.ok) return stride
  const size = wholeNumber(`${name}.size`, fields.size, 1, Number.MAX_SAFE_INTEGER, refuse)
  if (!size.ok) return size

  const need = layoutNeed(layout, stride.value)
  const code = format.code.trim()
  const part = layouts.length === 1 ? '' : ` of memory plane ${at}`
  const plane = `${pixels.width} × ${pixels.height} ${code} at stride ${stride.value}`
  if (stride.value < need.minStride) {
    const why = `stride ${stride.value} is below ${need.minStride}, the bytes of ${pixels.width} pixels of ${code}${part}`
    return refuse(`${name}.stride`, stride.value, why, BUG)
  }
  const columnHeight = layout.tiling?.columnHeight ?? 0
  if (columnHeight > 0 && layout.height > columnHeight) {
    const why = `${layout.height} rows do not fit into the columns of ${modifier.name}`
    return refuse('modifier', modifier.value, why, BUG)
  }
  if (stride.value % need.strideUnit !== 0) {
    const why = `stride ${stride.value} is no multiple of ${need.strideUnit}, the width of tiles of ${modifier.name}`
    return refuse(`${name}.stride`, stride.value, why, BUG)
  }
  if (offset.value % need.offsetUnit !== 0) {
    const why = `offset ${offset.value} is no multiple of ${need.offsetUnit}, the bytes of a tile of ${modifier.name}`
    return refuse(`${name}.offset`, offset.value, why, BUG)
  }
  if (need.bytes > MAX_PLANE_BYTES) {
    const why = `${plane} needs ${need.bytes} bytes${part}, above ${MAX_PLANE_BYTES} (512 MiB)`
    return refuse(`${name}.stride`, stride.value, why, SMALLER, 'too-large')
  }
  if (need.bytes > size.value) {
    const why = `${plane} needs ${need.bytes} bytes${part}, and its size is ${size.value}`
    return refuse(`${name}.size`, size.value, why, BUG, 'truncated')
  }
  if (offset.value > real) {
    const why = `offset ${offset.value} is beyond the end of the buffer, which has ${real} bytes`
    return refuse(`${name}.offset`, offset.value, why, BUG, 'truncated')
  }
  if (size.value > real - offset.value) {
    const why = `${size.value} bytes at offset ${offset.value} do not fit into the buffer, which has ${real}`
    return refuse(`${name}.size`, size.value, why, BUG, 'truncated')
  }
  return ok({
    buffer: buffer.value,
    offset: offset.value,
    stride: stride.value,
    size: size.value,
  })
}

/** Kernel structs say u32 and some drivers mean int32 by it. */
function checkPosition(field: 'x' | 'y', value: unknown, refuse: Refuse): Checked<number> {
  const read = wholeNumber(field, value, -(2 ** 31), U32_MAX, refuse)
  if (!read.ok) return read
  return ok(Math.max(-MAX_POSITION, Math.min(MAX_POSITION, read.value | 0)))
}

function checkHotspot(value: unknown, size: Size, refuse: Refuse): Checked<Point | undefined> {
  if (value === undefined || value === null) return ok(undefined)
  const fields: { readonly [K in keyof Point]?: unknown } =
    typeof value === 'object' ? { ...value } : {}
  const any = Number.POSITIVE_INFINITY
  const x = wholeNumber('hotspot.x', fields.x, -any, any, refuse)
  if (!x.ok) return x
  const y = wholeNumber('hotspot.y', fields.y, -any, any, refuse)
  if (!y.ok) return y
  const inside = (at: number, side: number) => at >= 0 && at <= side
  const isKnown = inside(x.value, size.width) && inside(y.value, size.height)
  return ok(isKnown ? { x: x.value, y: y.value } : undefined)
}

function checkColor(value: unknown, refuse: Refuse): Checked<ColorInfo | undefined> {
  if (value === undefined || value === null) return ok(undefined)
  const fields: { readonly [K in keyof ColorInfo]?: unknown } =
    typeof value === 'object' ? { ...value } : {}
  const matrix = colorMatrices.find((known) => known === fields.matrix)
  if (!matrix) {
    const why = `color.matrix ${shown(fields.matrix)} is none of ${colorMatrices.join(', ')}`
    return refuse('color.matrix', fields.matrix, why, BUG)
  }
  const range = colorRanges.find((known) => known === fields.range)
  if (!range) {
    const why = `color.range ${shown(fields.range)} is none of ${colorRanges.join(', ')}`
    return refuse('color.range', fields.range, why, BUG)
  }
  return ok({ matrix, range })
}
