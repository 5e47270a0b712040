// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  type LauncherCalls,
  launcherCallNames,
  launcherNoteNames,
  MAX_SESSION_TEXT,
  MAX_TARGET,
} from '../../../../core/launcher-protocol.ts'
import { callNames, noteNames } from '../../../../core/protocol.ts'
import { ok } from '../../../../core/result.ts'
import { launcherDoor } from '../../../../main/shell/launcher-door.ts'
import type { LauncherHandlers } from '../../../../main/shell/shell.ts'

const heard: unknown[][] = []
const call =
  (name: keyof LauncherCalls) =>
  async (...args: unknown[]) => {
    heard.push([name, ...args])
  }
const page: LauncherHandlers = {
  calls: Object.fromEntries(
    launcherCallNames.map((name) => [name, call(name)]),
  ) as unknown as LauncherCalls,
  note: (...note) => heard.push(note),
  picture: async (key) => ok(Buffer.from(key)),
}
const door = launcherDoor(page)

const open = { target: 'demo:', stays: false }
const goodCalls: Record<(typeof launcherCallNames)[number], readonly unknown[]> = {
  'launcher:hello': [],
  'launcher:open': [open],
  'launcher:open-text': ['a.vv', '[virt-viewer]'],
  'launcher:forget': ['qemu:/a'],
  'window:close': [],
}
const goodNotes: Record<(typeof launcherNoteNames)[number], readonly unknown[]> = {
  'view:visible': [true],
  'view:painted': [100.5, 200],
  'log:problem': ['x'],
}

describe("the launcher's door", () => {
  it.each(launcherCallNames)('lets %s in, and nothing beside it', async (name) => {
    heard.length = 0
    await door.call(name, goodCalls[name])?.()
    expect(heard).toEqual([[name, ...goodCalls[name]]])
    expect(door.call(name, [...goodCalls[name], 1])).toBeUndefined()
    expect(door.call(name, undefined)).toBeUndefined()
  })

  it.each(launcherNoteNames)('hears %s, and nothing beside it', (name) => {
    heard.length = 0
    door.note(name, goodNotes[name])?.()
    expect(heard).toEqual([[name, ...goodNotes[name]]])
    expect(door.note(name, [...goodNotes[name], 1])).toBeUndefined()
  })

  const strange = [...callNames, 'constructor', '__proto__', 7].filter(
    (name) => !launcherCallNames.some((own) => own === name),
  )
  it.each(strange)('does not know the call %s', (name) => {
    expect(door.call(name, [])).toBeUndefined()
  })

  it.each(noteNames.filter((name) => !launcherNoteNames.some((own) => own === name)))(
    "does not know the viewer's note %s",
    (name) => expect(door.note(name, [])).toBeUndefined(),
  )

  // biome-ignore format: one row per hostile message
  it.each<[keyof LauncherCalls, unknown[]]>([
    ['launcher:open',      [{ ...open, target: 'x'.repeat(MAX_TARGET + 1) }]],
    ['launcher:open',      [{ ...open, more: 1 }]],
    ['launcher:open',      [{ target: 'demo:' }]],
    ['launcher:open',      [{ ...open, stays: 'yes' }]],
    ['launcher:open',      ['demo:']],
    ['launcher:open',      [null]],
    ['launcher:open-text', ['a', 'x'.repeat(MAX_SESSION_TEXT + 1)]],
    ['launcher:open-text', ['x'.repeat(256), '']],
    ['launcher:forget',    [7]],
  ])('refuses %s %j', (name, args) => expect(door.call(name, args)).toBeUndefined())

  const key = '0123456789abcdef'.repeat(2)
  it('gives pictures by their names', async () => {
    const url = new URL(`http://x/picture/${key}.png?123`)
    expect(await door.picture(url)).toEqual(ok(Buffer.from(key)))
  })

  it.each([`/picture/${key}`, `/picture/../${key}.png`, `/picture/${key}0.png`, '/shot.png', '/'])(
    'has no picture at %s',
    (at) => expect(door.picture(new URL(at, 'http://x'))).toBeUndefined(),
  )
})
