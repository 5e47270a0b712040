// SPDX-License-Identifier: GPL-2.0-or-later
// The page's end of the product's own bridge: takes frames and says so, with or without drawing them.
import { connectBrowser } from '../../../../renderer/bridge/browser-bridge.ts'
import { Compositor } from '../../../../renderer/compositor/compositor.ts'
import { canvasOf, creators } from './surfaces.mjs'

export async function receive({ presenter, size }) {
  const owned = new DisposableStack()
  const nothing = () => undefined
  const bridge = connectBrowser(new URL(location.href), nothing)
  if (presenter === undefined) {
    bridge.onFrame((frame) => bridge.tell('frame:presented', frame.seq, 0))
    return 'bare'
  }
  const compositor = new Compositor(canvasOf(owned, size), bridge, creators[presenter], {
    picture: nothing,
    drawn: nothing,
    presented: nothing,
    problem: nothing,
  })
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  return compositor.presenter?.detail
}
