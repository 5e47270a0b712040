// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import path from 'node:path'
import { appFolder } from '../shell/page-files.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The program that starts Scanout anew, by its absolute path: the AppImage that we run from, the program
 * of an installed package, which lies beside its `resources`, or the script of the checkout.
 */
export function ownProgram(env: Environment, folder: string = appFolder()): string {
  const parent = path.dirname(folder)
  if (path.basename(parent) !== 'resources') return path.join(folder, 'scanout')
  const image = env['APPIMAGE']
  if (image && path.isAbsolute(image) && existsSync(image)) return image
  return path.join(path.dirname(parent), 'scanout')
}
