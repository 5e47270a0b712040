// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { app, sharedTexture, type WebContents } from 'electron'
import { channels } from '../../../core/channels.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { CANARY_SURFACE } from '../../../core/texture-canary.ts'
import type { ImportedTexture } from '../../transport/texture-channel.ts'
import type { PciIds, WindowGpu } from '../../transport/texture-gate.ts'
import type { TextureInfo } from '../../transport/texture-info.ts'
import type { TextureHost } from '../../transport/texture-transport.ts'

/** How long Chromium may take to tell of its GPU, ms. */
const TOLD_MS = 500
const ENABLED = 'enabled'

/** Values pass as they are: nothing may be taken for video. */
const colorSpace = { primaries: 'bt709', transfer: 'srgb', matrix: 'rgb', range: 'full' } as const

/** Electron's own way of dma-bufs into the GPU of one window; the only user of sharedTexture in main. */
export function windowTextures(contents: WebContents): TextureHost {
  const tell = (channel: string, ...args: readonly unknown[]): void => {
    if (!contents.isDestroyed()) contents.send(channel, ...args)
  }
  return {
    importer: {
      import: (info) => importTexture(contents, info),
      forget: (surface) => tell(channels.textureGone, surface),
      stop: () => tell(channels.texturesStopped),
    },
    windowGpu,
    tryCanary: () => tell(channels.textureTry, CANARY_SURFACE),
    onGpuGone(listener) {
      const hear = (_event: unknown, details: { type: string; reason: string }): void => {
        if (details.type === 'GPU') listener(`the window's GPU process ended (${details.reason})`)
      }
      app.on('child-process-gone', hear)
      return () => app.off('child-process-gone', hear)
    },
  }
}

function importTexture(contents: WebContents, info: TextureInfo): ImportedTexture {
  const { pixelFormat, codedSize, modifier, planes } = info
  const nativePixmap = { planes: [...planes], modifier, supportsZeroCopyWebGpuImport: false }
  const importedSharedTexture = sharedTexture.importSharedTexture({
    textureInfo: { pixelFormat, codedSize, colorSpace, handle: { nativePixmap } },
  })
  return {
    send: (surface) =>
      sharedTexture.sendSharedTexture(
        { frame: contents.mainFrame, importedSharedTexture },
        surface,
      ),
    release: () => importedSharedTexture.release(),
  }
}

async function windowGpu(): Promise<Result<WindowGpu, string>> {
  const waiting = new AbortController()
  const { signal } = waiting
  const told = once(app, 'gpu-info-update', { signal }).catch(() => {})
  const compositing = () => app.getGPUFeatureStatus().gpu_compositing
  try {
    const ids = activeGpu(await app.getGPUInfo('basic'))
    // Before Chromium told of its GPU for the first time, it says that there is none.
    if (compositing() !== ENABLED) await Promise.race([told, delay(TOLD_MS)])
    return ok({ compositing: compositing(), ids })
  } catch (error) {
    return fail(`Electron does not tell of its GPU (${String(error)})`)
  } finally {
    waiting.abort()
  }
}

/** The GPU that Chromium says it draws with; its only one where it marks none. */
function activeGpu(info: unknown): PciIds | undefined {
  const { gpuDevice } = info as { gpuDevice?: unknown }
  if (!Array.isArray(gpuDevice)) return undefined
  const devices = gpuDevice as readonly Partial<Record<string, unknown>>[]
  const device = devices.find(({ active }) => active === true) ?? devices[0]
  const [vendor, model] = [device?.['vendorId'], device?.['deviceId']]
  return typeof vendor === 'number' && typeof model === 'number' && vendor !== 0
    ? { vendor, device: model }
    : undefined
}
