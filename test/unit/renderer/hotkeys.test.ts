// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { harmlessActions, parseHotkeys } from '../../../core/hotkeys.ts'
import { actions } from '../../../renderer/ui/actions.ts'

it.each(['toggle-fullscreen', 'release-cursor', 'secure-attention'])(
  "virt-viewer's %s is an action of the window",
  (name) => {
    const parsed = parseHotkeys(`${name}=ctrl+alt+f12`)
    const [id] = parsed.ok ? Object.keys(parsed.value) : []
    expect(actions.map((action) => action.id)).toContain(id)
  },
)

it.each(harmlessActions)('%s, which files may give keys, is an action of the window', (id) => {
  expect(actions.map((action) => action.id)).toContain(id)
})
