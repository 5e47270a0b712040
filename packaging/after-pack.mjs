// SPDX-License-Identifier: GPL-2.0-or-later
import { rename } from 'node:fs/promises'
import path from 'node:path'

/**
 * electron-builder calls Electron's binary by the program's name, and starts that in the desktop entry
 * and in the AppImage. Ours is the launcher, so Electron makes room for it once its fuses are set; the
 * packager, which would set them next in the launcher, finds none left to set.
 */
export default async function afterPack(context) {
  const { appOutDir, packager } = context
  const fuses = await packager.generateFuseConfig(packager.config.electronFuses)
  await packager.addElectronFuses(context, fuses)
  packager.config.electronFuses = null
  const at = (name) => path.join(appOutDir, name)
  await rename(at('scanout'), at('scanout-window'))
  await rename(at('scanout-launcher'), at('scanout'))
}
