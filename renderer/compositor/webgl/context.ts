// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'

/** What a context's owner is told; GL calls in between do nothing. */
export type ContextFate = { readonly lost: () => void; readonly restored: () => void }

/** A WebGL2 context on a canvas, and news of its loss. */
export class GlContext implements Disposable {
  readonly gl: WebGL2RenderingContext
  /** The driver's own name: `ANGLE (Intel, Mesa Intel(R) UHD …)`. */
  readonly renderer: string
  /** True when the CPU draws: SwiftShader, llvmpipe. */
  readonly software: boolean
  readonly maxTexture: number
  readonly #owned: DisposableStack

  private constructor(gl: WebGL2RenderingContext, owned: DisposableStack) {
    this.gl = gl
    this.#owned = owned
    this.renderer = rendererName(gl)
    this.software = isSoftware(this.renderer)
    this.maxTexture = Number(gl.getParameter(gl.MAX_TEXTURE_SIZE))
  }

  static create(
    canvas: HTMLCanvasElement | OffscreenCanvas,
    fate: ContextFate,
  ): Result<GlContext, Failure> {
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      // Lets a frame redraw only what changed, which on a software driver is most of the cost.
      preserveDrawingBuffer: true,
    }) as WebGL2RenderingContext | null
    if (!gl) return fail(noWebgl)
    using owned = new DisposableStack()
    const listen = (name: string, listener: (event: Event) => void) => {
      canvas.addEventListener(name, listener)
      owned.defer(() => canvas.removeEventListener(name, listener))
    }
    listen('webglcontextlost', (event) => {
      event.preventDefault()
      fate.lost()
    })
    listen('webglcontextrestored', fate.restored)
    return ok(new GlContext(gl, owned.move()))
  }

  get lost(): boolean {
    return this.gl.isContextLost()
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }
}

const noWebgl: Failure = {
  code: 'no-webgl2',
  what: 'cannot draw the picture',
  why: 'this window has no WebGL2: the graphics driver is missing or blocked',
  remedy:
    'Install a graphics driver (Debian: apt-get install libgl1-mesa-dri libegl1), then start Scanout again',
}

/** The driver's own name. */
export function rendererName(gl: WebGL2RenderingContext): string {
  const extension = gl.getExtension('WEBGL_debug_renderer_info')
  return String(gl.getParameter(extension ? extension.UNMASKED_RENDERER_WEBGL : gl.RENDERER))
}

/** Recognises drivers that draw on the CPU by their names. */
export function isSoftware(renderer: string): boolean {
  return /swiftshader|llvmpipe|softpipe|software rasterizer|basic render/i.test(renderer)
}
