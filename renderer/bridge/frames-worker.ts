// SPDX-License-Identifier: GPL-2.0-or-later
import { FILE_PAGE, FILE_TOKEN } from '../../core/frame-file.ts'
import { FrameSlots } from './frame-memory.ts'
import { type FrameNews, readFrames } from './frame-source.ts'
import { FramingError, type ReceivedFrame } from './framing.ts'

// Receives frames beside the page. Only a worker may read a file of the origin's private file system at
// once and in place, and through such a file main hands over pixels.

/** The worker's own end, and the file's; the page's types have no names for them. */
type Scope = { postMessage(message: FrameNews): void }
type SyncFile = {
  read(target: Uint8Array, options: { at: number }): number
  write(bytes: Uint8Array, options: { at: number }): number
  truncate(size: number): void
}
type SyncFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle?(options: { mode: 'readwrite-unsafe' }): Promise<SyncFile>
}

const scope = globalThis as unknown as Scope
const tell = (news: FrameNews) => scope.postMessage(news)

/** A file that begins with the token. A page that reloads makes another while the old one is still open. */
async function openFile(token: Uint8Array): Promise<SyncFile> {
  const root = await navigator.storage.getDirectory()
  const handle: SyncFileHandle = await root.getFileHandle('frames', { create: true })
  if (!handle.createSyncAccessHandle) throw new Error('files cannot be read in place')
  const file = await handle.createSyncAccessHandle({ mode: 'readwrite-unsafe' })
  file.truncate(FILE_PAGE)
  file.write(token, { at: 0 })
  return file
}

async function receive(): Promise<void> {
  const token = crypto.getRandomValues(new Uint8Array(FILE_TOKEN))
  const file = await openFile(token)
  const slots = new FrameSlots((index, slot) => tell({ kind: 'slot', index, slot }))
  const hear = ({ frame, payload, filed }: ReceivedFrame) => {
    const length = filed?.length ?? payload.length
    if (length === 0) {
      tell({ kind: 'frame', frame, index: undefined, length })
      return
    }
    const { index, target } = slots.take(length)
    if (!filed) target.set(payload)
    else if (file.read(target, { at: filed.at }) !== length) {
      throw new FramingError('the file is shorter than its payload')
    }
    tell({ kind: 'frame', frame, index, length })
  }
  const address = new URL('/frames', location.origin)
  address.searchParams.set('file', hex(token))
  // The page ends this worker when it no longer wants frames.
  const never = new AbortController()
  let problem: string | undefined
  try {
    await readFrames(address, never.signal, hear)
  } catch (error) {
    if (error instanceof FramingError) problem = error.message
  }
  tell({ kind: 'ended', problem })
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

receive().catch((error: unknown) => tell({ kind: 'unable', why: String(error) }))
