// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'

/** The checkout. */
export const root = path.resolve(import.meta.dirname, '..')

/** Where everything about packages is made. */
export const work = path.join(root, 'out', 'package')

/** How electron-builder and npm call a processor. */
export type Arch = 'x64' | 'arm64'

/** The processor of this host. */
export const hostArch: Arch = process.arch === 'arm64' ? 'arm64' : 'x64'
