// SPDX-License-Identifier: GPL-2.0-or-later
import { memoryImages } from '../../../core/memory-image.ts'
import type { Plane } from '../../../core/plane.ts'
import { fromWire } from '../../../core/wire.ts'
import { GlContext } from '../../../renderer/compositor/webgl/context.ts'
import { PictureTarget } from '../../../renderer/compositor/webgl/picture-target.ts'
import { PlaneTexture } from '../../../renderer/compositor/webgl/plane-texture.ts'
import { memoryUniforms, Programs } from '../../../renderer/compositor/webgl/programs.ts'

// Draws planes over and over and times itself, so that no road into the page is measured.

declare global {
  interface Window {
    /** @returns the driver, and the least time of drawing each plane whole, ms */
    drawCosts(planes: string, rounds: number): { driver: string; costs: readonly number[] }
  }
}

window.drawCosts = (text, rounds) => {
  const planes = fromWire(text) as readonly Plane[]
  const nothing = () => undefined
  const made = GlContext.create(new OffscreenCanvas(1, 1), { lost: nothing, restored: nothing })
  if (!made.ok) throw new Error(made.failure.why)
  using context = made.value
  const { gl } = context
  using programs = new Programs(gl)
  using owned = new DisposableStack()
  const draws = planes.map((plane) => {
    const textures = memoryImages(plane).map((image, at) => {
      const texture = owned.use(new PlaneTexture(gl, image))
      const bytes = new Uint8Array(image.pitch * image.rows).map((_, i) => (i * 31 + at) >> 5)
      const whole = { x: 0, y: 0, width: image.pitch, height: image.rows }
      texture.upload([whole], { layout: 'image', bytes })
      return texture
    })
    const size = { width: plane.width, height: plane.height }
    const target = owned.use(new PictureTarget(gl, size))
    const program = programs.plane(plane, textures, 'opaque')
    const uniforms = {
      ...memoryUniforms(plane, textures),
      size: [plane.width, plane.height],
      origin: [0, 0],
      bottomUp: false,
    }
    const pixel = new Uint8Array(4)
    return () => {
      const start = performance.now()
      target.within([{ x: 0, y: 0, ...size }], () => programs.run(program, uniforms))
      gl.bindFramebuffer(gl.FRAMEBUFFER, target.framebuffer)
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
      return performance.now() - start
    }
  })
  const costs = draws.map(() => Number.POSITIVE_INFINITY)
  // In turn, so that what else the machine does slows all of them; the first round builds programs.
  for (let round = -1; round < rounds; round += 1) {
    for (const [at, draw] of draws.entries()) {
      const cost = draw()
      if (round >= 0) costs[at] = Math.min(costs[at] ?? cost, cost)
    }
  }
  return { driver: context.renderer, costs }
}
