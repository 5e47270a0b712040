// SPDX-License-Identifier: GPL-2.0-or-later
import { WebglPresenter } from '../compositor/webgl/presenter.ts'
import type { PictureReader } from './recorded-picture.ts'

/** A presenter without a window; undefined where there is no WebGL. */
export function openWebglReader(): PictureReader | undefined {
  const ignored = () => {}
  // What is read has the guest's size; the canvas itself stays empty.
  const canvas = new OffscreenCanvas(1, 1)
  const made = WebglPresenter.create(canvas, { lost: ignored, restored: ignored })
  return made.ok ? made.value : undefined
}
