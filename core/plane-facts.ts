// SPDX-License-Identifier: GPL-2.0-or-later
import { assertNever } from './assert-never.ts'
import { type Failure, failureLine, type Verdict } from './failure.ts'
import { fourccRow, fourccValue } from './fourcc.ts'
import { fourccName } from './fourcc-names.ts'
import type { Point } from './geometry.ts'
import { modifierRow, modifierText } from './modifier.ts'
import { describeModifier } from './modifier-names.ts'
import type { PlaneClaim, PlaneKind, PlaneStatus } from './plane.ts'
import { layoutNeed, planeLayouts } from './plane-layout.ts'

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
  }[]
}

export type PlaneReport = {
  readonly kind: PlaneKind
  readonly state: PlaneStatus['state']
  /** Of the memory: dma-buf id, region, memfd; null unless it is shown. */
  readonly identity: string | null
  /** Null when nothing was described. */
  readonly plane: PlaneFacts | null
  readonly verdict: (Verdict & { readonly line: string }) | null
  readonly failure: (Failure & { readonly line: string }) | null
}

/** One plane's status. */
export function planeReport(status: PlaneStatus): PlaneReport {
  const { kind, state } = status
  const empty = { kind, state, identity: null, plane: null, verdict: null, failure: null }
  const withLine = <F extends Failure>(failure: F) => ({ ...failure, line: failureLine(failure) })
  switch (status.state) {
    case 'shown':
      return { ...empty, identity: status.identity, plane: planeFacts(status.plane) }
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
  return {
    fourcc: plane.fourcc,
    fourccCode: code === undefined ? null : `0x${code.toString(16).padStart(8, '0')}`,
    fourccName: fourccName(plane.fourcc) ?? null,
    modifier: modifierText(plane.modifier),
    modifierName: describeModifier(BigInt.asUintN(64, plane.modifier)).name ?? null,
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
    })),
  }
}
