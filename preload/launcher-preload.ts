// SPDX-License-Identifier: GPL-2.0-or-later
import { contextBridge } from 'electron'
import {
  launcherCallNames,
  launcherEventNames,
  launcherNoteNames,
} from '../core/launcher-protocol.ts'
import { bridgeHost } from './bridge-host.ts'
import { installLauncherBridge } from './launcher-bridge.ts'

// The sandboxed preload of the launcher's page.

const names = { calls: launcherCallNames, notes: launcherNoteNames, events: launcherEventNames }
const host = bridgeHost(() => {}, names)
contextBridge.executeInMainWorld({ func: installLauncherBridge, args: [host] })
