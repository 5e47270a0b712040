// SPDX-License-Identifier: GPL-2.0-or-later
import { ipcRenderer } from 'electron'
import { channels } from '../core/channels.ts'
import { callNames, eventNames, noteNames } from '../core/protocol.ts'
import type { ReceivedTextures } from './received-textures.ts'

/**
 * What the page's own world gets from the preload: functions only, which contextBridge proxies. It can
 * reach the listed names and nothing else of Electron.
 */
export type BridgeHost = {
  call(name: string, args: readonly unknown[]): Promise<unknown>
  tell(name: string, args: readonly unknown[]): void
  /** Returns its undo. */
  on(name: string, listener: (...args: unknown[]) => void): () => void
  /** Asks main for the port on which frames come. */
  wantFrames(): void
  /** The page's world holds an image's pages. */
  mapped(surface: number, image: number): void
  /** The page's world let go of a surface. */
  forgotten(surface: number): void
  /** A surface's pixels as a VideoFrame, which crosses the bridge without a copy. */
  texture(surface: number): VideoFrame | undefined
  onTextureTry(judge: (surface: number) => string): void
  textureBroken(why: string): void
}

function listed(names: readonly string[], name: unknown): string {
  const known = names.find((one) => one === name)
  if (known === undefined) throw new TypeError(`not a name of the bridge: ${String(name)}`)
  return known
}

/** The names that one document may use. */
export type BridgeNames = {
  readonly calls: readonly string[]
  readonly notes: readonly string[]
  readonly events: readonly string[]
}

export const viewerNames: BridgeNames = { calls: callNames, notes: noteNames, events: eventNames }

/** What a document has of {@link ReceivedTextures}. */
type Textures = Pick<ReceivedTextures, 'frame' | 'onTry' | 'broken'>
const noTextures: Textures = { frame: () => undefined, onTry: () => {}, broken: () => {} }

/**
 * @param forgotten hears which surfaces the page no longer reads
 * @param names of the document
 * @param textures those of the page, where it can have any
 */
export function bridgeHost(
  forgotten: (surface: number) => void,
  names: BridgeNames = viewerNames,
  textures: Textures = noTextures,
): BridgeHost {
  const listeners = new Map<string, Set<(...args: unknown[]) => void>>()
  ipcRenderer.on(channels.event, (_event, name: string, args: unknown[]) => {
    for (const listener of listeners.get(name) ?? []) listener(...args)
  })
  return {
    call: async (name, args) => ipcRenderer.invoke(channels.call, listed(names.calls, name), args),
    tell: (name, args) => ipcRenderer.send(channels.note, listed(names.notes, name), args),
    on(name, listener) {
      const known = listed(names.events, name)
      const set = listeners.get(known) ?? new Set()
      listeners.set(known, set.add(listener))
      return () => set.delete(listener)
    },
    wantFrames: () => ipcRenderer.send(channels.framesWanted),
    mapped: (surface, image) => ipcRenderer.send(channels.memoryMapped, surface, image),
    forgotten,
    texture: (surface) => textures.frame(surface),
    onTextureTry: (judge) => textures.onTry(judge),
    textureBroken: (why) => textures.broken(why),
  }
}

/** Passes the port that frames come on to the page's world. */
export function forwardFrames(): void {
  ipcRenderer.on(channels.frames, (event) => {
    window.postMessage({ scanout: 'frames' }, location.origin, [...event.ports])
  })
}
