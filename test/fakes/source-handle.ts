// SPDX-License-Identifier: GPL-2.0-or-later

import { EventEmitter } from 'node:events'
import type { Failure } from '../../core/failure.ts'
import { noCapabilities } from '../../core/guest.ts'
import type { GuestRequest } from '../../core/guest-channel.ts'
import type { InputEvent } from '../../core/input.ts'
import type { PixelNeed } from '../../core/plain-plane.ts'
import type { Capture, PlaneStatus } from '../../core/plane.ts'
import type { FrameMessage, Sharing } from '../../core/protocol.ts'
import { ok, type Result } from '../../core/result.ts'
import type {
  SourceDescription,
  SourceEvents,
  SourceHandle,
  SourceInfo,
} from '../../main/source/source.ts'
import type { Fd } from '../../native-shim/api.ts'

/** A frame in which nothing changed; tests fill in what they are about. */
export function emptyFrame(seq: number, fields: Partial<FrameMessage> = {}): FrameMessage {
  const readAtMs = performance.timeOrigin + performance.now()
  const nothing = { reset: false, surfaces: [], gone: [], damage: [], scene: [] }
  return { seq, readAtMs, ...nothing, ...fields }
}

/** A source that a test drives; it records all that it is told. */
export class FakeSourceHandle implements SourceHandle {
  info: SourceInfo = {
    address: 'fake:',
    name: 'Fake VM',
    access: 'memfd',
    capabilities: noCapabilities,
  }
  readonly told: string[] = []
  readonly typed: InputEvent[] = []
  readonly requested: GuestRequest[] = []
  readonly recycled: Uint8Array[] = []
  disposed = false
  pictures: Capture = { planes: [], statuses: [] }
  readonly #emitter = new EventEmitter()

  on<N extends keyof SourceEvents>(
    name: N,
    listener: (...args: SourceEvents[N]) => void,
  ): () => void {
    this.#emitter.on(name, listener as (...args: unknown[]) => void)
    return () => this.#emitter.off(name, listener as (...args: unknown[]) => void)
  }

  emit<N extends keyof SourceEvents>(name: N, ...args: SourceEvents[N]): void {
    this.#emitter.emit(name, ...args)
  }

  show(statuses: readonly PlaneStatus[]): void {
    this.emit('planes', statuses)
  }

  frame(seq: number, payload = new Uint8Array(4)): Uint8Array<ArrayBuffer> {
    this.emit('frame', emptyFrame(seq), payload, undefined)
    return payload
  }

  lose(failure: Failure): void {
    this.emit('gone', failure)
  }

  watch(sharing: Sharing): void {
    this.told.push(`watch ${sharing}`)
  }

  refuseTexture(layout: string): void {
    this.told.push(`refuse ${layout}`)
  }

  pace(): void {}

  needPixels(pixels: PixelNeed): void {
    this.told.push(`pixels ${pixels}`)
  }

  presented(seq: number): void {
    this.told.push(`presented ${seq}`)
  }

  resend(): void {
    this.told.push('resend')
  }

  setVisible(visible: boolean): void {
    this.told.push(`visible ${visible}`)
  }

  input(events: readonly InputEvent[]): void {
    this.typed.push(...events)
  }

  request(request: GuestRequest): void {
    this.requested.push(request)
  }

  shareFile(fd: Fd | undefined): void {
    fd?.[Symbol.dispose]()
  }

  recycle(payload: Uint8Array<ArrayBuffer>): void {
    this.recycled.push(payload)
  }

  async capture(): Promise<Result<Capture, Failure>> {
    return ok(this.pictures)
  }

  async describe(): Promise<SourceDescription> {
    const counts = { refreshes: 0, frames: 0, queryErrors: 0 }
    return { info: this.info, statuses: [], surfaces: [], ...counts }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true
  }
}
