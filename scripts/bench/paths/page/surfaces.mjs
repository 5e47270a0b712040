// SPDX-License-Identifier: GPL-2.0-or-later
// Surfaces, their bytes and the presenters that draw them, as stages of the page share them.
import { memoryImages } from '../../../../core/memory-image.ts'
import { carriage } from '../../../../core/plain-plane.ts'
import { Canvas2dPresenter } from '../../../../renderer/compositor/canvas2d/presenter.ts'
import { WebglPresenter } from '../../../../renderer/compositor/webgl/presenter.ts'
import { changed, inBytes, noise, packed } from '../pictures.mjs'

export const creators = {
  webgl: WebglPresenter.create,
  canvas2d: (canvas, events) => Canvas2dPresenter.create(canvas, events),
}

/** A surface as the product describes it to pages without a GPU: pixels in a canvas's own order. */
export function describe(id, plane) {
  const { fourcc, opaque } = carriage(plane)
  return {
    id,
    identity: `bench:${id}`,
    plane: { ...plane, fourcc },
    images: memoryImages(plane),
    sharing: 'stream',
    ...(opaque && { opaque }),
  }
}

/** All pixels of a plane. */
export const wholeOf = ({ width, height }) => ({ x: 0, y: 0, width, height })

/** A plane's bytes as they are at first, and a part of them in two states that differ everywhere. */
export function bytesOf(plane, part = wholeOf(plane)) {
  const { stride } = plane.memory[0]
  const first = noise(stride * plane.height)
  const rects = [inBytes(part)]
  const states = [changed(first, stride, part), first].map((bytes) => packed(bytes, stride, part))
  if (plane.kind === 'primary') for (const bytes of [first, ...states]) makeOpaque(bytes)
  return { first, rects, states }
}

function makeOpaque(bytes) {
  for (let at = 3; at < bytes.length; at += 4) bytes[at] = 255
}

/** A canvas of so many pixels, in the page. */
export function canvasOf(owned, { width, height }) {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.style.width = `${width / devicePixelRatio}px`
  canvas.style.height = `${height / devicePixelRatio}px`
  document.body.append(canvas)
  owned.defer(() => canvas.remove())
  return canvas
}

/** Waits until WebGL did what it was told; nothing to wait for on a 2D canvas. */
export function settlerOf(canvas, presenter) {
  if (presenter !== 'webgl') return () => undefined
  const gl = canvas.getContext('webgl2')
  const pixel = new Uint8Array(4)
  return () => {
    gl.bindFramebuffer(gl.FRAMEBUFFER, null)
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel)
  }
}

export function createdOn(presenter, canvas) {
  const nothing = () => undefined
  const made = creators[presenter](canvas, { lost: nothing, restored: nothing })
  if (!made.ok) throw new Error(made.failure.why)
  return made.value
}
