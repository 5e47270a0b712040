// SPDX-License-Identifier: GPL-2.0-or-later
import type { Mapping, RowCopy } from './api.ts'
import { bytesOf, inside, record, whole, wrongType } from './argument.ts'
import { type MappingHandle, native } from './bindings.ts'

/** {@link Mapping} over a native handle, which unmaps the pages itself if it is forgotten. */
export class NativeMapping implements Mapping {
  readonly size: number
  readonly writable: boolean
  #handle: MappingHandle | undefined

  constructor(handle: MappingHandle, size: number, writable: boolean) {
    this.#handle = handle
    this.size = size
    this.writable = writable
  }

  /** @internal The native side of a mapping given as an argument. */
  static handleOf(name: string, mapping: unknown): MappingHandle {
    if (typeof mapping !== 'object' || mapping === null || !(#handle in mapping)) {
      throw wrongType(name, 'a Mapping', mapping)
    }
    return (mapping as NativeMapping).#open()
  }

  #open(): MappingHandle {
    if (!this.#handle) throw new Error('mapping is unmapped')
    return this.#handle
  }

  copyOut(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const handle = this.#open()
    inside('copyOut', whole('offset', offset), whole('length', length), this.size)
    const copy = new Uint8Array(length)
    native().copyOut(handle, offset, copy)
    return copy
  }

  write(offset: number, bytes: Uint8Array, given?: RowCopy): void {
    const handle = this.#open()
    whole('offset', offset)
    bytesOf('bytes', bytes)
    if (given === undefined) inside('write', offset, bytes.length, this.size)
    if (!this.writable) throw new TypeError('mapping is read-only')
    if (given === undefined) {
      native().writeInto(handle, offset, bytes)
      return
    }
    const { rows, rowBytes, sourcePitch, pitch } = checkedRows(given)
    inside('rows', (rows - 1) * sourcePitch, rowBytes, bytes.length)
    inside('write', offset + (rows - 1) * pitch, rowBytes, this.size)
    native().writeRows(handle, offset, bytes, rows, rowBytes, sourcePitch, pitch)
  }

  [Symbol.dispose](): void {
    if (!this.#handle) return
    native().unmap(this.#handle)
    this.#handle = undefined
  }
}

/** Products of two such sides are exact. */
const MOST_ROWS = 2 ** 20
const MOST_PITCH = 2 ** 31

function checkedRows(value: unknown): RowCopy {
  const fields = record<keyof RowCopy>('rows', value)
  const rowBytes = whole('rows.rowBytes', fields.rowBytes, 1, MOST_PITCH)
  return {
    rows: whole('rows.rows', fields.rows, 1, MOST_ROWS),
    rowBytes,
    sourcePitch: whole('rows.sourcePitch', fields.sourcePitch, rowBytes, MOST_PITCH),
    pitch: whole('rows.pitch', fields.pitch, rowBytes, MOST_PITCH),
  }
}

/** Memory as the addon takes it. */
export type RawMemory = { readonly raw: Uint8Array | MappingHandle; readonly size: number }

export function memoryOf(name: string, memory: unknown): RawMemory {
  if (memory instanceof Uint8Array) return { raw: memory, size: memory.length }
  if (memory instanceof NativeMapping) {
    return { raw: NativeMapping.handleOf(name, memory), size: memory.size }
  }
  throw wrongType(name, 'a Uint8Array or a Mapping', memory)
}

/** The same of memory that will be written. */
export function writableMemory(name: string, memory: unknown): RawMemory {
  const target = memoryOf(name, memory)
  if (memory instanceof NativeMapping && !memory.writable) {
    throw new TypeError(`${name} must be writable`)
  }
  return target
}
