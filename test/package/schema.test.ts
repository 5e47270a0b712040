// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../packaging/places.ts'

const load = createRequire(path.join(root, 'packaging', 'package.json'))
type Configuration = Readonly<Record<string, unknown>>
const {
  validateConfiguration,
}: { validateConfiguration(value: unknown, log: object): Promise<void> } = load(
  'app-builder-lib/out/util/config/config.js',
)
const { load: parse }: { load(text: string): Configuration } = load('js-yaml')
const configuration = parse(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8'))
const log = { isEnabled: false, add: () => {} }

describe('electron-builder.yml', () => {
  it('is what electron-builder understands', async () => {
    await expect(validateConfiguration(configuration, log)).resolves.toBeUndefined()
  })

  it.each([
    ['an unknown name', { asarr: true }],
    ['an unknown fuse', { electronFuses: { runAsNoode: false } }],
    ['a wrong word', { compression: 'tight' }],
  ])('would not be with %s', async (_what, change) => {
    await expect(validateConfiguration({ ...configuration, ...change }, log)).rejects.toThrow(
      /configuration/i,
    )
  })

  it('names all packages, the link, the file types and the fuses', () => {
    expect(configuration).toMatchObject({
      linux: {
        target: ['deb', 'rpm', 'AppImage'],
        mimeTypes: [
          'application/x-scanout',
          'application/x-scanout-dump',
          'x-scheme-handler/scanout',
        ],
      },
      electronFuses: { runAsNode: false, onlyLoadAppFromAsar: true },
      publish: null,
    })
  })

  it('packs the Electron that the types are of', () => {
    const { devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
    const { dependencies } = JSON.parse(
      readFileSync(path.join(root, 'packaging/package.json'), 'utf8'),
    )
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
