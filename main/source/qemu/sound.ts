// SPDX-License-Identifier: GPL-2.0-or-later
import { randomUUID } from 'node:crypto'
import type { Failure } from '../../../core/failure.ts'
import type { GuestNews, GuestRequest } from '../../../core/guest-channel.ts'
import { log } from '../../log.ts'
import { isNativeError } from '../native-failure.ts'
import { BusConnection, BusError, type BusPeer } from './bus.ts'
import { readProperties } from './console.ts'
import type { ConsolePart, OpenPart, PartContext } from './parts.ts'
import { AUDIO, AUDIO_PATH, type SoundTarget, servedSound } from './sound-calls.ts'
import { type PcmFormat, PcmReader } from './sound-format.ts'

/** QEMU notices within this time that a listener went away, ms; until then it takes no other. */
const RETRY_MS = 200
const TRIES = 10
/** Sound cards of one VM. */
const MAX_STREAMS = 32
/** Most that a Write may bring, bytes: QEMU sends some milliseconds at a time. */
const MAX_WRITE = 1 << 20
/** SetVolume's full scale. */
const FULL_VOLUME = 255

/** Undefined when this QEMU plays its guest's sound elsewhere, or not at all. */
export const openSound: OpenPart = async (context) => {
  try {
    await readProperties(context.bus, AUDIO_PATH, AUDIO)
    return new Sound(context)
  } catch (error) {
    // A line that broke is told by its owner.
    if (error instanceof BusError) return undefined
    throw error
  }
}

/** Listens to what the guest plays, while that is wanted. QEMU writes by its own clock and never waits. */
class Sound implements ConsolePart {
  readonly offers = { audio: true }
  readonly #context: PartContext
  readonly #streams: Streams
  #isWanted = false
  /** Counts beginnings and ends: what belongs to an earlier one is out of date. */
  #turn = 0
  #listener: BusPeer | undefined
  #cancelRetry: (() => void) | undefined

  constructor(context: PartContext) {
    this.#context = context
    this.#streams = new Streams(context.news)
  }

  request(request: GuestRequest): void {
    if (request.kind !== 'sound' || request.on === this.#isWanted) return
    if (request.on) this.#begin()
    else this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.#isWanted = false
    this.#turn += 1
    this.#cancelRetry?.()
    this.#cancelRetry = undefined
    this.#listener?.[Symbol.dispose]()
    this.#listener = undefined
    this.#streams.end()
  }

  #begin(): void {
    this.#isWanted = true
    this.#turn += 1
    void this.#listen(this.#turn, 1)
  }

  async #listen(turn: number, attempt: number): Promise<void> {
    try {
      await this.#register(turn)
    } catch (error) {
      const isExpected =
        error instanceof BusError || error instanceof SyntaxError || isNativeError(error)
      if (!isExpected) throw error
      this.#failed(turn, attempt, error.message)
    }
  }

  /** QEMU answers before it authenticates with us, and calls at once: we are ready before we ask. */
  async #register(turn: number): Promise<void> {
    const { bus, shim } = this.#context
    if (bus.isEnded) return
    const [ours, theirs] = shim.socketEnds()
    using sent = theirs
    const opening = BusConnection.open(shim.adoptSocket(ours), {
      onCall: (call) => void servedSound.serve(call, this.#streams),
      onEnd: () => this.#lost(turn),
    })
    const listening = opening.then((peer) => {
      if (turn === this.#turn) this.#listener = peer
      else peer[Symbol.dispose]()
    })
    const registered = bus.call({
      path: AUDIO_PATH,
      interface: AUDIO,
      member: 'RegisterOutListener',
      signature: 'h',
      body: [0],
      fds: [sent],
      // QEMU 7.2 takes the caller's name for granted, and crashes where nobody gives one.
      sender: `:scanout.${randomUUID()}`,
    })
    await Promise.all([registered, listening])
  }

  /** QEMU refuses a listener while it has another of ours, that of a viewer before us for one. */
  #failed(turn: number, attempt: number, why: string): void {
    if (turn !== this.#turn || this.#context.bus.isEnded) return
    this.#listener?.[Symbol.dispose]()
    this.#listener = undefined
    if (attempt < TRIES) {
      this.#cancelRetry = this.#context.clock.after(
        RETRY_MS,
        () => void this.#listen(turn, attempt + 1),
      )
      return
    }
    log.info(`sound: ${why}`)
    this.#isWanted = false
    this.#context.news({ kind: 'trouble', failure: noSound(why) })
  }

  /** The line alone broke: the VM plays on, and whoever asks again hears it again. */
  #lost(turn: number): void {
    if (turn !== this.#turn) return
    this[Symbol.dispose]()
  }
}

type Stream = { readonly number: number; readonly reader: PcmReader }

/** The guest's streams by QEMU's numbers of them, which are addresses and of no use to a page. */
class Streams implements SoundTarget {
  readonly #news: (news: GuestNews) => void
  readonly #streams = new Map<bigint, Stream>()
  #numbers = 0

  constructor(news: (news: GuestNews) => void) {
    this.#news = news
  }

  init(id: bigint, format: PcmFormat): void {
    const reader = new PcmReader(format)
    this.#drop(id)
    if (this.#streams.size >= MAX_STREAMS) throw new SyntaxError('too many streams')
    this.#numbers += 1
    this.#streams.set(id, { number: this.#numbers, reader })
  }

  fini(id: bigint): void {
    this.#of(id)
    this.#drop(id)
  }

  setEnabled(id: bigint, on: boolean): void {
    const { number } = this.#of(id)
    if (!on) this.#news({ kind: 'sound-end', stream: number })
  }

  setVolume(id: bigint, muted: boolean, volumes: Uint8Array): void {
    const { number, reader } = this.#of(id)
    if (volumes.length === 0 || volumes.length > reader.format.channels) {
      throw new SyntaxError(`${volumes.length} volumes`)
    }
    const volume = Math.max(...volumes) / FULL_VOLUME
    this.#news({ kind: 'sound-volume', stream: number, muted, volume })
  }

  write(id: bigint, samples: Uint8Array): void {
    const { number: stream, reader } = this.#of(id)
    if (samples.length > MAX_WRITE) throw new SyntaxError(`${samples.length} bytes of samples`)
    const { rate, channels } = reader.format
    this.#news({ kind: 'sound', stream, rate, channels, bytes: reader.read(samples) })
  }

  /** Nobody listens any more. */
  end(): void {
    for (const id of [...this.#streams.keys()]) this.#drop(id)
  }

  #of(id: bigint): Stream {
    const stream = this.#streams.get(id)
    if (!stream) throw new SyntaxError(`no stream ${id}`)
    return stream
  }

  #drop(id: bigint): void {
    const stream = this.#streams.get(id)
    if (!this.#streams.delete(id) || !stream) return
    this.#news({ kind: 'sound-end', stream: stream.number })
  }
}

function noSound(why: string): Failure {
  return {
    code: 'no-sound',
    what: 'the guest cannot be heard',
    why: `its QEMU gives its sound to nobody now (${why})`,
    remedy: 'Close other viewers of this VM, then switch the sound off and on',
  }
}
