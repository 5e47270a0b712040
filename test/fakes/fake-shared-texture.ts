// SPDX-License-Identifier: GPL-2.0-or-later

// Electron's sharedTexture as its documents and source describe it: one import has a reference in main and one
// in every page that took it, and what it holds goes when the last of them does.

type TextureInfo = {
  readonly pixelFormat: string
  readonly codedSize: { readonly width: number; readonly height: number }
  readonly handle: {
    readonly nativePixmap?: {
      readonly modifier: string
      readonly planes: readonly { readonly fd: number; readonly size: number }[]
    }
  }
}
type Receiver = (
  received: { readonly importedSharedTexture: FakeReceived },
  ...args: unknown[]
) => Promise<void>

/** A page's VideoFrame. */
export class FakeVideoFrame {
  readonly texture: FakeImported
  closed = false

  constructor(texture: FakeImported) {
    this.texture = texture
    texture.openFrames += 1
  }

  close(): void {
    if (!this.closed) this.texture.openFrames -= 1
    this.closed = true
  }
}

/** What a page holds. */
export class FakeReceived {
  readonly texture: FakeImported
  released = false

  constructor(texture: FakeImported) {
    this.texture = texture
  }

  getVideoFrame(): FakeVideoFrame {
    if (this.released) throw new Error('released textures have no frames')
    return new FakeVideoFrame(this.texture)
  }

  release(): void {
    if (this.released) throw new Error('released twice')
    // Electron's own, when a send was given up before it arrived.
    if (!this.texture.holders.has(this)) throw new Error('a reference that main never booked')
    this.released = true
    this.texture.holders.delete(this)
  }
}

/** What main holds. */
export class FakeImported {
  readonly info: TextureInfo
  readonly holders = new Set<FakeReceived>()
  released = false
  openFrames = 0

  constructor(info: TextureInfo) {
    this.info = info
  }

  /** Nobody holds it any more. */
  get isGone(): boolean {
    return this.released && this.holders.size === 0
  }

  release(): void {
    if (this.released) throw new Error('released twice')
    this.released = true
  }
}

/** How the next sends go: arrive, fail, never end, or time out and arrive all the same. */
export type SendFate = 'arrives' | 'rejects' | 'hangs' | 'comes late'

export class FakeSharedTexture {
  readonly imports: FakeImported[] = []
  /** Surfaces by which textures were sent, in order. */
  readonly sends: unknown[] = []
  fate: SendFate = 'arrives'
  refusal: Error | undefined
  /** Sends under way, and the most there were at once. */
  underWay = 0
  mostUnderWay = 0
  /** Lets a send that is under way go on. */
  readonly gates: (() => void)[] = []
  /** Sends wait in `gates`. */
  isGated = false
  #receiver: Receiver | undefined
  /** Sends that were given up, to be delivered after that. */
  readonly late: (() => Promise<void>)[] = []

  reset(): void {
    this.imports.length = 0
    this.sends.length = 0
    this.gates.length = 0
    this.late.length = 0
    this.fate = 'arrives'
    this.refusal = undefined
    this.isGated = false
    this.underWay = 0
    this.mostUnderWay = 0
    this.#receiver = undefined
  }

  /** References that somebody still has. */
  get held(): number {
    return this.imports.filter((one) => !one.isGone).length
  }

  importSharedTexture({ textureInfo }: { readonly textureInfo: TextureInfo }): FakeImported {
    if (this.refusal) throw this.refusal
    const formats = ['bgra', 'rgba', 'rgbaf16', 'nv12', 'nv16', 'p010le']
    const pixmap = textureInfo.handle.nativePixmap
    if (!formats.includes(textureInfo.pixelFormat) || !pixmap) {
      throw new TypeError('Invalid shared texture info object')
    }
    // StringToUint64 stops at what is no digit, and nobody looks at its answer.
    if (!/^\d+$/.test(pixmap.modifier)) throw new Error(`${pixmap.modifier} reads as LINEAR`)
    if (pixmap.planes.some(({ fd }) => !Number.isInteger(fd) || fd < 0)) {
      throw new Error('a plane without a descriptor reads stdin')
    }
    const imported = new FakeImported(textureInfo)
    this.imports.push(imported)
    return imported
  }

  async sendSharedTexture(
    options: { readonly importedSharedTexture: FakeImported },
    ...args: unknown[]
  ): Promise<void> {
    const { importedSharedTexture: imported } = options
    if (imported.released) throw new Error('a released texture cannot be sent')
    this.sends.push(args[0])
    this.underWay += 1
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay)
    try {
      if (this.isGated) await new Promise<void>((resolve) => this.gates.push(resolve))
      const received = new FakeReceived(imported)
      const deliver = async (): Promise<void> =>
        this.#receiver?.({ importedSharedTexture: received }, ...args)
      if (this.fate === 'rejects') throw new Error('transfer failed')
      if (this.fate === 'hangs') await new Promise(() => {})
      if (this.fate === 'comes late') {
        this.late.push(deliver)
        throw new Error('transfer timed out')
      }
      imported.holders.add(received)
      await deliver()
    } finally {
      this.underWay -= 1
    }
  }

  setSharedTextureReceiver(receiver: Receiver): void {
    this.#receiver = receiver
  }
}
