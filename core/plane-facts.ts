// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from './assert-never.ts'
import { type Failure, failureLine, type Verdict } from './failure.ts'
import { fourccRow, fourccValue } from './fourcc.ts'
import { fourccName } from './fourcc-names.ts'
import type { Point, Size } from './geometry.ts'
import type { ReadBack } from './gpu.ts'
import { modifierRow, modifierText } from './modifier.ts'
import { describeModifier, type ModifierDescription } from './modifier-names.ts'
import type { PlaneClaim, PlaneKind, PlaneStatus } from './plane.ts'
import { layoutNeed, planeLayouts } from './plane-layout.ts'
import type { Tiling } from './tiling.ts'

// A plane in plain values with the names of its codes: what `inspect` prints and the inspector shows.

/** A plane as it was described, with the names of its codes. Bytes and guest pixels. */
export type PlaneFacts = {
  readonly fourcc: string
  /** `0x34325258` */
  readonly fourccCode: string | null
  /** As in drm_fourcc.h, without its prefix. */
  readonly fourccName: string | null
  /** `0x0100000000000001` */
  readonly modifier: string
  readonly modifierName: string | null
  /** How the pixels lie, as far as the modifier tells. */
  readonly layout: ModifierDescription['layout']
  readonly width: number
  readonly height: number
  readonly x: number
  readonly y: number
  /** Null: the guest gave none. */
  readonly hotspot: Point | null
  readonly bottomUp: boolean
  readonly color: { readonly matrix: string; readonly range: string } | null
  readonly memory: readonly {
    readonly buffer: number
    readonly offset: number
    readonly stride: number
    /** As the producer gave it. */
    readonly size: number
    /** What the layout needs; null when it cannot be decoded. */
    readonly needed: number | null
    /** Of a tile, bytes and rows; null where there are none, or none that can be decoded. */
    readonly tile: Size | null
  }[]
  /** What a person should know about how the format is shown. */
  readonly note: string | null
}

export type PlaneReport = {
  readonly kind: PlaneKind
  readonly state: PlaneStatus['state']
  /** Of the memory: dma-buf id, region, memfd; null unless it is shown. */
  readonly identity: string | null
  /** What turns its pixels into a picture; null unless it is shown and somebody said. */
  readonly engine: string | null
  /** Null unless a GPU reads its pixels, because the CPU may not. */
  readonly readBack: ReadBack | null
  /** Null when nothing was described. */
  readonly plane: PlaneFacts | null
  readonly verdict: (Verdict & { readonly line: string }) | null
  readonly failure: (Failure & { readonly line: string }) | null
}

/**
 * One plane's status.
 *
 * @param engine what decodes here
 */
export function planeReport(status: PlaneStatus, engine: string | null = null): PlaneReport {
  const { kind, state } = status
  const nothing = { plane: null, verdict: null, failure: null }
  const empty = { kind, state, identity: null, engine: null, readBack: null, ...nothing }
  const withLine = <F extends Failure>(failure: F) => ({ ...failure, line: failureLine(failure) })
  switch (status.state) {
    case 'shown': {
      const { identity, plane, readBack = null } = status
      return { ...empty, identity, engine, readBack, plane: planeFacts(plane) }
    }
    case 'refused': {
      const plane = status.claim === undefined ? null : planeFacts(status.claim)
      return { ...empty, plane, verdict: withLine(status.verdict) }
    }
    case 'stalled':
      return { ...empty, failure: withLine(status.failure) }
    case 'disabled':
    case 'absent':
      return empty
    default:
      return assertNever(status)
  }
}

/** Works on refused claims too, whose values may be anything of the right type. */
export function planeFacts(plane: PlaneClaim): PlaneFacts {
  const code = fourccValue(plane.fourcc)
  const format = fourccRow(plane.fourcc)
  const modifier = modifierRow(plane.modifier)
  const layouts = format && modifier && planeLayouts(format, modifier, plane)
  const described = describeModifier(BigInt.asUintN(64, plane.modifier))
  return {
    fourcc: plane.fourcc,
    fourccCode: code === undefined ? null : `0x${code.toString(16).padStart(8, '0')}`,
    fourccName: fourccName(plane.fourcc) ?? null,
    modifier: modifierText(plane.modifier),
    modifierName: described.name ?? null,
    layout: described.layout,
    width: plane.width,
    height: plane.height,
    x: plane.x,
    y: plane.y,
    hotspot: plane.hotspot ?? null,
    bottomUp: plane.bottomUp,
    color: plane.color ?? null,
    memory: plane.memory.map(({ buffer, offset, stride, size }, at) => ({
      buffer,
      offset,
      stride,
      size,
      needed: layouts?.[at] ? layoutNeed(layouts[at], stride).bytes : null,
      tile: tileOf(layouts?.[at]?.tiling),
    })),
    note: format?.note ?? null,
  }
}

function tileOf(tiling: Tiling | undefined): Size | null {
  return tiling ? { width: tiling.tileWidth, height: tiling.tileHeight } : null
}
