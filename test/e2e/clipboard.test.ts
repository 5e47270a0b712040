// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { qnumOf } from '../../core/keycodes.ts'
import { typedText } from '../../core/text-keys.ts'
import { typingSteps } from '../../renderer/input/typing-steps.ts'
import { FakeMonitor } from '../fakes/fake-monitor.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { App } from './app.ts'

const address = 'demo:?still=1&size=640x480'

async function pictured(page: Page): Promise<void> {
  await page.waitForFunction(() => document.body.dataset['picture'] === 'shown')
}

describe('the clipboard of the window', () => {
  it('may be read without a question, and the window hears and sees nothing of this machine', async () => {
    await using app = new App([address, '--headless'], {}, { debuggable: true })
    const { page, tools } = await app.page()
    await using _tools = tools
    await pictured(page)
    const states = await page.evaluate(async () => {
      const names = ['clipboard-read', 'geolocation', 'camera', 'microphone', 'midi']
      const asked = names.map((name) =>
        navigator.permissions.query({ name: name as PermissionName }),
      )
      return (await Promise.all(asked)).map(({ state }) => state)
    })
    expect(states[0]).toBe('granted')
    expect(states.slice(1)).not.toContain('granted')
  })

  it('is typed into a guest through its monitor', async () => {
    const socket = path.join(temporaryFolder(), 'qmp')
    await using monitor = await FakeMonitor.listen(socket)
    await using app = new App([address, '--headless', '--qmp', socket], {}, { debuggable: true })
    const { page, tools } = await app.page()
    await using _tools = tools
    await pictured(page)
    const text = 'Ada: ls | wc\n'
    await page.evaluate((words) => navigator.clipboard.writeText(words), text)
    await page.getByRole('button', { name: 'Send keys' }).click()
    await page.getByRole('menuitem', { name: 'Type clipboard text' }).click()
    const wanted = [...typingSteps(typedText(text).keys)].map(({ code, down }) => [
      { type: 'key', data: { down, key: { type: 'number', data: qnumOf(code) } } },
    ])
    await expect.poll(() => monitor.heard.length, { timeout: 20_000 }).toBe(wanted.length)
    expect(monitor.heard).toEqual(wanted)
  })
})
