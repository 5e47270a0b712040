// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from './failure.ts'
import type { Result } from './result.ts'

// The contract between main and the launcher's page, as core/protocol.ts is that of the viewer's.

export const foundKinds = ['vm', 'device', 'recent', 'demo'] as const
export type FoundKind = (typeof foundKinds)[number]

/** Something on this host that can be shown, or could be but for a reason. */
export type Found = {
  /** The same for the same thing from one look to the next. */
  readonly id: string
  readonly kind: FoundKind
  /** Of the VM or the device, as its owner wrote it. */
  readonly name: string
  /** What it is, in a few words. */
  readonly what: string
  /** For `scanout ADDRESS`; empty where there is no way to it. */
  readonly address: string
  readonly usable: boolean
  /** Empty when it is usable. */
  readonly why: string
  readonly remedy: string
  /** What the remedy asks for, to be typed or pasted as it stands; empty when it is no such thing. */
  readonly fix: string
  /** When a viewer last showed it, ms since 1970; absent when none did. */
  readonly seenMs?: number
  /** Path of its last picture on the page's own origin; absent when there is none. */
  readonly picture?: string
}

/** How a person wants something opened. */
export type OpenRequest = {
  /** An address, or the path of a file. */
  readonly target: string
  /** The launcher stays open. */
  readonly stays: boolean
}

/** The page asks, main answers. */
export type LauncherCalls = {
  'launcher:hello': () => Promise<LauncherHello>
  /** Resolves when the viewer shows its window, or failed. */
  'launcher:open': (request: OpenRequest) => Promise<Result<void, Failure>>
  /** Opens a session file of which only the text is known: it was dropped into the window. */
  'launcher:open-text': (name: string, text: string) => Promise<Result<void, Failure>>
  /** Forgets a recent address and its picture. */
  'launcher:forget': (address: string) => Promise<void>
  'window:close': () => Promise<void>
}

/** What the page needs to say once. */
export type LauncherHello = {
  readonly found: readonly Found[]
  /** How to start a QEMU that can be shown, ready to be pasted. */
  readonly qemuOptions: string
  /** The same for a libvirt domain. */
  readonly libvirtXml: string
  /** The window stays whatever is opened. */
  readonly stays: boolean
}

/** The page tells, nobody answers. */
export type LauncherNotes = {
  'view:visible': [visible: boolean]
  /** How long after its navigation began the page painted first, and painted the list, ms. */
  'view:painted': [firstMs: number, listMs: number]
  'log:problem': [text: string]
}

/** Main tells, the page hears. */
export type LauncherEvents = {
  'found:changed': [found: readonly Found[]]
}

export const launcherCallNames = [
  'launcher:hello',
  'launcher:open',
  'launcher:open-text',
  'launcher:forget',
  'window:close',
] as const satisfies readonly (keyof LauncherCalls)[]
export const launcherNoteNames = [
  'view:visible',
  'view:painted',
  'log:problem',
] as const satisfies readonly (keyof LauncherNotes)[]
export const launcherEventNames = [
  'found:changed',
] as const satisfies readonly (keyof LauncherEvents)[]

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
/** These lines do not compile while a name is missing from its list. */
export const launcherCallsAreListed: Same<keyof LauncherCalls, (typeof launcherCallNames)[number]> =
  true
export const launcherNotesAreListed: Same<keyof LauncherNotes, (typeof launcherNoteNames)[number]> =
  true
export const launcherEventsAreListed: Same<
  keyof LauncherEvents,
  (typeof launcherEventNames)[number]
> = true

/** Longest target of an {@link OpenRequest}, characters. */
export const MAX_TARGET = 4096
/** Longest session file that may be dropped, characters. */
export const MAX_SESSION_TEXT = 16_384

/** All that the launcher's page sees of main; `window.scanoutLauncher` in Electron. */
export type LauncherBridge = {
  call<N extends keyof LauncherCalls>(
    name: N,
    ...args: Parameters<LauncherCalls[N]>
  ): ReturnType<LauncherCalls[N]>
  tell<N extends keyof LauncherNotes>(name: N, ...args: LauncherNotes[N]): void
  /** Returns its undo. */
  on<N extends keyof LauncherEvents>(
    name: N,
    listener: (...args: LauncherEvents[N]) => void,
  ): () => void
  /** Main went away; nothing more will come. Returns its undo. */
  onClosed(listener: () => void): () => void
}
