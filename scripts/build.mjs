#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-or-later
// Bundles main, its workers, the preload and the page into out/, and copies the addon and scanout-gpu there.
//
//   node scripts/build.mjs [FOLDER]     another folder below the checkout, from nothing and without
//                                       source maps: what packages are made of
import { cp, mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const at = (...parts) => path.join(root, ...parts)
const out = process.argv[2] ?? 'out'

const shared = {
  absWorkingDir: root,
  bundle: true,
  sourcemap: out === 'out',
  logLevel: 'warning',
  legalComments: 'none',
}

/** What runs in Node and in Electron's main process. Commands are chunks, so that one loads only its own. */
const main = {
  ...shared,
  entryPoints: {
    cli: 'main/cli.ts',
    'source-worker': 'main/source/worker.ts',
    electron: 'main/shell/electron/app.ts',
  },
  outdir: `${out}/main`,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  splitting: true,
  external: ['electron'],
  // Bundled CommonJS packages still ask for require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
}

const preload = {
  ...shared,
  entryPoints: {
    preload: 'preload/preload.ts',
    'memory-preload': 'preload/memory-preload.ts',
    'launcher-preload': 'preload/launcher-preload.ts',
  },
  outdir: `${out}/preload`,
  // What the loader of the addon asks for has another name in CommonJS.
  define: { 'import.meta.dirname': '__dirname' },
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  external: ['electron', '*.node'],
  outExtension: { '.js': '.cjs' },
}

const page = {
  ...shared,
  entryPoints: {
    index: 'renderer/index.tsx',
    launcher: 'renderer/launcher/index.tsx',
    decode: 'renderer/decode-page.ts',
    record: 'renderer/record-page.ts',
    'frames-worker': 'renderer/bridge/frames-worker.ts',
    'recording-worker': 'renderer/recording/worker.ts',
    'sound-worklet': 'renderer/sound/worklet.ts',
  },
  outdir: `${out}/renderer`,
  format: 'esm',
  platform: 'browser',
  target: 'chrome134',
  minify: true,
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
}

await rm(at(out === 'out' ? 'out/main' : out), { recursive: true, force: true })
await mkdir(at(`${out}/native`), { recursive: true })
await Promise.all([main, preload, page].map((options) => build(options)))
await cp(at('renderer/index.html'), at(`${out}/renderer/index.html`))
await cp(at('renderer/decode.html'), at(`${out}/renderer/decode.html`))
await cp(at('renderer/record.html'), at(`${out}/renderer/record.html`))
await cp(at('renderer/launcher.html'), at(`${out}/renderer/launcher.html`))
await cp(at('assets/icon.svg'), at(`${out}/renderer/icon.svg`))
await cp(at('assets'), at(`${out}/assets`), { recursive: true })
for (const file of ['scanout_shim.node', 'scanout-gpu'])
  await cp(at('native-shim/build/Release', file), at(`${out}/native`, file))
