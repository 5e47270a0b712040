// SPDX-License-Identifier: GPL-2.0-or-later
import { type ReactNode, useCallback, useRef } from 'react'
import { firstKeyOf } from './actions.ts'
import { Icon } from './icon.tsx'
import { sentence } from './sentence.ts'
import { useDismiss } from './use-dismiss.ts'
import { useView, useViewState } from './view.ts'
import { fourccWords, layoutWords, planeWords, rateWords, shownPlane, sizeWords } from './words.ts'
import { planeTitles, presenterNames, transportNames } from './words-inspector.ts'
import { words } from './words-window.ts'

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
        aria-label={words.status.title}
        aria-haspopup="dialog"
        aria-expanded={open}
        title={`${words.status.title} (${keys})`}
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
    <section className="panel status" role="dialog" aria-label={words.status.title}>
      <dl>
        <Fact name={words.status.display}>
          {guest.title}
          <small className="mono">{hello?.address}</small>
        </Fact>
        {size && <Fact name={words.status.resolution}>{sizeWords(size)}</Fact>}
        {primary && (
          <>
            <Fact name={words.status.format}>{fourccWords(primary.fourcc)}</Fact>
            <Fact name={words.status.modifier}>
              {layoutWords(primary).name}
              <small className="mono">{layoutWords(primary).hex}</small>
            </Fact>
            <Fact name={words.status.stride}>
              {primary.memory.map((part) => `${part.stride} bytes`).join(', ')}
            </Fact>
          </>
        )}
        <Fact name={words.status.refresh}>{rateWords(rate)}</Fact>
        {others.map((status) => (
          <Fact key={status.kind} name={planeTitles[status.kind]}>
            {planeWords(status)}
          </Fact>
        ))}
        <Fact name={words.status.transport}>
          {hello ? transportNames[hello.sharing] : '–'}
          {hello?.sharingReason && <small>{sentence(hello.sharingReason)}</small>}
        </Fact>
        <Fact name={words.status.drawnBy}>
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
          {words.status.inspector}
        </button>
        <button
          type="button"
          className="link"
          onClick={() => store.setState({ panel: 'shortcuts' })}
        >
          {words.status.shortcuts}
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
