// SPDX-License-Identifier: GPL-2.0-or-later
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { openLauncherBridge } from './bridge.ts'
import { LauncherContext } from './context.ts'
import { Launcher } from './launcher.ts'
import { createLauncherStore } from './store.ts'

const place = document.getElementById('launcher')
if (!place) throw new Error('the page is incomplete')

const store = createLauncherStore()
const bridge = openLauncherBridge()
const report = (error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  bridge.tell('log:problem', text.slice(0, 2000))
}
window.addEventListener('error', (event) => report(event.error ?? event.message))
window.addEventListener('unhandledrejection', (event) => report(event.reason))

const launcher = new Launcher(bridge, store)
// What was typed into the field of the bare page, before this script ran.
launcher.type(place.querySelector('input')?.value ?? '')
createRoot(place).render(
  <LauncherContext value={{ launcher, store }}>
    <App />
  </LauncherContext>,
)

/** Marks when the list was on the screen, and tells how long both first paintings took. */
async function markPainted(): Promise<void> {
  // The first callback runs before the frame with the list is drawn, the second one after it.
  await nextFrame()
  await nextFrame()
  const list = performance.mark('list-painted').startTime
  bridge.tell('view:painted', await firstPaint(), list)
}

function nextFrame(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(resolve))
}

/** When the page first painted something, ms after its navigation began; the browser says so late. */
function firstPaint(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((entries, observer) => {
      const [first] = entries.getEntriesByName('first-contentful-paint')
      if (!first) return
      observer.disconnect()
      resolve(first.startTime)
    }).observe({ type: 'paint', buffered: true })
  })
}

void launcher.start().then(markPainted)
