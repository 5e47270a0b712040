// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import { parseHotkeys } from '../../../core/hotkeys.ts'
import { settingRows } from '../../../core/settings.ts'

it.each([
  ['fullscreen=shift+f11', { fullscreen: ['Shift+F11'] }],
  ['toggle-fullscreen=Shift+F11,release-cursor=', { fullscreen: ['Shift+F11'], release: [] }],
  ['a=shift+ctrl+x, b=alt+pageup', { a: ['Ctrl+Shift+X'], b: ['Alt+PageUp'] }],
  ['scale:1:1=ctrl+0', { 'scale:1:1': ['Ctrl+0'] }],
])('reads %s', (text, value) => {
  expect(parseHotkeys(text)).toEqual({ ok: true, value })
  expect(settingRows.keys.check(value)).toBe(true)
})

it.each([
  '',
  ',',
  'fullscreen',
  '=f11',
  'a=b=c+',
  'a=ctrl',
  'a=ctrl+ctrl+x',
  'a=hyper+x',
  'a=f25',
  'a=x',
  'a=shift+enter',
  'a=f1,a=f2',
  'toggle-fullscreen=f11,fullscreen=f11',
  '$(id)=f11',
])('refuses %j', (text) => {
  expect(parseHotkeys(text).ok).toBe(false)
})

it('refuses more actions than there can be', () => {
  expect(parseHotkeys(Array.from({ length: 41 }, (_, at) => `a${at}=f1`).join()).ok).toBe(false)
})

it.each([
  'vm:reset=f1',
  'vm:clipboard=ctrl+c',
  'type-clipboard=f2',
  'launcher:create=f3',
  'release=',
])('takes %s from a person, and from no file', (text) => {
  expect(parseHotkeys(text).ok).toBe(true)
  expect(parseHotkeys(text, 'stranger').ok).toBe(false)
})
