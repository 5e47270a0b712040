// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { raiseBrowserWindow } from '../../../../main/shell/electron/raise.ts'

/** A window on a desktop that does, or does not, give it the focus. */
class FakeBrowserWindow {
  readonly done: string[] = []
  minimized = false
  destroyed = false
  focused = false
  onFocus = (): void => {
    this.focused = true
  }

  isDestroyed = () => this.destroyed
  isMinimized = () => this.minimized
  isFocused = () => this.focused
  restore = () => void this.done.push('restore')
  show = () => void this.done.push('show')
  focus = () => {
    this.done.push('focus')
    this.onFocus()
  }
}

it('shows a window and gives it the focus', async () => {
  const window = new FakeBrowserWindow()
  expect(await raiseBrowserWindow(window)).toEqual({ ok: true, value: undefined })
  expect(window.done).toEqual(['show', 'focus'])
})

it('takes it out of the icons first', async () => {
  const window = new FakeBrowserWindow()
  window.minimized = true
  await raiseBrowserWindow(window)
  expect(window.done).toEqual(['restore', 'show', 'focus'])
})

it('waits for a desktop that is slow', async () => {
  const window = new FakeBrowserWindow()
  window.onFocus = () => {
    setTimeout(() => {
      window.focused = true
    }, 120)
  }
  expect((await raiseBrowserWindow(window)).ok).toBe(true)
})

it.each([
  ['the desktop did not let it', () => {}],
  [
    'it was closed',
    (window: FakeBrowserWindow) => {
      window.destroyed = true
    },
  ],
])('says that %s', async (why, meanwhile) => {
  const window = new FakeBrowserWindow()
  window.onFocus = () => meanwhile(window)
  expect(await raiseBrowserWindow(window)).toMatchObject({ failure: { code: 'not-raised', why } })
})

it('leaves a closed window alone', async () => {
  const window = new FakeBrowserWindow()
  window.destroyed = true
  expect((await raiseBrowserWindow(window)).ok).toBe(false)
  expect(window.done).toEqual([])
})
