// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ownProgram } from '../../../../main/launchers/program.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

it('is the script of the checkout', () => {
  const program = ownProgram({ APPIMAGE: '/elsewhere/Other.AppImage' })
  expect(path.basename(program)).toBe('scanout')
  expect(existsSync(program)).toBe(true)
})

it.each(['program', 'app.asar'])('lies beside the resources of a package that hold %s', (name) => {
  expect(ownProgram({}, `/opt/Scanout/resources/${name}`)).toBe('/opt/Scanout/scanout')
})

it('is the AppImage that we run from, because where it is mounted is gone tomorrow', () => {
  const image = path.join(temporaryFolder(), 'Scanout.AppImage')
  writeFileSync(image, '')
  const folder = '/tmp/.mount_Scanou/resources/program'
  expect(ownProgram({ APPIMAGE: image }, folder)).toBe(image)
  expect(ownProgram({ APPIMAGE: 'Scanout.AppImage' }, folder)).toBe('/tmp/.mount_Scanou/scanout')
})
