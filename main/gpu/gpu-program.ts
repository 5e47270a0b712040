// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import path from 'node:path'

const name = 'scanout-gpu'

/** Where the program may be, seen from the folder of this module: beside the addon, wherever that is. */
export function programPaths(folder: string): readonly string[] {
  const unpacked = folder.replace(/([/\\])app\.asar(?=[/\\]|$)/, '$1app.asar.unpacked')
  return [
    path.join(unpacked, '..', 'native', name),
    path.join(unpacked, '..', '..', 'native-shim', 'build', 'Release', name),
  ]
}

/** The program that belongs to this build; undefined when it was not built. */
export function gpuProgram(): string | undefined {
  return programPaths(import.meta.dirname).find((file) => existsSync(file))
}
