// SPDX-License-Identifier: GPL-2.0-or-later
import { contextBridge } from 'electron'
import { bridgeHost, forwardFrames, viewerNames } from './bridge-host.ts'
import { installBridge } from './page-bridge.ts'
import { ReceivedTextures } from './received-textures.ts'

// The sandboxed preload: all that the page gets of Electron.

forwardFrames()
const textures = new ReceivedTextures()
window.addEventListener('pagehide', () => textures[Symbol.dispose](), { once: true })
const host = bridgeHost(() => {}, viewerNames, textures)
contextBridge.executeInMainWorld({ func: installBridge, args: [host] })
