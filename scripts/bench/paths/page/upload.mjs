// SPDX-License-Identifier: GPL-2.0-or-later
// Giving pixels to what draws them: a texture, or a canvas.
import { memoryImages } from '../../../../core/memory-image.ts'
import { GlContext } from '../../../../renderer/compositor/webgl/context.ts'
import { PlaneTexture } from '../../../../renderer/compositor/webgl/plane-texture.ts'
import { copy, sum } from '../limits.mjs'
import { damagesOf, inBytes, bytesOf as lengthOf, primaryOf } from '../pictures.mjs'
import { bytesOf, canvasOf, wholeOf } from './surfaces.mjs'

/** texSubImage2D, and the pixel back that says that it was done. */
function toTexture(bench, size, part) {
  const { gl } = bench.context
  const plane = primaryOf(size)
  const texture = bench.owned.use(new PlaneTexture(gl, memoryImages(plane)[0]))
  const framebuffer = gl.createFramebuffer()
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture.texture, 0)
  const { first } = bytesOf(plane)
  const rects = [inBytes(part)]
  const pixel = new Uint32Array(4)
  const settle = () => {
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
    gl.readPixels(0, 0, 1, 1, gl.RGBA_INTEGER, gl.UNSIGNED_INT, pixel)
  }
  return {
    bytes: lengthOf(part),
    work: () => {
      texture.upload(rects, { layout: 'image', bytes: first })
      settle()
    },
    limit: sum(copy(lengthOf(part)), settle),
  }
}

function toCanvas({ owned }, size, part) {
  const canvas = canvasOf(owned, size)
  const context = canvas.getContext('2d', { alpha: false, desynchronized: true })
  const { first } = bytesOf(primaryOf(size))
  const image = new ImageData(new Uint8ClampedArray(first.buffer), size.width, size.height)
  const { x, y, width, height } = part
  return {
    bytes: lengthOf(part),
    work: () => context.putImageData(image, 0, 0, x, y, width, height),
    limit: copy(lengthOf(part)),
  }
}

export function cases(bench) {
  const { presenter, sizes, size, owned } = bench
  if (presenter === 'webgl') {
    const nothing = () => undefined
    const made = GlContext.create(canvasOf(owned, size), { lost: nothing, restored: nothing })
    if (!made.ok) throw new Error(made.failure.why)
    bench.context = owned.use(made.value)
    bench.detail = made.value.renderer
  } else bench.detail = 'software'
  const uploaded = presenter === 'webgl' ? toTexture : toCanvas
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: each.name,
      amount: each.width * each.height,
      ...uploaded(bench, each, wholeOf(each)),
    })),
    ...damagesOf(size).map(({ name, rect }) => ({
      axis: 'damage',
      step: name,
      amount: rect.width * rect.height,
      ...uploaded(bench, size, rect),
    })),
  ]
}
