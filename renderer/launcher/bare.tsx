// SPDX-License-Identifier: GPL-2.0-or-later
import { useLauncher, useLauncherState } from './context.ts'
import { words } from './words.ts'

/** What to start so that there is something to show. */
export function Bare() {
  const hello = useLauncherState((state) => state.hello)
  if (!hello) return null
  return (
    <section className="bare" aria-labelledby="bare-title">
      <h2 id="bare-title">{words.bare.title}</h2>
      <p>{words.bare.text}</p>
      <Snippet title={words.bare.qemu} text={hello.qemuOptions} />
      <Snippet title={words.bare.libvirt} text={hello.libvirtXml} />
    </section>
  )
}

function Snippet({ title, text }: { readonly title: string; readonly text: string }) {
  const launcher = useLauncher()
  const isCopied = useLauncherState((state) => state.copied === text)
  return (
    <figure className="snippet">
      <figcaption>{title}</figcaption>
      <div className="snippet-box">
        <code className="mono">{text}</code>
        <button
          type="button"
          className="button"
          aria-label={`${words.copy}: ${title}`}
          onClick={() => void launcher.copy(text)}
        >
          {isCopied ? words.copied : words.copy}
        </button>
      </div>
    </figure>
  )
}
