// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PageDocument, pageDocuments } from './page-door.ts'

/** What may be served, by extension. Source maps and everything else stay unreachable. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
}

export type PageFile = { readonly type: string; read(): Promise<Uint8Array> }

/**
 * The built page as an allow-list: what lies in its folder when the window opens, by exact URL path.
 * No request is ever turned into a file name.
 */
export class PageFiles {
  readonly #files = new Map<string, PageFile>()

  /** @param document which of the pages `/` is */
  constructor(folder: string, document: PageDocument = 'viewer') {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const type = types[path.extname(entry.name)]
      if (!entry.isFile() || type === undefined) continue
      const file = path.join(entry.parentPath, entry.name)
      const url = `/${path.relative(folder, file).split(path.sep).join('/')}`
      this.#files.set(url, { type, read: () => readFile(file) })
    }
    const index = this.#files.get(pageDocuments[document])
    if (index) this.#files.set('/', index)
  }

  /** Undefined for every path that is not literally one of the files. */
  find(pathname: string): PageFile | undefined {
    return this.#files.get(pathname)
  }
}

/** The folder above this code that holds package.json: the checkout, or the packed app. */
export function appFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder)
    if (parent === folder) throw new Error('package.json was not found above the code')
    folder = parent
  }
  return folder
}

/** Where scripts/build.mjs puts the page. */
export function builtPage(): string {
  return path.join(appFolder(), 'out', 'renderer')
}
