// SPDX-License-Identifier: GPL-2.0-or-later
import { createRoot } from 'react-dom/client'
import { openBridge } from './bridge/bridge.ts'
import { ClipboardShare } from './clipboard/clipboard-share.ts'
import { choosePresenter, presenterWish } from './compositor/choose-presenter.ts'
import { Compositor } from './compositor/compositor.ts'
import { Awake } from './desktop/awake.ts'
import { Drop } from './desktop/drop.ts'
import { RefreshRate } from './desktop/refresh-rate.ts'
import { Screens } from './desktop/screens.ts'
import { StopNotice } from './desktop/stop-notice.ts'
import { RememberedSize } from './desktop/window-size.ts'
import { GuestInput } from './input/guest-input.ts'
import { ScreenWish } from './input/screen-wish.ts'
import { Typing } from './input/typing.ts'
import { ViewWheel } from './input/view-wheel.ts'
import { Inspector } from './inspector/inspector.ts'
import { Recorder } from './recording/recorder.ts'
import { Session } from './session.ts'
import { Shots } from './shots.ts'
import { GuestSound } from './sound/guest-sound.ts'
import { createViewStore, isLive } from './store.ts'
import { App } from './ui/app.tsx'
import { troubleToast } from './ui/trouble-toast.ts'
import { ViewContext } from './ui/view.ts'

const canvas = document.getElementById('picture')
const place = document.getElementById('interface')
if (!(canvas instanceof HTMLCanvasElement) || !place) throw new Error('the page is incomplete')

const store = createViewStore()
const bridge = openBridge((why) => {
  store.setState({
    problem: {
      code: 'stream',
      what: 'cannot read the picture',
      why,
      remedy: 'Start Scanout again',
    },
  })
})
const report = (error: unknown) => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  bridge.tell('log:problem', text.slice(0, 2000))
}
window.addEventListener('error', (event) => report(event.error ?? event.message))
window.addEventListener('unhandledrejection', (event) => report(event.reason))

const session = new Session(bridge, store)
const compositor = new Compositor(canvas, bridge, choosePresenter(presenterWish(location.search)), {
  picture: (picture) => store.setState({ picture }),
  drawn: () => {
    input.drawn()
    const { shown } = compositor
    const factor = shown && shown.rect.width / shown.guest.width
    if (factor !== store.getState().factor) store.setState({ factor })
  },
  presented: (seq, drawMs, uploadMs) => {
    session.presented()
    inspector.presented(seq, drawMs, uploadMs)
  },
  problem: (problem) => store.setState({ problem }),
})
session.attach(compositor)
const input = new GuestInput(session, store, canvas, compositor)
session.own(input)
session.own(new ScreenWish(session, store, canvas))
session.own(new ClipboardShare(session, store))
session.own(new GuestSound(session, store))
const inspector = new Inspector(bridge, store, compositor, canvas)
session.own(inspector)
const shots = new Shots(bridge, store, session)
session.own(shots)
const screens = new Screens(store)
session.own(screens)
session.own(new Awake(bridge, store))
session.own(new StopNotice(store))
session.own(new RememberedSize(session, store))
const refreshRate = new RefreshRate((hz) => bridge.tell('view:refresh', hz))
session.own(refreshRate)
session.own(new Drop(bridge, session))
const recorder = new Recorder(bridge, store, session)
session.own(recorder)
const typing = new Typing(session, store)
session.own(typing)
session.onNews((news) => {
  if (news.kind === 'trouble') session.toast(troubleToast(news.failure))
})
const { presenter } = compositor
// Who draws at once was started without the display's rate, and its frames would tell nothing.
if (presenter && !presenter.drawsAtOnce) {
  const changed = () => refreshRate.changed()
  for (const event of ['resize', 'focus']) window.addEventListener(event, changed)
  changed()
}
if (presenter) {
  store.setState({ presenter: { kind: presenter.kind, detail: presenter.detail } })
  const name = `${presenter.kind} (${presenter.detail})`.slice(0, 255)
  bridge.tell('view:presenter', name, presenter.pixels)
}

const show = () => {
  const state = store.getState()
  compositor.setScale(state.settings.scale, state.settings.zoom)
  document.body.dataset['rotation'] = `${state.settings.rotation}`
  const name = state.guest.title
  canvas.setAttribute('aria-label', `Picture of ${name}`)
  const stale = isLive(state) || state.session.kind === 'stalled' ? 'shown' : 'dimmed'
  document.body.dataset['picture'] = state.picture === undefined ? 'none' : stale
}
store.subscribe(show)
show()

session.own(new ViewWheel(session, store, canvas, compositor))
window.addEventListener('contextmenu', (event) => {
  if (event.target === canvas) event.preventDefault()
})

createRoot(place).render(
  <ViewContext value={{ store, session, typing, shots, screens, recorder, input, inspector }}>
    <App />
  </ViewContext>,
)
void session.start()
