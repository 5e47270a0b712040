// SPDX-License-Identifier: GPL-2.0-or-later
import { type Failure, isFailure } from '../../../core/failure.ts'
import type { Point } from '../../../core/geometry.ts'
import { type PlaneClaim, type PlaneKind, planeKinds } from '../../../core/plane.ts'

/**
 * planes+unix: display planes from any producer over a unix stream socket.
 *
 * A record is a little-endian u32 with the length of what follows, and that many bytes of UTF-8 JSON;
 * a 64-bit number is `{"$bigint":"0x…"}` (core/wire.ts). Descriptors travel with SCM_RIGHTS beside the
 * first byte of the record that counts them in `fds`, in order. Both sides begin with `hello`.
 *
 * The producer introduces buffers under an id of its choice with `plane`; from then on `flip` shows
 * them again and `plane` with `fds: 0` shows them with another description. The viewer keeps as many
 * as it likes and says `dropped` when it let one go: the producer must introduce that one again.
 *
 * Push (`pull: false`): the producer speaks when something changes. Pull: it speaks between a
 * `request` of the viewer and the `complete` with the same serial, and leaves the shown buffers alone
 * from then until the next request, as the 2015 vfio proposal's REQUEST_UPDATE / UPDATE_COMPLETE did.
 *
 * Buffers are dma-bufs, memfds (best sealed against shrinking), or files of a tmpfs.
 */
export const PROTOCOL = 1
/** Largest JSON of a record, bytes. */
export const MAX_RECORD = 65536
/** Most descriptors of a record. */
export const MAX_FDS = 4

export type ProducerRecord =
  | {
      readonly type: 'hello'
      readonly protocol: number
      readonly name: string
      readonly pull: boolean
    }
  | {
      readonly type: 'plane'
      readonly id: number
      readonly fds: number
      readonly plane: PlaneClaim
    }
  | { readonly type: 'flip'; readonly kind: PlaneKind; readonly id: number }
  /** The shown buffer has new contents. */
  | { readonly type: 'damage'; readonly kind: PlaneKind }
  | {
      readonly type: 'move'
      readonly kind: PlaneKind
      readonly x: number
      readonly y: number
      readonly hotspot?: Point | undefined
    }
  /** The guest switched it off; `absent`: there is no such plane. */
  | { readonly type: 'disable'; readonly kind: PlaneKind; readonly absent: boolean }
  /** It cannot be read at the moment. */
  | { readonly type: 'problem'; readonly kind: PlaneKind; readonly failure: Failure }
  /** The buffers of this id will not be shown again. */
  | { readonly type: 'drop'; readonly id: number }
  | { readonly type: 'complete'; readonly serial: number }
  | { readonly type: 'gone'; readonly failure: Failure }

export type ViewerRecord =
  | { readonly type: 'hello'; readonly protocol: number }
  | { readonly type: 'request'; readonly serial: number }
  | { readonly type: 'dropped'; readonly id: number }

type Fields = Readonly<Record<string, unknown>>
type Reader<R> = (fields: Fields) => R

const producerReaders: {
  readonly [T in ProducerRecord['type']]: Reader<Extract<ProducerRecord, { type: T }>>
} = {
  hello: (from) => ({
    type: 'hello',
    protocol: whole(from, 'protocol'),
    name: text(from, 'name').slice(0, 200),
    pull: flag(from, 'pull'),
  }),
  plane: (from) => ({
    type: 'plane',
    id: whole(from, 'id'),
    fds: whole(from, 'fds'),
    plane: claim(object(from, 'plane')),
  }),
  flip: (from) => ({ type: 'flip', kind: kind(from), id: whole(from, 'id') }),
  damage: (from) => ({ type: 'damage', kind: kind(from) }),
  move: (from) => ({
    type: 'move',
    kind: kind(from),
    x: number(from, 'x'),
    y: number(from, 'y'),
    hotspot: hotspot(from),
  }),
  disable: (from) => ({ type: 'disable', kind: kind(from), absent: flag(from, 'absent') }),
  problem: (from) => ({ type: 'problem', kind: kind(from), failure: failure(from) }),
  drop: (from) => ({ type: 'drop', id: whole(from, 'id') }),
  complete: (from) => ({ type: 'complete', serial: whole(from, 'serial') }),
  gone: (from) => ({ type: 'gone', failure: failure(from) }),
}

const viewerReaders: {
  readonly [T in ViewerRecord['type']]: Reader<Extract<ViewerRecord, { type: T }>>
} = {
  hello: (from) => ({ type: 'hello', protocol: whole(from, 'protocol') }),
  request: (from) => ({ type: 'request', serial: whole(from, 'serial') }),
  dropped: (from) => ({ type: 'dropped', id: whole(from, 'id') }),
}

/** @throws SyntaxError when it is no record of a producer */
export function readProducerRecord(value: unknown): ProducerRecord {
  return readRecord<ProducerRecord>(value, producerReaders)
}

/** @throws SyntaxError when it is no record of a viewer */
export function readViewerRecord(value: unknown): ViewerRecord {
  return readRecord<ViewerRecord>(value, viewerReaders)
}

/** Descriptors that come with a record. */
export function fdsOf(value: unknown): number {
  const fields = typeof value === 'object' && value !== null ? (value as Fields) : {}
  const { fds } = fields
  if (fds === undefined) return 0
  if (typeof fds === 'number' && Number.isInteger(fds) && fds >= 0 && fds <= MAX_FDS) return fds
  throw new SyntaxError(`fds is not a number from 0 to ${MAX_FDS}`)
}

function readRecord<R>(value: unknown, readers: Readonly<Record<string, Reader<R>>>): R {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError('a record is no object')
  }
  const fields = value as Fields
  const { type } = fields
  const reader =
    typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined
  if (!reader) throw new SyntaxError(`${String(type).slice(0, 40)} is no type of record`)
  return reader(fields)
}

/** Only the shape: checkPlane judges every value. */
function claim(from: Fields): PlaneClaim {
  const { memory, modifier, fourcc, color } = from
  if (!Array.isArray(memory) || memory.length > MAX_FDS) throw new SyntaxError('memory is no list')
  if (typeof modifier !== 'bigint') throw new SyntaxError('modifier is no 64-bit number')
  if (typeof fourcc !== 'string') throw new SyntaxError('fourcc is no text')
  return {
    kind: kind(from),
    fourcc,
    modifier,
    width: number(from, 'width'),
    height: number(from, 'height'),
    memory: memory.map((entry: unknown) => {
      if (typeof entry !== 'object' || entry === null) throw new SyntaxError('memory is no list')
      const fields = entry as Fields
      return {
        buffer: number(fields, 'buffer'),
        offset: number(fields, 'offset'),
        stride: number(fields, 'stride'),
        size: number(fields, 'size'),
      }
    }),
    x: number(from, 'x'),
    y: number(from, 'y'),
    hotspot: hotspot(from),
    bottomUp: flag(from, 'bottomUp'),
    ...(color === undefined || color === null ? {} : { color: colorOf(object(from, 'color')) }),
  }
}

function colorOf(from: Fields): { readonly matrix: string; readonly range: string } {
  return { matrix: text(from, 'matrix'), range: text(from, 'range') }
}

function hotspot(from: Fields): Point | undefined {
  const { hotspot: point } = from
  if (point === undefined || point === null) return undefined
  const fields = object(from, 'hotspot')
  return { x: number(fields, 'x'), y: number(fields, 'y') }
}

function kind({ kind: value }: Fields): PlaneKind {
  const found = planeKinds.find((known) => known === value)
  if (!found) throw new SyntaxError(`kind is none of ${planeKinds.join(', ')}`)
  return found
}

function failure(from: Fields): Failure {
  const { failure: value } = from
  if (!isFailure(value)) throw new SyntaxError('failure does not say code, what, why and remedy')
  const { code, what, why, remedy } = value
  return { code, what, why, remedy }
}

function object(from: Fields, name: string): Fields {
  const value = from[name]
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new SyntaxError(`${name} is no object`)
}

function text(from: Fields, name: string): string {
  const value = from[name]
  if (typeof value !== 'string') throw new SyntaxError(`${name} is no text`)
  return value
}

function number(from: Fields, name: string): number {
  const value = from[name]
  if (typeof value !== 'number') throw new SyntaxError(`${name} is no number`)
  return value
}

/** 0 to 2^32 − 1 */
function whole(from: Fields, name: string): number {
  const value = number(from, name)
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value
  throw new SyntaxError(`${name} is no unsigned 32-bit number`)
}

function flag(from: Fields, name: string): boolean {
  const value = from[name]
  if (typeof value !== 'boolean') throw new SyntaxError(`${name} is neither true nor false`)
  return value
}
