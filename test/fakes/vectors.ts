// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { type CheckPolicy, checkPlane } from '../../core/check-plane.ts'
import type { CapturedPlane, Plane, PlaneClaim } from '../../core/plane.ts'

// Bytes that other projects' code produced; see the notes inside each file.

/** A tiled plane and its linear truth. */
export type TilingVector = {
  readonly id: string
  readonly modifier: string
  readonly fourcc: string
  readonly cpp: number
  readonly width: number
  readonly height: number
  readonly stride?: number
  readonly offset: number
  readonly size: number
  readonly memory_hex: string
  /** Of one memory plane; of two, {@link linear_planes_hex}. */
  readonly linear_hex?: string
  readonly linear_planes_hex?: readonly string[]
  /** Of planes after the first, where the producer names them. */
  readonly offsets?: readonly number[]
  readonly bit6_swizzle?: 'none' | '9' | '9_10'
  readonly padded_height?: number
}

/** A YUV picture and what zimg makes of it: 0…255, not rounded. */
export type YuvVector = {
  readonly id: string
  readonly fourcc: string
  readonly matrix: string
  readonly range: string
  readonly width: number
  readonly height: number
  readonly strides: readonly number[]
  readonly offsets: readonly number[]
  readonly bytes: string
  readonly tolerance: number
  readonly rgb: readonly (readonly (readonly number[])[])[]
}

/** One pixel, or a block of them. */
export type PixelVector = {
  readonly id: string
  readonly fourcc: string
  readonly packed: string
  readonly rgba8: readonly [number, number, number, number]
}
export type MesaTest = {
  readonly id: string
  readonly fourcc?: string
  readonly packed: string
  readonly mask: string
  readonly block_w: number
  readonly rgba_float: readonly (readonly number[])[]
}
export type KunitCase = {
  readonly id: string
  readonly fourcc: string
  readonly width: number
  readonly height: number
  readonly packed: string
  readonly rgb8_source: readonly (readonly (readonly [number, number, number])[])[]
  readonly decode_exact: boolean
}

function read(name: string): unknown {
  const file = readFileSync(new URL(`../vectors/${name}`, import.meta.url))
  return JSON.parse(gunzipSync(file).toString('utf8'))
}

export function tilingVectors(): readonly TilingVector[] {
  return (read('tiling.json.gz') as { vectors: readonly TilingVector[] }).vectors
}

export function pixelVectors(): {
  readonly vectors: readonly PixelVector[]
  readonly mesa_u_format_tests: readonly MesaTest[]
  readonly kunit: readonly KunitCase[]
} {
  return read('pixel_formats.json.gz') as ReturnType<typeof pixelVectors>
}

/** AMD's equations as they were probed. */
export function amdVectors(): {
  readonly equations: readonly {
    readonly modifier: string
    readonly cpp: number
    readonly block_w: number
  }[]
} {
  const file = new URL('../vectors/amd_equations.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

export function yuvVectors(): readonly YuvVector[] {
  return (read('yuv.json.gz') as { vectors: readonly YuvVector[] }).vectors
}

const still = { kind: 'primary', x: 0, y: 0, bottomUp: false }

function checked(claim: PlaneClaim, size: number, policy?: CheckPolicy): Plane {
  const result = checkPlane(claim, [{ size }], policy)
  if (!result.ok) throw new Error(result.failure.why)
  return result.value
}

/** The plane of a vector in its memory, and the linear truth: memory planes one after the other. */
export function tiledVector(vector: TilingVector): CapturedPlane & { readonly linear: string } {
  const { fourcc, width, height, offset, size, bit6_swizzle: swizzle } = vector
  const bytes = bytesOfHex(vector.memory_hex)
  // GStreamer's planes have no stride of their own and follow each other.
  const offsets = vector.linear_planes_hex ? (vector.offsets ?? [0, width * height]) : [offset]
  const end = vector.linear_planes_hex ? bytes.length : offset + size
  const memory = offsets.map((from) => ({
    buffer: 0,
    offset: from,
    stride: vector.stride ?? width,
    size: end - from,
  }))
  const claim = { ...still, fourcc, modifier: BigInt(vector.modifier), width, height, memory }
  const policy = swizzle && swizzle !== 'none' ? { bit6Swizzle: swizzle } : {}
  const plane = checked(claim, bytes.length, policy)
  const linear = vector.linear_hex ?? (vector.linear_planes_hex ?? []).join('')
  return { plane, buffers: [bytes], linear }
}

/** The plane of a YUV vector. */
export function yuvVectorPlane(vector: YuvVector): CapturedPlane {
  const { fourcc, width, height, strides, offsets, matrix, range } = vector
  const bytes = bytesOfHex(vector.bytes)
  const memory = strides.map((stride, at) => {
    const offset = offsets[at] ?? 0
    return { buffer: 0, offset, stride, size: (offsets[at + 1] ?? bytes.length) - offset }
  })
  const color = { matrix, range }
  const claim = { ...still, fourcc, modifier: 0n, width, height, memory, color }
  return { plane: checked(claim, bytes.length), buffers: [bytes] }
}

/** How far decoded RGBA is from a vector's truth, at most. */
export function yuvError({ rgb }: YuvVector, rgba: Uint8Array): number {
  const truth = rgb.flat()
  return truth.reduce(
    (worst, pixel, at) =>
      pixel.reduce(
        (most, value, c) => Math.max(most, Math.abs(value - (rgba[at * 4 + c] ?? 0))),
        worst,
      ),
    0,
  )
}

export function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}
