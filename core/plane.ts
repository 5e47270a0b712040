// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure, Verdict } from './failure.ts'
import type { Point } from './geometry.ts'
import type { ReadBack } from './gpu.ts'

/** Bottom to top: the order of composition. Values of `DRM_PLANE_TYPE_*` are in main/source/vfio. */
export const planeKinds = ['primary', 'overlay', 'cursor'] as const
export type PlaneKind = (typeof planeKinds)[number]

/** One memory plane: where a part of the pixels lies. Bytes throughout. */
export type MemoryPlane = {
  /** Index into the buffers that came with the plane. */
  readonly buffer: number
  readonly offset: number
  readonly stride: number
  /** Bytes from `offset` that the producer vouches for. */
  readonly size: number
}

/** Bits of an address that a memory controller XORs into bit 6. */
export type Bit6Swizzle = '9' | '9_10'

export type ColorMatrix = 'bt601' | 'bt709' | 'bt2020'
export type ColorRange = 'limited' | 'full'
/** How YUV samples become RGB; present on YUV planes, absent on RGB ones. */
export type ColorInfo = { readonly matrix: ColorMatrix; readonly range: ColorRange }

/**
 * A display plane that passed `checkPlane`: every field is in range and every byte that its layout
 * can address lies inside its buffers.
 */
export type Plane = {
  readonly kind: PlaneKind
  /** Four characters of the DRM code, `XR24`; a row of core/fourcc.ts. */
  readonly fourcc: string
  /** DRM format modifier, unsigned 64 bits; a row of core/modifier.ts. */
  readonly modifier: bigint
  readonly width: number
  readonly height: number
  /** 1 to 4, in the order of the fourcc's memory planes. */
  readonly memory: readonly MemoryPlane[]
  /** Top-left of the plane in the guest's picture; the hotspot is never subtracted from it. */
  readonly x: number
  readonly y: number
  /** The cursor's active pixel, inside the plane; pointer = position + hotspot. */
  readonly hotspot?: Point
  /** True when the first row in memory is the bottom row of the picture. */
  readonly bottomUp: boolean
  readonly color?: ColorInfo
  /** Asked for by a person, never told by a modifier: memory of Intel machines up to gen 7. */
  readonly bit6Swizzle?: Bit6Swizzle
}

/** A plane as somebody outside describes it: every field may be anything. Input of `checkPlane`. */
export type PlaneClaim = {
  readonly kind: string
  readonly fourcc: string
  readonly modifier: bigint
  readonly width: number
  readonly height: number
  readonly memory: readonly MemoryPlane[]
  readonly x: number
  readonly y: number
  readonly hotspot?: Point | undefined
  readonly bottomUp: boolean
  readonly color?: { readonly matrix: string; readonly range: string } | undefined
}

/** What a source currently says about one plane. */
export type PlaneStatus =
  | {
      readonly kind: PlaneKind
      readonly state: 'shown'
      readonly plane: Plane
      readonly identity: string
      /** Present when its pixels were read by a GPU; `plane` is the guest's buffer all the same. */
      readonly readBack?: ReadBack
    }
  /** The guest has switched this plane off. */
  | { readonly kind: PlaneKind; readonly state: 'disabled' }
  /** The source has no such plane at all. */
  | { readonly kind: PlaneKind; readonly state: 'absent' }
  | {
      readonly kind: PlaneKind
      readonly state: 'refused'
      readonly verdict: Verdict
      readonly claim?: PlaneClaim
    }
  /** A transient error: the last picture stays. */
  | { readonly kind: PlaneKind; readonly state: 'stalled'; readonly failure: Failure }

/** The pixels of one plane at one moment. `buffers[plane.memory[i].buffer]` holds memory plane i, at its offset and stride. */
export type CapturedPlane = { readonly plane: Plane; readonly buffers: readonly Uint8Array[] }

/** All that a source showed at one moment, bottom to top. */
export type Capture = {
  readonly planes: readonly CapturedPlane[]
  readonly statuses: readonly PlaneStatus[]
}
