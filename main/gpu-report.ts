// SPDX-License-Identifier: GPL-2.0-or-later
import { fourccText } from '../core/fourcc.ts'
import { fourccName } from '../core/fourcc-names.ts'
import type { GpuDevice } from '../core/gpu.ts'
import { modifierText } from '../core/modifier.ts'
import { describeModifier } from '../core/modifier-names.ts'
import type { Sharing } from '../core/protocol.ts'
import type { GpuCase } from './gpu/gpu-test.ts'

// What `inspect --gpu` found, as plain JSON: the human form is made of the same object.

export type GpuFormatReport = {
  readonly fourcc: string
  readonly name: string | null
  readonly layouts: readonly {
    /** `0x0100000000000001` */
    readonly modifier: string
    readonly name: string | null
    /** As a texture of its own kind alone, which the window cannot use. */
    readonly externalOnly: boolean
  }[]
}

export type GpuCaseReport = {
  readonly memory: GpuCase['memory']
  readonly fourcc: string
  readonly modifier: string
  readonly modifierName: string | null
  readonly did: GpuCase['did']
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Null when it passed. */
  readonly why: string | null
  readonly ms: number
}

export type GpuDeviceReport = {
  readonly node: string | null
  /** `8086:3e92`; null for what is no PCI device. */
  readonly pci: string | null
  readonly vendor: string
  readonly renderer: string
  readonly version: string
  readonly software: boolean
  readonly importsDmaBufs: boolean
  readonly importsModifiers: boolean
  readonly formats: readonly GpuFormatReport[]
  readonly cases: readonly GpuCaseReport[]
  /** Why textures failed with it the last time. */
  readonly mark: string | null
}

export type GpuReport = {
  readonly scanoutInspectGpu: 1
  readonly version: string
  readonly system: string
  /** Null: no Electron is installed. */
  readonly electron: string | null
  /** Null when it can be used. */
  readonly udmabuf: string | null
  /** Why nothing was found; null when something was. */
  readonly trouble: string | null
  readonly devices: readonly GpuDeviceReport[]
  /** What a window would take, and why it is not a better one. */
  readonly transport: { readonly sharing: Sharing; readonly reason: string }
  readonly passed: boolean
}

/** A device with its tests. @param pci its numbers */
export function deviceReport(
  device: GpuDevice,
  pci: string | null,
  cases: readonly GpuCase[],
  mark: string | null,
): GpuDeviceReport {
  const { node, vendor, renderer, version, software, importsDmaBufs, importsModifiers } = device
  return {
    node: node ?? null,
    pci,
    vendor,
    renderer,
    version,
    software,
    importsDmaBufs,
    importsModifiers,
    formats: formatReports(device),
    cases: cases.map(caseReport),
    mark,
  }
}

/** Whether a window could rely on a device, as far as it was tested: something passed and nothing failed. */
export function isProven({ software, cases }: GpuDeviceReport): boolean {
  const outcomes = cases.map(({ outcome }) => outcome)
  return !software && outcomes.includes('passed') && !outcomes.includes('failed')
}

function caseReport({ memory, fourcc, modifier, did, why, skipped, ms }: GpuCase): GpuCaseReport {
  return {
    memory,
    fourcc,
    modifier: modifierText(modifier),
    modifierName: describeModifier(modifier).name ?? null,
    did,
    outcome: why === undefined ? 'passed' : skipped ? 'skipped' : 'failed',
    why: why ?? null,
    ms: Math.round(ms * 10) / 10,
  }
}

function formatReports({ formats }: GpuDevice): readonly GpuFormatReport[] {
  const byCode = Map.groupBy(formats, ({ fourcc }) => fourccText(fourcc))
  return [...byCode].map(([fourcc, layouts]) => ({
    fourcc,
    name: fourccName(fourcc) ?? null,
    layouts: layouts.map(({ modifier, externalOnly }) => ({
      modifier: modifierText(modifier),
      name: describeModifier(modifier).name ?? null,
      externalOnly,
    })),
  }))
}
