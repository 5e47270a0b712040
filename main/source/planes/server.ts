// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import { LINEAR } from '../../../core/modifier.ts'
import type { Plane, PlaneClaim, PlaneKind } from '../../../core/plane.ts'
import type { Fd, FdSocket, NativeShim } from '../../../native-shim/api.ts'
import { isNativeError, nativeFailure } from '../native-failure.ts'
import { PlaneCache } from '../plane-cache.ts'
import { layoutKey } from '../plane-query.ts'
import { Shadow } from '../shadow.ts'
import type { PlaneReading, Source } from '../source.ts'
import { PROTOCOL, type ProducerRecord, readViewerRecord, type ViewerRecord } from './protocol.ts'
import { closeAll, RecordParser, receiveRecords, sendRecord } from './record-stream.ts'
import { type OfferedPlane, ViewerState } from './viewer-state.ts'

/** More viewers than this at once are turned away. */
export const MAX_VIEWERS = 16

/** A copy of memory that has no descriptor to hand out, and how often it changed. */
type Copy = Disposable & { readonly shadow: Shadow; version: number }

/**
 * Serves a source to viewers in pull mode (planes/protocol.ts). Descriptors of planes are handed out,
 * never the device's; planes of a region are copied into sealed memory, because a region can be mapped
 * through the device's descriptor only.
 */
export class PlanesServer implements Disposable {
  readonly #shim: NativeShim
  readonly #source: Source
  readonly #copies = new PlaneCache<Copy>()
  readonly #sockets = new Set<FdSocket>()
  #nextCopy = 1

  /** @param source stays the caller's */
  constructor(shim: NativeShim, source: Source) {
    this.#shim = shim
    this.#source = source
  }

  get viewers(): number {
    return this.#sockets.size
  }

  /** Talks with one viewer until it leaves; the failure when it talked nonsense. Owns the socket. */
  async serve(socket: FdSocket): Promise<Failure | undefined> {
    using owned = new DisposableStack()
    owned.use(socket)
    const parser = owned.use(new RecordParser())
    const viewer = new ViewerState()
    this.#sockets.add(socket)
    owned.defer(() => this.#sockets.delete(socket))
    try {
      const { name } = this.#source.info
      await sendRecord(socket, { type: 'hello', protocol: PROTOCOL, name, pull: true })
      for await (const { value, fds } of receiveRecords(socket, parser)) {
        closeAll(fds)
        await this.#answer(socket, viewer, readViewerRecord(value))
      }
      return undefined
    } catch (error) {
      const what = 'a viewer was turned away'
      const remedy = 'Connect with scanout planes+unix:SOCKET'
      if (error instanceof SyntaxError) {
        return { code: 'bad-protocol', what, why: error.message, remedy }
      }
      const failure = nativeFailure(error, what, 'hung-up', remedy)
      const hasLeft = isNativeError(error) && leaving.has(error.code)
      return hasLeft ? undefined : failure
    }
  }

  /** Tells every viewer that nothing more comes, and hangs up. */
  async end(failure: Failure): Promise<void> {
    const told = [...this.#sockets].map((socket) =>
      sendRecord(socket, { type: 'gone', failure }).catch((error: unknown) => {
        if (!isNativeError(error)) throw error
      }),
    )
    await Promise.all(told)
    this[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket[Symbol.dispose]()
    this.#sockets.clear()
    this.#copies[Symbol.dispose]()
  }

  async #answer(socket: FdSocket, viewer: ViewerState, record: ViewerRecord): Promise<void> {
    if (record.type === 'hello' && record.protocol !== PROTOCOL) {
      throw new SyntaxError(`it speaks protocol ${record.protocol}, and this is ${PROTOCOL}`)
    }
    if (record.type === 'dropped') viewer.dropped(record.id)
    if (record.type !== 'request') return
    const sent: Promise<void>[] = []
    const send = (outgoing: ProducerRecord, fds: readonly Fd[] = []) =>
      sent.push(sendRecord(socket, outgoing, fds))
    // Sending duplicates the descriptors at once: what a refresh lends is not kept beyond this turn.
    for (const reading of this.#source.refresh()) this.#tell(viewer, reading, send)
    const { gone } = this.#source
    if (gone) send({ type: 'gone', failure: gone })
    send({ type: 'complete', serial: record.serial })
    await Promise.all(sent)
  }

  #tell(
    viewer: ViewerState,
    reading: PlaneReading,
    send: (record: ProducerRecord, fds?: readonly Fd[]) => void,
  ): void {
    const { status, memory } = reading
    const { kind } = status
    if (reading.isStale && status.state !== 'stalled') return
    switch (status.state) {
      case 'absent':
      case 'disabled':
        viewer.hide(kind)
        send({ type: 'disable', kind, absent: status.state === 'absent' })
        return
      case 'stalled':
        send({ type: 'problem', kind, failure: status.failure })
        return
      case 'refused':
        if (memory && memory.dmabufs.length > 0 && status.claim) {
          const [token] = memory.dmabufs
          if (token)
            viewer.show(
              { claim: status.claim, fds: memory.dmabufs, token, version: 'unknown' },
              send,
            )
        } else {
          send({ type: 'problem', kind, failure: status.verdict })
        }
        return
      case 'shown':
        try {
          viewer.show(this.#offer(kind, status.identity, status.plane, reading), send)
        } catch (error) {
          const what = `cannot read the pixels of the ${kind} plane`
          const failure = nativeFailure(error, what, 'unreadable', 'Wait for its next frame')
          send({ type: 'problem', kind, failure })
        }
    }
  }

  #offer(kind: PlaneKind, identity: string, plane: Plane, reading: PlaneReading): OfferedPlane {
    const { memory } = reading
    if (!memory) throw new Error('a shown plane has no memory')
    const [token] = memory.dmabufs
    // What the CPU may not map here, the viewer's GPU may read.
    const isWhole = memory.dmabufs.length === memory.mappings.length || reading.readBack
    if (token && isWhole) {
      const version = reading.mayHaveChanged ? 'unknown' : 0
      return { claim: plane, fds: memory.dmabufs, token, version }
    }
    const copy = this.#copy(kind, identity, plane)
    const isDue = reading.mayHaveChanged || !copy.shadow.isFilled
    const damage = isDue ? copy.shadow.scan(memory) : []
    if (damage.some(({ rects }) => rects.length > 0)) copy.version += 1
    this.#copies.show(kind, identity)
    const fds = copy.shadow.images.map(({ memfd }) => memfd)
    return { claim: copiedPlane(plane, copy.shadow), fds, token: copy, version: copy.version }
  }

  #copy(kind: PlaneKind, identity: string, plane: Plane): Copy {
    const known = this.#copies.get(kind, identity)
    if (known && layoutKey(known.shadow.plane) === layoutKey(plane)) return known
    const shadow = new Shadow(this.#shim, this.#nextCopy++, identity, plane)
    const copy = { shadow, version: 0, [Symbol.dispose]: () => shadow[Symbol.dispose]() }
    this.#copies.add(kind, identity, copy)
    return copy
  }
}

const leaving = new Set(['EPIPE', 'ECONNRESET', 'ECANCELED'])

/** The plane as it lies in its shadow: linear rows at the shadow's pitch, tiles one after the other. */
function copiedPlane(plane: Plane, shadow: Shadow): PlaneClaim {
  const isLinear = plane.modifier === LINEAR
  const memory = shadow.images.map(({ image }, buffer) => ({
    buffer,
    offset: 0,
    stride: isLinear ? image.pitch : (plane.memory[buffer]?.stride ?? 0),
    size: (image.rows - 1) * image.pitch + image.lastRowBytes,
  }))
  return { ...plane, memory }
}
