// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Result } from '../../core/result.ts'
import type { PresenterWish } from '../../core/settings.ts'
import { checkCall, checkNote, checkShot } from './messages.ts'
import type { PageHandlers, SessionDocument } from './shell.ts'

/** What a window shows. */
export const pageDocuments = {
  viewer: '/index.html',
  /** Nothing to see: encodes the pictures that a viewer would show. */
  recorder: '/record.html',
  launcher: '/launcher.html',
} as const
export type PageDocument = keyof typeof pageDocuments

/**
 * Main's side of one document, as the shells pass messages to it: names and arguments come from the
 * page as they are and are checked behind this door, by the tables of the document.
 */
export type PageDoor = {
  readonly document: PageDocument
  /** What the document's address ends with, for what its page must know before it can ask. */
  readonly query: string
  /** Undefined for what the document may not ask. */
  call(name: unknown, args: unknown): (() => Promise<unknown>) | undefined
  /** Undefined for what the document may not tell. */
  note(name: unknown, args: unknown): (() => void) | undefined
  /** The PNG at an address of the page's origin; undefined when the document has none there. */
  picture(url: URL): Promise<Result<Uint8Array, Failure>> | 'malformed' | undefined
  /** A page listens for frames. */
  framesWanted(): void
  /** That page stopped listening. */
  framesDropped(): void
}

/** The door of the viewer's document, and of the one that records in its place. */
export function viewerDoor(
  page: PageHandlers,
  presenter: PresenterWish = 'auto',
  document: SessionDocument = 'viewer',
): PageDoor {
  return {
    document,
    query: `?presenter=${presenter}`,
    call: (name, args) => {
      const call = checkCall(name, args)
      return call && (() => call(page.calls))
    },
    note: (name, args) => {
      const note = checkNote(name, args)
      return note && (() => note(page))
    },
    picture: (url) => {
      if (url.pathname !== '/shot.png') return undefined
      const request = checkShot(url.searchParams)
      return request ? page.shot(request) : 'malformed'
    },
    framesWanted: () => page.framesWanted(),
    framesDropped: () => page.framesDropped(),
  }
}
