// SPDX-License-Identifier: GPL-2.0-or-later
import { contextBridge } from 'electron'
import { bridgeHost, forwardFrames } from './bridge-host.ts'
import { installBridge } from './page-bridge.ts'

// The sandboxed preload: all that the page gets of Electron.

forwardFrames()
contextBridge.executeInMainWorld({ func: installBridge, args: [bridgeHost(() => {})] })
