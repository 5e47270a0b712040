// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { checkSettings } from '../../../core/settings.ts'
import { SettingsFile } from '../../../main/settings.ts'
import { readPng } from '../../fakes/read-png.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

const writer = path.join(import.meta.dirname, 'children', 'busy-writer.ts')
const KILLS = Number(process.env['SCANOUT_KILLS'] ?? 5)
/** A writer is killed within so many ms after its first write. */
const SPAN_MS = 120

it(
  `keeps settings and pictures whole when it is killed, ${KILLS} times`,
  async () => {
    const home = temporaryFolder()
    const folder = path.join(home, 'shots')
    mkdirSync(folder)
    const seen = new Set<string>()
    for (let kill = 0; kill < KILLS; kill += 1) {
      const child = spawn(process.execPath, [writer, home, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      await delay(Math.random() * SPAN_MS)
      child.kill('SIGKILL')
      await once(child, 'exit')

      const settingsFolder = path.join(home, 'scanout')
      const [vm] = readdirSync(path.join(settingsFolder, 'vms')).filter((name) =>
        /^[0-9a-f]{32}\.json$/.test(name),
      )
      for (const file of ['settings.json', path.join('vms', vm ?? '')]) {
        const text = readFileSync(path.join(settingsFolder, file), 'utf8')
        const { schema, settings } = JSON.parse(text)
        expect(schema).toBe(2)
        expect(checkSettings(settings)).toEqual(settings)
      }
      const settings = await SettingsFile.open({ HOME: home, XDG_CONFIG_HOME: home })
      await settings.takeVm('demo:')
      // Of one write or of the next, and never what holds without any.
      expect(settings.layers.vm.zoom).toBeGreaterThanOrEqual(10)
      for (const name of readdirSync(folder)) {
        if (name.startsWith('.') || seen.has(name)) continue
        expect(readPng(readFileSync(path.join(folder, name))).width, name).toBe(320)
        seen.add(name)
      }
    }
    expect(seen.size).toBeGreaterThanOrEqual(KILLS)
  },
  60_000 + KILLS * 5000,
)
