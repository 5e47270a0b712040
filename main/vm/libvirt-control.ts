// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { VmAction, VmRun, VmState } from '../../core/guest.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { log } from '../log.ts'
import { type Clock, systemClock } from '../source/poller.ts'
import { findDomain, virshFailure } from '../source/qemu/libvirt-domain.ts'
import { domainWord, type Virsh, VirshError, type VirshEvent } from '../source/qemu/virsh.ts'
import type { VmControl } from './vm-control.ts'

/** libvirt is looked for again after it went away, ms. */
const RETURN_MS = 2000
/** By then virsh listens: what happened before is asked for. Ms. */
const LISTENS_MS = 500

/** What is needed of libvirt. */
export type ControlledDomain = {
  readonly virsh: Pick<Virsh, 'uri' | 'run' | 'events'>
  readonly uuid: string
}

export type FindDomain = (
  name: string,
  uri: string | undefined,
  signal: AbortSignal,
) => Promise<Result<ControlledDomain, Failure>>

// What `virsh domstate` prints (virDomainState of libvirt-domain.h).
// biome-ignore format: one row per state
const states: Readonly<Record<string, VmRun>> = {
  'running':     'running',
  'idle':        'running',
  'in shutdown': 'running',
  'paused':      'paused',
  'pmsuspended': 'suspended',
  'shut off':    'shut-down',
  'crashed':     'panicked',
}

// What happened, by the first event whose name and beginning match.
// biome-ignore format: one row per event
const notes = [
  { name: 'reboot',    detail: '',         note: 'The VM was reset' },
  { name: 'watchdog',  detail: '',         note: 'The watchdog of the guest went off' },
  { name: 'io-error',  detail: '',         note: 'A disk of the VM failed' },
  { name: 'lifecycle', detail: 'Crashed',  note: 'The guest crashed' },
  { name: 'lifecycle', detail: 'Shutdown', note: 'The guest shut down' },
] as const

/** A VM through libvirt, which serves as many as want to know. */
export class LibvirtControl implements VmControl {
  onChange: () => void = () => {}
  readonly #name: string
  readonly #uri: string | undefined
  readonly #find: FindDomain
  readonly #clock: Clock
  #wish: AbortController | undefined
  #following: Disposable | undefined
  #domain: ControlledDomain | undefined
  #state: VmState | null = null
  #cancel: () => void = () => {}

  /** @param uri undefined: whichever libvirt of this machine knows the name */
  constructor(
    name: string,
    uri: string | undefined,
    find: FindDomain = findDomain,
    clock: Clock = systemClock,
  ) {
    this.#name = name
    this.#uri = uri
    this.#find = find
    this.#clock = clock
  }

  get state(): VmState | null {
    return this.#state
  }

  follow(): void {
    if (this.#wish) return
    this.#wish = new AbortController()
    void this.#begin(this.#wish.signal)
  }

  release(): void {}

  forget(): void {
    this.#wish?.abort()
    this.#wish = undefined
    this.#cancel()
    this.#end()
  }

  async act(action: VmAction): Promise<Result<void, Failure>> {
    const domain = this.#domain
    const what = `cannot ${words[action]} ${this.#name}`
    if (!domain) {
      const why = 'libvirt does not know it now'
      return fail({ code: 'no-monitor', what, why, remedy: 'Try again' })
    }
    const sleeps = action === 'resume' && this.#state?.run === 'suspended'
    const [verb, ...options] = sleeps ? ['dompmwakeup'] : verbs[action]
    try {
      await domain.virsh.run([verb, domainWord(domain.uuid), ...options])
    } catch (error) {
      if (error instanceof VirshError) return fail(virshFailure(what, error, domain.virsh.uri))
      throw error
    }
    if (this.#wish) await this.#ask('', this.#wish.signal)
    return ok(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.onChange = () => {}
    this.forget()
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const found = await this.#find(this.#name, this.#uri, signal)
    if (signal.aborted) return
    if (!found.ok) {
      this.#lose(found.failure.why, signal)
      return
    }
    const { virsh, uuid } = found.value
    this.#domain = found.value
    this.#following = virsh.events(
      uuid,
      (event) => void this.#ask(noteOf(event), signal),
      (why) => this.#lose(why.message, signal),
    )
    await this.#ask('', signal)
    if (!signal.aborted)
      this.#cancel = this.#clock.after(LISTENS_MS, () => void this.#ask('', signal))
  }

  #lose(why: string, signal: AbortSignal): void {
    log.debug(`libvirt: ${why}`)
    this.#end()
    this.#cancel()
    this.#cancel = this.#clock.after(RETURN_MS, () => void this.#begin(signal))
  }

  #end(): void {
    this.#following?.[Symbol.dispose]()
    this.#following = undefined
    this.#domain = undefined
    this.#change(null)
  }

  /** Events tell that something happened, the state what it came to. */
  async #ask(note: string, signal: AbortSignal): Promise<void> {
    const domain = this.#domain
    if (!domain) return
    try {
      const text = await domain.virsh.run(['domstate', domainWord(domain.uuid)], { signal })
      const run = states[text.trim()]
      if (signal.aborted || run === undefined) return
      const isSame = run === this.#state?.run
      if (!isSame || note !== '') this.#change({ run, note })
    } catch (error) {
      if (!(error instanceof VirshError)) throw error
      log.debug(`libvirt: ${error.message}`)
    }
  }

  #change(state: VmState | null): void {
    if (state === this.#state) return
    this.#state = state
    this.onChange()
  }
}

function noteOf({ name, detail }: VirshEvent): string {
  return notes.find((row) => row.name === name && detail.startsWith(row.detail))?.note ?? ''
}

const words: Readonly<Record<VmAction, string>> = {
  pause: 'pause',
  resume: 'resume',
  reset: 'reset',
  'power-button': 'press the power button of',
}

/** The command of virsh, and its options. */
const verbs: Readonly<Record<VmAction, readonly [string, ...string[]]>> = {
  pause: ['suspend'],
  resume: ['resume'],
  reset: ['reset'],
  'power-button': ['shutdown', '--mode=acpi'],
}
