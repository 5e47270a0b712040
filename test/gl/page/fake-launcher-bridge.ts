// SPDX-License-Identifier: GPL-2.0-or-later
import type {
  Found,
  LauncherBridge,
  LauncherCalls,
  LauncherHello,
} from '../../../core/launcher-protocol.ts'

// Main as the launcher's page sees it, played by a test: loaded before the page's own script.

export type FakeLauncher = {
  /** Calls and notes of the page since the start. */
  readonly calls: { readonly name: string; readonly args: readonly unknown[] }[]
  readonly notes: { readonly name: string; readonly args: readonly unknown[] }[]
  /** The list is another one. */
  find(found: readonly Found[]): void
  /** Answers the `launcher:open` that waits; why it failed, or nothing. */
  opened(why?: string): void
  close(): void
}

declare global {
  interface Window {
    fakeLauncher: FakeLauncher
    /** Set before the page loads: what is found. */
    fakeFound?: readonly Found[]
  }
}

const listeners = new Set<(found: readonly Found[]) => void>()
const closed = new Set<() => void>()
let answer: ((result: unknown) => void) | undefined

const hello = (): LauncherHello => ({
  found: window.fakeFound ?? [],
  qemuOptions: '-display dbus,p2p=yes -qmp unix:/run/user/1000/vm.qmp,server=on,wait=off',
  libvirtXml: "<graphics type='dbus' p2p='yes'/>",
  stays: false,
})

const wait = () =>
  new Promise((resolve) => {
    answer = resolve
  })

const answers: { [N in keyof LauncherCalls]: () => unknown } = {
  'launcher:hello': hello,
  'launcher:open': wait,
  'launcher:open-text': wait,
  'launcher:forget': () => undefined,
  'window:close': () => undefined,
}

const fake: FakeLauncher = {
  calls: [],
  notes: [],
  find(found) {
    for (const listener of listeners) listener(found)
  },
  opened(why) {
    const failure = { code: 'x', what: 'cannot open it', why: why ?? '', remedy: 'Try another' }
    answer?.(why === undefined ? { ok: true, value: undefined } : { ok: false, failure })
  },
  close() {
    for (const listener of closed) listener()
  },
}

const bridge: LauncherBridge = {
  call: (...call) => {
    const [name, ...args] = call
    fake.calls.push({ name, args })
    return Promise.resolve(answers[name]()) as never
  },
  tell: (...note) => {
    const [name, ...args] = note
    fake.notes.push({ name, args })
  },
  on(_name, listener) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  onClosed(listener) {
    closed.add(listener)
    return () => closed.delete(listener)
  },
}

window.fakeLauncher = fake
Object.defineProperty(window, 'scanoutLauncher', { value: bridge })
