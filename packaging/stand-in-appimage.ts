// SPDX-License-Identifier: GPL-2.0-or-later
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * The tools that electron-builder wants for an AppImage, made of the host's own: mksquashfs, told not to
 * compress, and a runtime that is no program.
 */
export function makeStandInAppImageTools(folder: string): void {
  mkdirSync(path.join(folder, 'runtimes'), { recursive: true })
  for (const arch of ['x64', 'arm64']) {
    writeFileSync(path.join(folder, 'runtimes', `runtime-${arch}`), 'stand-in for the runtime\n')
    mkdirSync(path.join(folder, 'lib', arch), { recursive: true })
  }
  const mksquashfs = path.join(folder, 'mksquashfs')
  writeFileSync(mksquashfs, '#!/bin/sh\nexec mksquashfs "$@" -noI -noD -noX -processors 1\n')
  chmodSync(mksquashfs, 0o755)
  symlinkSync('/bin/true', path.join(folder, 'desktop-file-validate'))
}
