// SPDX-License-Identifier: GPL-2.0-or-later
import { app } from 'electron'
import { fail, ok } from '../../../core/result.ts'
import { shim } from '../../../native-shim/index.ts'
import { GpuProcess, renderNodes } from '../../gpu/gpu-process.ts'
import { systemClock } from '../../source/poller.ts'
import { pciIds } from '../../transport/texture-gate.ts'
import { ZeroCopyMarks } from '../../zero-copy-marks.ts'
import type { ShimChoice, TextureChoice } from './electron-shell.ts'

/** What windows of this process need to take dma-bufs; to be called before Electron is ready. */
export function textureParts(addon: ShimChoice, nodes = renderNodes()): TextureChoice {
  if (!addon.ok) return addon
  if (nodes.length === 0) return fail('this host shows no GPU (/dev/dri/renderD*)')
  // Chromium imports dma-bufs by EGL alone, which is not what it draws with by itself on X11.
  if (!app.commandLine.hasSwitch('use-angle')) {
    app.commandLine.appendSwitch('use-angle', 'gl-egl')
  }
  return ok({
    startGpu: (node) => GpuProcess.start(node === undefined ? {} : { node }),
    pciIds,
    shim,
    marks: new ZeroCopyMarks(process.env),
    clock: systemClock,
  })
}
