// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { root } from './places.ts'

/** Pixels: the sizes of the hicolor theme that desktops look for. */
export const iconSizes = [16, 22, 24, 32, 48, 64, 96, 128, 256, 512] as const

/** What is used of @resvg/resvg-wasm, which packaging/package.json brings. */
type Resvg = {
  initWasm(module: Uint8Array): Promise<void>
  Resvg: new (
    svg: string,
    options: { readonly fitTo: { readonly mode: 'width'; readonly value: number } },
  ) => { render(): { asPng(): Uint8Array } }
}

let loaded: Promise<Resvg> | undefined

/** Its WebAssembly can be given once in a process. */
async function load(): Promise<Resvg> {
  const require = createRequire(import.meta.url)
  const resvg: Resvg = require('@resvg/resvg-wasm')
  await resvg.initWasm(readFileSync(require.resolve('@resvg/resvg-wasm/index_bg.wasm')))
  return resvg
}

/** Draws assets/icon.svg in every size: `16x16.png` and so on in a folder, as electron-builder wants them. */
export async function drawIcons(folder: string): Promise<void> {
  loaded ??= load()
  const { Resvg } = await loaded
  const svg = await readFile(path.join(root, 'assets', 'icon.svg'), 'utf8')
  await mkdir(folder, { recursive: true })
  for (const size of iconSizes) {
    const picture = new Resvg(svg, { fitTo: { mode: 'width', value: size } }).render()
    await writeFile(path.join(folder, `${size}x${size}.png`), picture.asPng())
  }
}
