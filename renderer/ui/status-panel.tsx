// SPDX-License-Identifier: GPL-2.0-or-later
import { type ReactNode, useCallback, useRef } from 'react'
import { firstKeyOf } from './actions.ts'
import { Icon } from './icon.tsx'
import { sentence } from './sentence.ts'
import { useDismiss } from './use-dismiss.ts'
import { useView, useViewState } from './view.ts'
import { fourccWords, layoutWords, planeWords, rateWords, shownPlane, sizeWords } from './words.ts'
import { planeTitles, presenterNames, transportNames } from './words-inspector.ts'

/** The button and the panel that tell a driver author what arrives and how it is shown. */
export function StatusPanel() {
  const { store } = useView()
  const holder = useRef<HTMLDivElement>(null)
  const open = useViewState((state) => state.panel === 'status')
  const keys = useViewState(({ settings }) => firstKeyOf('status', settings.keys))
  return (
    <div className="holder" ref={holder}>
      <button
        type="button"
        className="button-icon"
        aria-label="About this display"
        aria-haspopup="dialog"
        aria-expanded={open}
        title={`About this display (${keys})`}
        onClick={() => store.setState({ panel: open ? 'none' : 'status' })}
      >
        <Icon name="info" />
      </button>
      {open && <Facts holder={holder} />}
    </div>
  )
}

function Facts({ holder }: { readonly holder: React.RefObject<HTMLDivElement | null> }) {
  const { store } = useView()
  const state = useViewState((all) => all)
  useDismiss(
    holder,
    useCallback(() => store.setState({ panel: 'none' }), [store]),
  )
  const { guest, hello, statuses, picture, rate, presenter } = state
  const primary = shownPlane(statuses, 'primary')
  const size = primary ?? picture
  const others = statuses.filter((status) => status.kind !== 'primary' && status.state !== 'absent')
  return (
    <section className="panel status" role="dialog" aria-label="About this display">
      <dl>
        <Fact name="Display">
          {guest.title}
          <small className="mono">{hello?.address}</small>
        </Fact>
        {size && <Fact name="Resolution">{sizeWords(size)}</Fact>}
        {primary && (
          <>
            <Fact name="Format">{fourccWords(primary.fourcc)}</Fact>
            <Fact name="Modifier">
              {layoutWords(primary).name}
              <small className="mono">{layoutWords(primary).hex}</small>
            </Fact>
            <Fact name="Stride">
              {primary.memory.map((part) => `${part.stride} bytes`).join(', ')}
            </Fact>
          </>
        )}
        <Fact name="Refresh">{rateWords(rate)}</Fact>
        {others.map((status) => (
          <Fact key={status.kind} name={planeTitles[status.kind]}>
            {planeWords(status)}
          </Fact>
        ))}
        <Fact name="Transport">
          {hello ? transportNames[hello.sharing] : '–'}
          {hello?.sharingReason && <small>{sentence(hello.sharingReason)}</small>}
        </Fact>
        <Fact name="Drawn by">
          {presenter ? presenterNames[presenter.kind] : '–'}
          {presenter && <small>{presenter.detail}</small>}
        </Fact>
      </dl>
      <div className="links">
        <button
          type="button"
          className="link"
          onClick={() => store.setState({ inspects: true, panel: 'none' })}
        >
          Inspector
        </button>
        <button
          type="button"
          className="link"
          onClick={() => store.setState({ panel: 'shortcuts' })}
        >
          Keyboard shortcuts
        </button>
      </div>
    </section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}
