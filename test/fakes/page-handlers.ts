// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Calls, Notes, ShotRequest } from '../../core/protocol.ts'
import { ok, type Result } from '../../core/result.ts'
import { initialSettings } from '../../core/settings.ts'
import type { PageHandlers } from '../../main/shell/shell.ts'

/** What a page may ask of main, answered with constants and written down. */
export class FakePageHandlers implements PageHandlers {
  readonly notes: { readonly name: string; readonly args: readonly unknown[] }[] = []
  readonly shots: ShotRequest[] = []
  readonly frames: string[] = []
  picture: Result<Uint8Array, Failure> = ok(Uint8Array.of(1, 2, 3))
  readonly calls: Calls = {
    'session:hello': () => Promise.reject(new Error('secret of main')),
    'session:reopen': async () => {},
    'session:console': async () => {},
    'vm:act': async () => ok(undefined),
    'shot:save': async ({ folder, name }) => ok({ path: `${folder}/${name}` }),
    'shot:keep': async ({ folder, name }) => ok({ path: `${folder}/${name}.webp` }),
    'shot:series': async () => ok(undefined),
    'shot:suggest': async () => ({ folder: '/pictures', name: 'shot' }),
    'shot:reveal': async () => ok(undefined),
    'settings:change': async (change) => ({
      ...initialSettings,
      screenshotFolder: '/pictures',
      ...change,
    }),
    'settings:set': async () => ({ global: initialSettings, vm: {} }),
    'settings:reset': async () => ({ global: initialSettings, vm: {} }),
    'settings:layers': async () => ({ global: initialSettings, vm: {} }),
    'launcher:create': async () => ok({ name: 'VM', path: '/applications/vm.desktop' }),
    'drop:open': async () => ok(undefined),
    'window:close': async () => {},
    'record:wish': async () => null,
    'record:start': async () => ok({ id: 1, path: '/videos/take.part.webm' }),
    'record:write': async () => ok({ bytes: 1, frames: 1, seconds: 1 }),
    'record:close': async () => ok({ bytes: 1, frames: 1, seconds: 1, path: '/videos/take.webm' }),
    'record:reveal': async () => ok(undefined),
  }

  note<N extends keyof Notes>(name: N, ...args: Notes[N]): void {
    this.notes.push({ name, args })
  }

  async shot(request: ShotRequest): Promise<Result<Uint8Array, Failure>> {
    this.shots.push(request)
    return this.picture
  }

  framesWanted(): void {
    this.frames.push('wanted')
  }

  framesDropped(): void {
    this.frames.push('dropped')
  }
}
