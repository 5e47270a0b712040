// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Events, FrameMessage } from '../../core/protocol.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type {
  DesktopWish,
  FrameSink,
  SharingChoice,
  Shell,
  ShellWindow,
  WindowEnd,
  WindowRequest,
} from '../../main/shell/shell.ts'

/** A window that a test looks into; `request.page` is what the session offers its page. */
export class FakeWindow implements ShellWindow {
  readonly kind = 'chromium'
  sharing: SharingChoice = {
    sharing: 'stream',
    copying: 'stream',
    reason: 'because it is a fake',
  }
  readonly sharingListeners = new Set<() => void>()
  readonly refusalListeners = new Set<(layout: string) => void>()
  readonly request: WindowRequest
  readonly sent: { readonly name: string; readonly args: readonly unknown[] }[] = []
  readonly got: FrameMessage[] = []
  readonly end = Promise.withResolvers<WindowEnd>()
  readonly ended = this.end.promise
  /** Surfaces whose dma-bufs came. */
  readonly textures: number[] = []
  /** Sources whose surfaces were let go of. */
  sourcesEnded = 0
  /** False: frames are dropped on the way. */
  delivers = true
  disposed = false
  /** Times that it was brought to the front. */
  raised = 0
  readonly frames: FrameSink = {
    frame: async (frame) => {
      if (this.delivers) this.got.push(frame)
      return this.delivers
    },
    surfaceMemory: (_surface, _image, memfd) => memfd[Symbol.dispose](),
    surfaceTexture: (surface, _plane, dmabufs) => {
      this.textures.push(surface)
      for (const fd of dmabufs) fd[Symbol.dispose]()
    },
    sourceEnded: () => {
      this.sourcesEnded += 1
    },
  }

  constructor(request: WindowRequest) {
    this.request = request
  }

  send<N extends keyof Events>(name: N, ...args: Events[N]): void {
    this.sent.push({ name, args })
  }

  onSharing(listener: () => void): () => void {
    this.sharingListeners.add(listener)
    return () => this.sharingListeners.delete(listener)
  }

  onTextureRefused(listener: (layout: string) => void): () => void {
    this.refusalListeners.add(listener)
    return () => this.refusalListeners.delete(listener)
  }

  /** Pixels go another way from now on. */
  settle(sharing: SharingChoice): void {
    this.sharing = sharing
    for (const listener of this.sharingListeners) listener()
  }

  readonly wishes: DesktopWish[] = []

  wish(wish: DesktopWish): void {
    this.wishes.push(wish)
  }

  async raise(): Promise<Result<void, Failure>> {
    this.raised += 1
    return ok(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true
    this.end.resolve({ kind: 'closed' })
  }
}

export class FakeShell implements Shell {
  readonly kind = 'chromium'
  window: FakeWindow | undefined
  failure: Failure | undefined

  async open(request: WindowRequest): Promise<Result<ShellWindow, Failure>> {
    if (this.failure) return fail(this.failure)
    this.window = new FakeWindow(request)
    return ok(this.window)
  }
}
