// SPDX-License-Identifier: GPL-2.0-or-later
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fourccValue } from '../../core/fourcc.ts'
import type { GpuDevice } from '../../core/gpu.ts'
import { LINEAR } from '../../core/modifier.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { ZeroCopyMark } from '../zero-copy-marks.ts'

/** A PCI device, as sysfs and Chromium number them. */
export type PciIds = { readonly vendor: number; readonly device: number }

/** What a shell's own browser says of the GPU that it draws with. */
export type WindowGpu = {
  /** Chromium's word for `gpu_compositing`: `enabled` and nothing else is a GPU. */
  readonly compositing: string
  /** The one that draws; undefined where Chromium does not tell. */
  readonly ids: PciIds | undefined
}

/** All that decides, before anything is imported, whether dma-bufs may go into a window's GPU. */
export type GateFacts = {
  readonly window: WindowGpu
  /** As the process that imports in its place describes them, or why it cannot. */
  readonly devices: Result<readonly GpuDevice[], string>
  /** The PCI device behind a DRM node; undefined for what is none. */
  readonly idsOf: (node: string) => PciIds | undefined
}

/** The GPU that the window draws with, as another process reached it, or why there is none to be had. */
export function windowDevice({ window, devices, idsOf }: GateFacts): Result<GpuDevice, string> {
  if (window.compositing !== 'enabled') {
    return fail(`the window is drawn without a GPU (gpu_compositing: ${window.compositing})`)
  }
  if (!devices.ok) return devices
  const real = devices.value.filter(({ software, node }) => !software && node !== undefined)
  if (real.length === 0) return fail('this user reaches no GPU (/dev/dri/renderD*)')
  const { ids } = window
  const device = ids
    ? real.find(({ node }) => sameIds(idsOf(node ?? ''), ids))
    : real.length === 1
      ? real[0]
      : undefined
  if (device) return ok(device)
  const name = ids ? `${hex(ids.vendor)}:${hex(ids.device)}` : 'one of several'
  return fail(`the GPU that the window draws with (${name}) is not among those that can be tried`)
}

/** Why nothing may be imported into a GPU; undefined when it may be tried. */
export function deviceObjection(
  device: GpuDevice,
  mark: ZeroCopyMark | undefined,
): string | undefined {
  const { renderer, importsDmaBufs, importsModifiers, formats } = device
  if (device.software) return `the processor draws for it (${renderer})`
  if (!importsDmaBufs) return `${renderer} imports no dma-bufs`
  if (!importsModifiers) return `${renderer} is told no modifiers`
  const linear = formats.find(
    ({ fourcc, modifier }) => fourcc === fourccValue('AR24') && modifier === LINEAR,
  )
  const isListed = formats.length > 0
  if (isListed && (!linear || linear.externalOnly)) return `${renderer} takes no linear pictures`
  if (!mark) return undefined
  return `it failed the last time with this driver (${mark.why}), and scanout inspect --gpu --forget lets it be tried again`
}

/** The PCI device of a DRM node by its entry in sysfs. */
export async function pciIds(node: string): Promise<PciIds | undefined> {
  const read = async (name: string): Promise<number> => {
    const file = path.join('/sys/class/drm', path.basename(node), 'device', name)
    return Number((await readFile(file, 'utf8')).trim())
  }
  try {
    const [vendor, device] = [await read('vendor'), await read('device')]
    return Number.isInteger(vendor) && Number.isInteger(device) ? { vendor, device } : undefined
  } catch {
    return undefined
  }
}

function sameIds(a: PciIds | undefined, b: PciIds): boolean {
  return a?.vendor === b.vendor && a.device === b.device
}

function hex(id: number): string {
  return id.toString(16).padStart(4, '0')
}
