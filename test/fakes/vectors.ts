// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

// Bytes that other projects' code produced; see the notes inside each file.

/** A tiled plane and its linear truth. */
export type TilingVector = {
  readonly id: string
  readonly modifier: string
  readonly fourcc: string
  readonly cpp: number
  readonly width: number
  readonly height: number
  readonly stride: number
  readonly offset: number
  readonly size: number
  readonly memory_hex: string
  readonly linear_hex: string
  readonly bit6_swizzle?: string
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

export function bytesOfHex(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}
