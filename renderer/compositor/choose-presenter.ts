// SPDX-License-Identifier: GPL-2.0-or-later
import { type PresenterWish, presenterWishes } from '../../core/settings.ts'
import { Canvas2dPresenter } from './canvas2d/presenter.ts'
import type { CreatePresenter } from './presenter.ts'
import { isSoftware, rendererName } from './webgl/context.ts'
import { createWebglPresenter } from './webgl/presenter.ts'

/** What the address of the page asks for; anything else is `auto`. */
export function presenterWish(search: string): PresenterWish {
  const asked = new URLSearchParams(search).get('presenter')
  return presenterWishes.find((wish) => wish === asked) ?? 'auto'
}

/**
 * The presenter that fits this host: WebGL where a GPU draws, a 2D canvas where WebGL would be drawn by
 * the CPU or cannot be had at all. A wish for WebGL that cannot be met gives way, and says so.
 */
export function choosePresenter(wish: PresenterWish): CreatePresenter {
  if (wish === 'canvas2d') return canvas2d('as wished')
  const driver = wish === 'auto' ? webglDriver() : undefined
  if (driver && isSoftware(driver)) return canvas2d(`WebGL2 would be drawn by ${driver}`)
  return (canvas, events) => {
    // A canvas that gave no WebGL context still gives another.
    const made = createWebglPresenter(canvas, events)
    return made.ok ? made : canvas2d('no WebGL2 here')(canvas, events)
  }
}

const canvas2d =
  (why: string): CreatePresenter =>
  (canvas, events) =>
    Canvas2dPresenter.create(canvas, events, `software; ${why}`)

/** The name of what draws WebGL2; undefined where there is none. */
function webglDriver(): string | undefined {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2')
  if (!gl) return undefined
  const name = rendererName(gl)
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  return name
}
