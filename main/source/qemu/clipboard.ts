// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import type { GuestNews, GuestRequest } from '../../../core/guest-channel.ts'
import { log } from '../../log.ts'
import { LatestWish } from '../latest-wish.ts'
import type { Clock } from '../poller.ts'
import { BusError, type BusPeer, type Call, type IncomingCall } from './bus.ts'
import { offersText, readClipboardText, TEXT_MIME } from './clipboard-text.ts'
import { PROPERTIES, ROOT, readProperties } from './console.ts'
import type { ConsolePart, OpenPart } from './parts.ts'
import { Variant, type WireValue } from './wire.ts'

export const CLIPBOARD = 'org.qemu.Display1.Clipboard'
export const CLIPBOARD_PATH = `${ROOT}/Clipboard`
/** Copy and paste; 1 and 2 are X11's primary and secondary selection. */
const SELECTION = 0
/** QEMU itself gives a guest 5 s to hand its text over, ms. */
const PATIENCE_MS = 6000
/** A guest that copies without end is asked no more often than every so many ms, and … */
const REST_MS = 10
/** … for no more than so many characters per ms. */
const PACE = 2048

const FAILED = 'org.freedesktop.DBus.Error.Failed'
const WRONG = 'org.freedesktop.DBus.Error.InvalidArgs'
const UNKNOWN = 'org.freedesktop.DBus.Error.UnknownMethod'

/** What QEMU may call, and the arguments it then gives. */
const calls: ReadonlyMap<string, string> = new Map([
  ['Register', ''],
  ['Unregister', ''],
  ['Grab', 'uuas'],
  ['Release', 'u'],
  ['Request', 'uas'],
])

/** Looks for QEMU's clipboard, which some builds lack. */
export const openClipboard: OpenPart = async ({ bus, clock, news }) => {
  try {
    await readProperties(bus, CLIPBOARD_PATH, CLIPBOARD)
    return new Clipboard(bus, clock, news)
  } catch (error) {
    if (!(error instanceof BusError)) throw error
    return undefined
  }
}

/**
 * Our end of QEMU's clipboard (ui/dbus-display1.xml). Who has a text grabs the clipboard with a serial
 * number, 0 at Register and one more with each grab; the higher one wins, and we win a tie. The text
 * itself is asked for. QEMU stands still until we answer: our text is always at hand.
 */
class Clipboard implements ConsolePart {
  readonly offers = { clipboard: true }
  readonly #bus: BusPeer
  readonly #clock: Clock
  readonly #news: (news: GuestNews) => void
  readonly #sharing = new LatestWish<boolean>((on) => this.#share(on), Object.is)
  readonly #fetching = new LatestWish<number>(async () => {
    const length = await this.#fetch()
    await this.#rest(REST_MS + length / PACE)
  }, Object.is)
  #cancelRest = () => {}
  /** A text that comes while it is not shared is never kept. */
  #isWanted = false
  #isRegistered = false
  #serial = 0
  /** Grabs of the guest so far. */
  #grabs = 0
  /** What we hand out; undefined when the guest has the clipboard, or nobody. */
  #ours: string | undefined
  /** The text that both sides have; undefined while they may differ. */
  #shared: string | undefined

  constructor(bus: BusPeer, clock: Clock, news: (news: GuestNews) => void) {
    this.#bus = bus
    this.#clock = clock
    this.#news = news
  }

  request(request: GuestRequest): void {
    if (request.kind === 'clipboard-share') {
      this.#isWanted = request.on
      if (!request.on) this.#forget()
      this.#sharing.wish(request.on)
    } else if (request.kind === 'clipboard-text' && this.#isWanted) this.#offer(request.text)
  }

  call(call: IncomingCall): boolean {
    const { path, interface: owner, member = '', signature } = call.message
    if (path !== CLIPBOARD_PATH) return false
    const wanted = calls.get(member)
    if (owner === PROPERTIES) tellProperties(call)
    else if (owner !== CLIPBOARD || wanted === undefined) call.refuse(UNKNOWN, 'no such method')
    else if (signature !== wanted) call.refuse(WRONG, `${member} takes ${wanted || 'nothing'}`)
    else if (member === 'Request') this.#handOver(call)
    else this.#hear(member, call)
    return true
  }

  [Symbol.dispose](): void {
    this.#cancelRest()
    this.#leave()
  }

  #hear(member: string, call: IncomingCall): void {
    call.answer()
    // QEMU counts anew, for a guest's agent that came back for one.
    if (member === 'Register') this.#serial = 0
    // A text that was given up stays with whoever has it: Release changes nothing.
    if (member !== 'Grab') return
    const [selection, serial, mimes] = call.message.body
    if (selection === SELECTION) this.#grabbed(Number(serial), offersText(mimes))
  }

  #handOver(call: IncomingCall): void {
    const [selection, mimes] = call.message.body
    if (selection !== SELECTION || this.#ours === undefined) call.refuse(FAILED, 'there is no text')
    else if (!offersText(mimes)) call.refuse(FAILED, `there is ${TEXT_MIME} alone`)
    else call.answer('say', [TEXT_MIME, Buffer.from(this.#ours)])
  }

  async #share(on: boolean): Promise<void> {
    if (!on) this.#leave()
    if (!on || this.#isRegistered || this.#bus.isEnded) return
    this.#serial = 0
    try {
      await this.#register()
    } catch (error) {
      if (!(error instanceof BusError)) throw error
      if (error.code !== 'closed') this.#news({ kind: 'trouble', failure: refused(error.message) })
      return
    }
    this.#isRegistered = true
    // A viewer that broke off may have left a grab behind, whose serial beats ours.
    this.#tell('Release', 'u', [SELECTION])
    if (this.#ours !== undefined) this.#grab()
  }

  /** QEMU serves one clipboard, and forgets a direct viewer that broke off only when it is told to. */
  async #register(): Promise<void> {
    try {
      await this.#bus.call(method('Register'))
    } catch (error) {
      if (!(error instanceof BusError) || error.code === 'closed') throw error
      await this.#bus.call(method('Unregister'))
      await this.#bus.call(method('Register'))
    }
  }

  #forget(): void {
    this.#ours = undefined
    this.#shared = undefined
  }

  #leave(): void {
    this.#forget()
    if (!this.#isRegistered) return
    this.#isRegistered = false
    this.#tell('Release', 'u', [SELECTION])
    this.#tell('Unregister')
  }

  /** @param text empty when our clipboard has none */
  #offer(text: string): void {
    if (text === this.#shared) return
    const had = this.#ours !== undefined
    this.#ours = text === '' ? undefined : text
    this.#shared = this.#ours
    if (!this.#isRegistered) return
    if (this.#ours !== undefined) this.#grab()
    else if (had) this.#tell('Release', 'u', [SELECTION])
  }

  #grab(): void {
    this.#serial = (this.#serial + 1) >>> 0
    this.#tell('Grab', 'uuas', [SELECTION, this.#serial, [TEXT_MIME]])
  }

  #grabbed(serial: number, hasText: boolean): void {
    const wins = serial > this.#serial || (serial === this.#serial && this.#ours === undefined)
    if (!this.#isRegistered || !wins) return
    this.#serial = serial
    this.#grabs += 1
    this.#ours = undefined
    this.#shared = undefined
    if (hasText) this.#fetching.wish(this.#grabs)
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#cancelRest = this.#clock.after(ms, resolve)
    })
  }

  /**
   * Asks the guest for the text that it grabbed the clipboard for.
   *
   * @returns how long it was
   */
  async #fetch(): Promise<number> {
    const turn = this.#grabs
    const isLate = () => turn !== this.#grabs || this.#ours !== undefined || !this.#isRegistered
    if (isLate()) return 0
    try {
      const request = method('Request', 'uas', [SELECTION, [TEXT_MIME]])
      const { signature, body } = await this.#bus.call(request, PATIENCE_MS)
      if (isLate()) return 0
      const read = readClipboardText(signature, body)
      if ('text' in read) return this.#take(read.text)
      log.info(`clipboard: the guest's text was left out: ${read.trouble}`)
    } catch (error) {
      if (!(error instanceof BusError)) throw error
      log.info(`clipboard: the guest did not hand its text over: ${error.message}`)
    }
    return 0
  }

  #take(text: string): number {
    this.#shared = text
    this.#news({ kind: 'clipboard-text', text })
    return text.length
  }

  #tell(member: string, signature = '', body: readonly WireValue[] = []): void {
    if (!this.#bus.isEnded) this.#bus.tell(method(member, signature, body))
  }
}

function method(member: string, signature = '', body: readonly WireValue[] = []): Call {
  return { path: CLIPBOARD_PATH, interface: CLIPBOARD, member, signature, body }
}

/** QEMU reads all properties while it registers us, and stands still until it has them. */
function tellProperties(call: IncomingCall): void {
  const { member, signature, body } = call.message
  const interfaces = new Variant('as', [])
  if (member === 'GetAll') call.answer('a{sv}', [[['Interfaces', interfaces]]])
  else if (member === 'Get' && signature === 'ss' && body[1] === 'Interfaces') {
    call.answer('v', [interfaces])
  } else call.refuse(WRONG, 'no such property')
}

function refused(why: string): Failure {
  return {
    code: 'no-clipboard',
    what: 'the clipboard cannot be shared',
    why: `QEMU did not let us in (${why})`,
    remedy: 'Close other viewers of this VM that share theirs, then switch it off and on',
  }
}
