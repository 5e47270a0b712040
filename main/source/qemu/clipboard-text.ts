// SPDX-License-Identifier: GPL-2.0-or-later
import { MAX_CLIPBOARD } from '../../../core/guest-channel.ts'
import type { WireValue } from './wire.ts'

/** The only kind of content that QEMU passes on. */
export const TEXT_MIME = 'text/plain;charset=utf-8'
/** Bytes that one UTF-16 unit takes in UTF-8 at most. */
const MAX_UNIT = 3

export type ReadText = { readonly text: string } | { readonly trouble: string }

/** The text of an answer to `Request`, or why it is of no use. It ends at a NUL, as some agents send one. */
export function readClipboardText(signature: string, body: readonly WireValue[]): ReadText {
  const [mime, bytes] = body
  if (signature !== 'say' || !(bytes instanceof Uint8Array)) return { trouble: 'it is no text' }
  if (mime !== TEXT_MIME) return { trouble: `it is ${JSON.stringify(String(mime).slice(0, 80))}` }
  if (bytes.length > MAX_CLIPBOARD * MAX_UNIT) return { trouble: `it has ${bytes.length} bytes` }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { trouble: 'it is not UTF-8' }
  }
  const end = text.indexOf('\0')
  if (end >= 0) text = text.slice(0, end)
  if (text === '') return { trouble: 'it is empty' }
  return text.length <= MAX_CLIPBOARD ? { text } : { trouble: `it has ${text.length} characters` }
}

/** Whether somebody who has these kinds of content, or wants one of them, means text. */
export function offersText(mimes: WireValue | undefined): boolean {
  return Array.isArray(mimes) && mimes.includes(TEXT_MIME)
}
