// SPDX-License-Identifier: GPL-2.0-or-later
import { type Bridge, type DroppedFile, MAX_KEPT } from '../../core/protocol.ts'
import { base64 } from '../base64.ts'
import type { Session } from '../session.ts'
import { sentence } from '../ui/sentence.ts'
import { toastWords } from '../ui/words-toasts.ts'

const MOST_FILES = 32

/** Opens what is dropped on the window, a session file or a dump with its planes, in a viewer of its own. */
export class Drop implements Disposable {
  readonly #bridge: Bridge
  readonly #session: Session
  readonly #stop = new AbortController()

  constructor(bridge: Bridge, session: Session) {
    this.#bridge = bridge
    this.#session = session
    const { signal } = this.#stop
    const over = (event: DragEvent): void => {
      // A file that nobody takes would be opened in the place of the page.
      event.preventDefault()
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
    }
    window.addEventListener('dragover', over, { signal })
    const dropped = (event: DragEvent): void => {
      event.preventDefault()
      if (event.dataTransfer) void this.#open(event.dataTransfer)
    }
    window.addEventListener('drop', dropped, { signal })
  }

  [Symbol.dispose](): void {
    this.#stop.abort()
  }

  async #open(data: DataTransfer): Promise<void> {
    // The list is empty once this turn is over.
    const entries = [...data.items].map((item) => item.webkitGetAsEntry())
    try {
      const files = (await Promise.all(entries.map(filesOf))).flat()
      if (files.length === 0) return
      const size = files.reduce((sum, file) => sum + file.size, 0)
      if (files.length > MOST_FILES || size > MAX_KEPT) {
        throw new Error(toastWords.tooMuch)
      }
      const opened = await this.#bridge.call('drop:open', await Promise.all(files.map(read)))
      if (!opened.ok) throw new Error(`${opened.failure.why}. ${opened.failure.remedy}`)
    } catch (error) {
      const detail = sentence(error instanceof Error ? error.message : String(error))
      const title = toastWords.failed.open
      this.#session.toast({ kind: 'failed', title, detail, reveal: false })
    }
  }
}

async function read(file: File): Promise<DroppedFile> {
  return { name: file.name, bytes: base64(new Uint8Array(await file.arrayBuffer())) }
}

/** A file, or the files right inside a folder. */
async function filesOf(entry: FileSystemEntry | null): Promise<readonly File[]> {
  if (entry?.isFile) {
    const file = entry as FileSystemFileEntry
    return [await new Promise<File>((resolve, reject) => file.file(resolve, reject))]
  }
  if (!entry?.isDirectory) return []
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const inside = await new Promise<FileSystemEntry[]>((resolve, reject) =>
    reader.readEntries(resolve, reject),
  )
  const files = inside.filter((one) => one.isFile).slice(0, MOST_FILES + 1)
  return (await Promise.all(files.map(filesOf))).flat()
}
