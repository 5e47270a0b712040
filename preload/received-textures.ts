// SPDX-License-Identifier: GPL-2.0-or-later
import { ipcRenderer, type SharedTextureImported, sharedTexture } from 'electron'
import { channels } from '../core/channels.ts'

/**
 * Textures that main sent to this page, by their surfaces, for as long as main wants them held. The only user of
 * sharedTexture in the page.
 */
export class ReceivedTextures implements Disposable {
  readonly #held = new Map<number, SharedTextureImported>()
  #judge: ((surface: number) => string) | undefined
  /** The test picture, while nobody can judge it yet. */
  #asked: number | undefined
  #isStopped = false

  constructor() {
    sharedTexture.setSharedTextureReceiver(async ({ importedSharedTexture }, surface: unknown) => {
      this.#take(surface, importedSharedTexture)
    })
    ipcRenderer.on(channels.textureTry, (_event, surface: number) => this.#try(surface))
    ipcRenderer.on(channels.textureGone, (_event, surface: number) => this.#drop(surface))
    ipcRenderer.on(channels.texturesStopped, () => this.#stop())
  }

  /** The surface's pixels as they are now; whoever asks closes it. Undefined while it is not here. */
  frame(surface: number): VideoFrame | undefined {
    return this.#held.get(surface)?.getVideoFrame()
  }

  /** @param judge says what is wrong with the test picture as it arrived; an empty text when nothing is */
  onTry(judge: (surface: number) => string): void {
    this.#judge = judge
    if (this.#asked !== undefined) this.#try(this.#asked)
  }

  broken(why: string): void {
    ipcRenderer.send(channels.textureBroken, why)
  }

  /** Lets go of all. */
  [Symbol.dispose](): void {
    for (const surface of [...this.#held.keys()]) this.#drop(surface)
  }

  #take(surface: unknown, texture: SharedTextureImported): void {
    // Main counts only what arrived in time, and fails over the release of anything else.
    if (this.#isStopped) return
    if (!Number.isSafeInteger(surface)) throw new TypeError('main sent a texture without its name')
    this.#drop(Number(surface))
    this.#held.set(Number(surface), texture)
  }

  #drop(surface: number): void {
    const texture = this.#held.get(surface)
    this.#held.delete(surface)
    texture?.release()
  }

  #stop(): void {
    this.#isStopped = true
    this[Symbol.dispose]()
  }

  #try(surface: number): void {
    this.#asked = this.#judge ? undefined : surface
    if (this.#judge) ipcRenderer.send(channels.textureTried, this.#judge(surface))
  }
}
