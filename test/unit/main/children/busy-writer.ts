// SPDX-License-Identifier: GPL-2.0-or-later
import { initialSettings } from '../../../../core/settings.ts'
import { SessionShots } from '../../../../main/session-shots.ts'
import { SettingsFile } from '../../../../main/settings.ts'
import { randomPlane } from '../../../fakes/planes.ts'

// Changes settings and saves pictures without a pause, until it is killed. Arguments: home, folder.

const [home = '', folder = ''] = process.argv.slice(2)
const settings = await SettingsFile.open({ HOME: home, XDG_CONFIG_HOME: home })
await settings.takeVm('demo:')
const primary = randomPlane({ width: 320, height: 200, fourcc: 'XR24' }, 1)
const shots = new SessionShots({
  capture: async () => ({ ok: true, value: { planes: [primary], statuses: [] } }),
  origin: () => ({ name: 'demo', address: 'demo:' }),
  settings: () => ({ ...initialSettings, screenshotFolder: folder }),
  tell: () => undefined,
})
const request = { plane: 'all', cursor: true, as: 'png', folder, name: 'shot' } as const
for (let count = 0; ; count += 1) {
  settings.change({ zoom: 10 + (count % 700), screenshotEvery: 1 + (count % 1000) })
  await Promise.all([settings.flush(), shots.calls['shot:save'](request)])
  if (count === 0) process.stdout.write('busy\n')
}
