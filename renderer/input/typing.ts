// SPDX-License-Identifier: GPL-2.0-or-later
import type { InputEvent } from '../../core/input.ts'
import { type TypedText, typedText } from '../../core/text-keys.ts'
import type { Session } from '../session.ts'
import { type Store, takesKeys, type ViewState } from '../store.ts'
import { toastWords } from '../ui/words-toasts.ts'
import { Keyboard } from './keyboard.ts'
import { STEP_MS, type TypingStep, typingSteps } from './typing-steps.ts'

/** Longest text that is typed; longer ones are better copied as files. */
export const MAX_TYPED = 10_000

/** Types the clipboard's text into the guest, as hands would on a US keyboard. */
export class Typing implements Disposable {
  readonly #session: Session
  readonly #store: Store
  readonly #owned = new DisposableStack()
  readonly #keyboard = new Keyboard()
  #steps: Iterator<TypingStep, void> | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(session: Session, store: Store) {
    this.#session = session
    this.#store = store
    this.#owned.defer(store.subscribe((state) => this.#follow(state)))
    this.#owned.defer(() => this.#end())
  }

  [Symbol.dispose](): void {
    this.#owned.dispose()
  }

  /** Reads the clipboard and types it, or asks first when not all of it can be typed. */
  async begin(): Promise<void> {
    let text: string
    try {
      text = await navigator.clipboard.readText()
    } catch (error) {
      this.#refuse(toastWords.clipboard.notRead, error instanceof Error ? error.message : '')
      return
    }
    const typed = typedText(text)
    const why = objection(text, typed)
    if (why !== undefined) this.#refuse(toastWords.clipboard.notTyped, why)
    else if (takesKeys(this.#store.getState())) this.#prepare(typed)
  }

  /** Goes on after the question. */
  start(): void {
    const { typing } = this.#store.getState()
    if (!typing || this.#timer !== undefined) return
    this.#store.setState({ typing: { ...typing, isRunning: true } })
    this.#timer = setInterval(() => this.#step(), STEP_MS)
  }

  /** Ends it where it is, with no key left down. */
  stop(): void {
    this.#store.setState({ panel: 'none' })
  }

  #prepare({ keys, missing, leftOut }: TypedText): void {
    this.#steps = typingSteps(keys)
    const typing = { done: 0, total: keys.length, missing, leftOut, isRunning: false }
    this.#store.setState({ panel: 'typing', typing, toast: undefined })
    if (leftOut === 0) this.start()
  }

  #step(): void {
    const { typing } = this.#store.getState()
    const step = this.#steps?.next().value
    if (!typing || !step) {
      this.stop()
      return
    }
    const { code, down, done } = step
    this.#send(down ? this.#keyboard.down(code, false) : this.#keyboard.up(code))
    if (done !== typing.done) this.#store.setState({ typing: { ...typing, done } })
  }

  /** Whatever takes the panel away, or the keys from us, ends it. */
  #follow(state: ViewState): void {
    if (!state.typing || (state.panel === 'typing' && takesKeys(state))) return
    const { done, total, isRunning } = state.typing
    this.#end()
    if (state.panel === 'typing') this.#store.setState({ panel: 'none' })
    if (!isRunning || done === total) return
    const detail = `${done} of ${total} characters were typed`
    this.#session.toast({ kind: 'done', title: toastWords.typingEnded, detail, reveal: false })
  }

  #end(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#steps = undefined
    this.#send(this.#keyboard.release())
    if (this.#store.getState().typing) this.#store.setState({ typing: undefined })
  }

  #send(events: readonly InputEvent[]): void {
    if (events.length > 0) this.#session.input(events)
  }

  #refuse(title: string, detail: string): void {
    this.#session.toast({ kind: 'failed', title, detail, reveal: false })
  }
}

/** Why a text is not typed; undefined when it is. */
function objection(text: string, { keys, missing }: TypedText): string | undefined {
  if (text === '') return 'It holds no text'
  if (keys.length === 0) return `A US keyboard has none of its characters: ${named(missing)}`
  if (keys.length <= MAX_TYPED) return undefined
  const [length, most] = [keys.length, MAX_TYPED].map((count) => count.toLocaleString('en'))
  return `It has ${length} characters, and at most ${most} are typed. Copy a part of it`
}

/** Names at most this many characters. */
const MOST_NAMED = 20

/** Characters for a person to read: those that show nothing by their number. */
export function named(characters: readonly string[]): string {
  const names = characters
    .slice(0, MOST_NAMED)
    .map((one) => (/^[\p{L}\p{N}\p{P}\p{S}]$/u.test(one) ? one : numbered(one)))
  return names.join(' ') + (characters.length > MOST_NAMED ? ' …' : '')
}

function numbered(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}
