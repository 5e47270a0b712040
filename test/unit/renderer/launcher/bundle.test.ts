// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../../../..')

it("has nothing of the viewer in the launcher's page but what it looks like", async () => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['renderer/launcher/index.tsx'],
    outdir: 'out/test',
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const used = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([file]) => file)
  const own = used.filter((file) => !file.startsWith('node_modules/'))
  const folders = new Set(own.map((file) => path.dirname(file)))
  expect(folders).toEqual(new Set(['core', 'renderer/bridge', 'renderer/launcher', 'renderer/ui']))
  expect(own.filter((file) => file.startsWith('core/')).toSorted()).toEqual([
    'core/launcher-protocol.ts',
    'core/wire.ts',
  ])
})
