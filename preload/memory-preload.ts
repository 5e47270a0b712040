// SPDX-License-Identifier: GPL-2.0-or-later
import { contextBridge, ipcRenderer } from 'electron'
import { channels, MEMORY_SOCKET_SWITCH } from '../core/channels.ts'
import { shim } from '../native-shim/index.ts'
import { bridgeHost, forwardFrames, viewerNames } from './bridge-host.ts'
import { installBridge } from './page-bridge.ts'
import { ReceivedTextures } from './received-textures.ts'
import { SharedSurfaces } from './shared-surfaces.ts'

// The preload of a window without a sandbox, which the shared-memory transport needs. Beside what the
// sandboxed one does it maps memory, and nothing else.

const surfaces = new SharedSurfaces(shim, (surface, image, buffer, size) => {
  window.postMessage({ scanout: 'memory', surface, image, buffer, size }, location.origin)
})
forwardFrames()
const textures = new ReceivedTextures()
const host = bridgeHost((surface) => surfaces.forget(surface), viewerNames, textures)
contextBridge.executeInMainWorld({ func: installBridge, args: [host] })

const socket = process.argv.find((word) => word.startsWith(MEMORY_SOCKET_SWITCH))
window.addEventListener(
  'pagehide',
  () => {
    surfaces[Symbol.dispose]()
    textures[Symbol.dispose]()
  },
  { once: true },
)
surfaces
  .serve(socket?.slice(MEMORY_SOCKET_SWITCH.length) ?? '', (objection) =>
    ipcRenderer.send(channels.memoryTried, objection),
  )
  .catch((error: unknown) => {
    const words = error instanceof Error ? error.message : String(error)
    ipcRenderer.send(channels.memoryTried, words)
  })
