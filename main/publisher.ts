// SPDX-License-Identifier: GPL-2.0-or-later

import type { FilePlace } from '../core/frame-file.ts'
import type { PixelNeed } from '../core/plain-plane.ts'
import type { Plane } from '../core/plane.ts'
import type { FrameMessage, SurfaceId } from '../core/protocol.ts'
import type { Fd } from '../native-shim/api.ts'
import type { FrameStatistics } from './frame-statistics.ts'
import type { SharingChoice, ShellWindow } from './shell/shell.ts'
import type { SourceHandle } from './source/source.ts'

/** Bytes of a frame's two lengths. */
const PREFIX = 8

/**
 * Carries one source's frames to one window and the page's answers back. A source stops at two frames
 * that were not presented, so nothing here ever queues.
 */
export class Publisher implements Disposable {
  readonly #handle: SourceHandle
  readonly #window: ShellWindow
  readonly #statistics: FrameStatistics
  /** Frames under way: sequence number to the time when their planes were read. */
  readonly #under = new Map<number, number>()
  readonly #listening = new DisposableStack()
  #pixels: PixelNeed
  #copies: boolean
  #watching = false
  /** By which frames were asked for. */
  #way: Pick<SharingChoice, 'sharing' | 'copying'> | undefined
  #attached = false

  /**
   * @param pixels what the page can draw, as far as it said
   * @param copies the page needs the bytes of its pictures
   */
  constructor(
    handle: SourceHandle,
    window: ShellWindow,
    statistics: FrameStatistics,
    pixels: PixelNeed = 'raw',
    copies = false,
  ) {
    this.#pixels = pixels
    this.#copies = copies
    this.#handle = handle
    this.#window = window
    this.#statistics = statistics
    this.#listening.defer(handle.on('frame', (...frame) => void this.#send(...frame)))
    this.#listening.defer(handle.on('surface-memory', (...memory) => this.#share(...memory)))
    this.#listening.defer(handle.on('surface-texture', (...texture) => this.#import(...texture)))
    this.#listening.defer(window.onSharing(() => this.#watchAgain()))
    this.#listening.defer(window.onTextureRefused((layout) => this.#refuse(layout)))
  }

  /** A page listens: from now on it gets everything, beginning with a `reset`. */
  attach(): void {
    this.#attached = true
    this.#settleAll()
    this.#handle.shareFile(this.#window.frames.file?.())
    if (this.#watching) this.#handle.resend()
    else {
      if (this.#pixels !== 'raw') this.#handle.needPixels(this.#pixels)
      this.#watch()
    }
    this.#watching = true
  }

  /** The page needs the bytes of its pictures, or not any more. */
  copy(wanted: boolean): void {
    if (wanted === this.#copies) return
    this.#copies = wanted
    this.#watchAgain()
  }

  /** The page is gone. Frames under way stay unanswered, which holds the source until the next page. */
  detach(): void {
    this.#attached = false
  }

  /** The page said what it can draw. */
  needPixels(pixels: PixelNeed): void {
    if (pixels === this.#pixels) return
    this.#pixels = pixels
    if (this.#watching) this.#handle.needPixels(pixels)
  }

  /** The display shows so many frames a second: more need not be read. */
  pace(hz: number): void {
    this.#handle.pace(hz)
  }

  presented(seq: number, drawMs: number): void {
    const readAtMs = this.#under.get(seq)
    if (readAtMs === undefined) return
    this.#under.delete(seq)
    const nowMs = performance.timeOrigin + performance.now()
    this.#statistics.presented(readAtMs, nowMs, drawMs)
    this.#handle.presented(seq)
  }

  /** The page lost its textures. */
  resend(): void {
    if (!this.#watching) return
    this.#settleAll()
    this.#handle.resend()
  }

  [Symbol.dispose](): void {
    if (!this.#listening.disposed) this.#window.frames.sourceEnded()
    this.#listening.dispose()
    this.#under.clear()
  }

  /** Asks for frames by the way that is the best now. */
  #watch(): void {
    const { sharing, copying } = this.#window.sharing
    this.#way = { sharing: this.#copies ? copying : sharing, copying }
    this.#handle.watch(this.#way.sharing, copying)
  }

  /** Everything comes again, if there is another way now. */
  #watchAgain(): void {
    const { sharing, copying } = this.#window.sharing
    const isSame = this.#way?.copying === copying
    if (!this.#watching || (isSame && this.#way?.sharing === (this.#copies ? copying : sharing))) {
      return
    }
    this.#settleAll()
    this.#watch()
  }

  #refuse(layout: string): void {
    this.#settleAll()
    this.#handle.refuseTexture(layout)
  }

  #settleAll(): void {
    for (const seq of this.#under.keys()) this.#handle.presented(seq)
    this.#under.clear()
  }

  async #send(
    frame: FrameMessage,
    payload: Uint8Array<ArrayBuffer>,
    filed: FilePlace | undefined,
  ): Promise<void> {
    this.#under.set(frame.seq, frame.readAtMs)
    const left = this.#attached && (await this.#window.frames.frame(frame, payload, filed))
    if (left) this.#statistics.sent((filed?.length ?? payload.byteLength) + PREFIX)
    if (!this.#listening.disposed) this.#handle.recycle(payload)
  }

  #share(surface: SurfaceId, image: number, memfd: Fd, size: number): void {
    if (this.#attached) this.#window.frames.surfaceMemory(surface, image, memfd, size)
    else memfd[Symbol.dispose]()
  }

  #import(surface: SurfaceId, plane: Plane, dmabufs: readonly Fd[]): void {
    if (this.#attached) this.#window.frames.surfaceTexture(surface, plane, dmabufs)
    else for (const fd of dmabufs) fd[Symbol.dispose]()
  }
}
