// SPDX-License-Identifier: GPL-2.0-or-later
import { closeSync, openSync, readSync, realpathSync } from 'node:fs'
import path from 'node:path'

/** Who is at a listening socket, as the kernel shows it. */
export type SocketQueue = {
  /** Connections that were accepted; ours is one. */
  readonly served: number
  /** Connections that wait to be accepted, also those that were given up meanwhile. */
  readonly waiting: number
}

/** SO_ACCEPTCON, SS_CONNECTING and SS_CONNECTED of linux/net.h, as /proc/net/unix prints them. */
const LISTENS = '00010000'
const CONNECTING = '02'
const CONNECTED = '03'
/** `Num: RefCount Protocol Flags Type St Inode Path` */
const ROW = /^\S+: \S+ \S+ (\S+) \S+ (\S+) +(\d+) (.+)$/

/**
 * Reads who is served and who waits at a socket from the text of /proc/net/unix. A connection shows
 * there under the path that its server was bound to; before it is accepted it has no inode. Undefined
 * when the table does not have the socket: its server lives in another network namespace.
 *
 * @param paths all absolute names of the socket; a server that was bound to a relative one is known by
 *   the last part alone
 */
export function socketQueue(table: Buffer, paths: readonly string[]): SocketQueue | undefined {
  const names = new Set(paths.map((one) => path.basename(one)))
  let isListening = false
  let served = 0
  let waiting = 0
  for (const line of linesWith(table, names)) {
    const [, flags, state, inode, bound = ''] = ROW.exec(line) ?? []
    const isOurs = path.isAbsolute(bound)
      ? paths.includes(path.normalize(bound))
      : names.has(path.basename(bound))
    if (!isOurs) continue
    if (flags === LISTENS) isListening = true
    else if (state === CONNECTED) served += 1
    else if (state === CONNECTING && inode === '0') waiting += 1
  }
  return isListening ? { served, waiting } : undefined
}

/** The kernel's table of unix sockets, kept open: it is looked at some times a second. */
export class SocketTable implements Disposable {
  readonly #socket: string
  #names: readonly string[] | undefined
  #file: number | undefined
  #bytes = Buffer.alloc(1 << 16)

  /** @param socket absolute path */
  constructor(socket: string) {
    this.#socket = socket
  }

  /** Who is at the socket now; undefined where that cannot be seen. */
  queue(): SocketQueue | undefined {
    try {
      this.#names ??= namesOf(this.#socket)
      return socketQueue(this.#read(), this.#names)
    } catch {
      // The socket is gone, or there is no /proc.
      return undefined
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  /** One pass from the start; the kernel hands out a page at a time. */
  #read(): Buffer {
    this.#file ??= openSync('/proc/net/unix', 'r')
    for (let length = 0; ; ) {
      const room = this.#bytes.length - length
      const read = readSync(this.#file, this.#bytes, length, room, length)
      length += read
      if (read === 0) return this.#bytes.subarray(0, length)
      if (length === this.#bytes.length) {
        this.#bytes = Buffer.concat([this.#bytes], 2 * this.#bytes.length)
      }
    }
  }
}

/** A path by which a server may have been bound: as it was given, and without links in its folders. */
function namesOf(socket: string): readonly string[] {
  const folder = realpathSync(path.dirname(socket))
  return [socket, path.join(folder, path.basename(socket))]
}

function* linesWith(table: Buffer, words: ReadonlySet<string>): Generator<string> {
  for (const word of words) {
    let end = 0
    for (let at = table.indexOf(word); at >= 0; at = table.indexOf(word, end)) {
      const start = table.lastIndexOf(10, at) + 1
      const stop = table.indexOf(10, at)
      end = stop < 0 ? table.length : stop
      yield table.toString('utf8', start, end)
    }
  }
}
