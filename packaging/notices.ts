// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './places.ts'

type LockedPackage = {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
}

/** A package whose code is inside the bundles. */
export type Bundled = {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly folder: string
}

/** Everything of package-lock.json that is neither a tool nor a Node, by name. */
export function bundledPackages(): readonly Bundled[] {
  const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
    readFileSync(path.join(root, 'package-lock.json'), 'utf8'),
  )
  return Object.entries(lock.packages)
    .filter(
      ([place, entry]) =>
        place !== '' && !place.includes('/@types/') && !entry.dev && !entry.optional,
    )
    .map(([place, { version = '', license = '' }]) => ({
      name: place.replace(/^.*node_modules\//, ''),
      version,
      license,
      folder: path.join(root, place),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

/**
 * The package's `copyright` file: our licence, then what came with each bundled package, then Node's.
 *
 * @param node folder of the npm package that brings Node
 * @throws Error if a bundled package has no licence text
 */
export function copyrightText(node: string): string {
  const parts = [
    'Scanout is free software under the terms of the GNU General Public License, version 2 or (at',
    'your option) any later version. The text follows. On Debian systems it is also in',
    '/usr/share/common-licenses/GPL-2.',
    '',
    'The licences of Electron and Chromium are beside the program, in /opt/Scanout.',
    '',
    readFileSync(path.join(root, 'LICENSE'), 'utf8').trimEnd(),
  ]
  for (const { name, version, license, folder } of bundledPackages()) {
    parts.push(heading(`${name} ${version}: ${license}`), licenceIn(folder))
  }
  const { version } = JSON.parse(readFileSync(path.join(node, 'package.json'), 'utf8'))
  parts.push(heading(`Node.js ${version}`), licenceIn(node))
  return `${parts.join('\n')}\n`
}

function heading(text: string): string {
  return `\n${'-'.repeat(78)}\n${text}\n`
}

function licenceIn(folder: string): string {
  const name =
    existsSync(folder) && readdirSync(folder).find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one))
  if (!name) throw new Error(`${folder} has no licence text; a package must carry it`)
  return readFileSync(path.join(folder, name), 'utf8').trimEnd()
}
