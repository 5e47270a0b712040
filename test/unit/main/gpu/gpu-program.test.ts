// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { programPaths } from '../../../../main/gpu/gpu-program.ts'

it('lies beside the addon: in a build, from source, and outside of a packed archive', () => {
  expect(programPaths('/app/out/main')[0]).toBe('/app/out/native/scanout-gpu')
  expect(programPaths('/app/main/gpu')[1]).toBe('/app/native-shim/build/Release/scanout-gpu')
  expect(programPaths('/app/resources/app.asar/out/main')[0]).toBe(
    '/app/resources/app.asar.unpacked/out/native/scanout-gpu',
  )
})
