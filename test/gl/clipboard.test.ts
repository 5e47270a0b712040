// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { noCapabilities } from '../../core/guest.ts'
import { MAX_CLIPBOARD } from '../../core/guest-channel.ts'
import type { InputEvent } from '../../core/input.ts'
import { keycodes } from '../../core/keycodes.ts'
import type { Hello } from '../../core/protocol.ts'
import { typedText } from '../../core/text-keys.ts'
import { typingSteps } from '../../renderer/input/typing-steps.ts'
import { drivers, startBrowser } from './browser.ts'
import { openWindow } from './window-page.ts'

const guest = { title: 'lab', consoles: [], capabilities: { ...noCapabilities, clipboard: true } }
const share = (on: boolean) => ({ kind: 'clipboard-share', on })
const told = (text: string) => ({ kind: 'clipboard-text', text })

let browser: Browser
let page: Page
const errors: string[] = []

const open = async (hello: Partial<Hello> = {}, permissions = ['clipboard-read']) => {
  page = await openWindow(browser, {
    viewport: { width: 900, height: 600 },
    permissions: [...permissions, 'clipboard-write'],
    hello: { viewOnly: false, guest, input: { keyboard: true, pointer: 'absolute' }, ...hello },
  })
  page.on('pageerror', (error) => errors.push(error.message))
  await page.evaluate(() => window.fake.desktop(640, 480))
}
const copy = (text: string) => page.evaluate((words) => navigator.clipboard.writeText(words), text)
const pasted = () => page.evaluate(() => navigator.clipboard.readText())
const focus = () => page.evaluate(() => window.dispatchEvent(new Event('focus')))
const say = (text: string) =>
  page.evaluate(
    (words) => window.fake.emit('guest:news', { kind: 'clipboard-text', text: words }),
    text,
  )
const requests = () =>
  page.evaluate(() =>
    window.fake.notes.filter(({ name }) => name === 'guest:request').map(({ args }) => args[0]),
  )
const item = (name: string | RegExp) => page.getByRole('menuitemcheckbox', { name })
const openMenu = async (name: string) => {
  await page.mouse.move(450, 2)
  await page.getByRole('button', { name }).click()
}
const toggle = async () => {
  await openMenu('Virtual machine')
  await item(/Share clipboard/).click()
  await page.keyboard.press('Escape')
}
/** The page has no focus: nothing may be read or written then. */
const loseFocus = (isLost: boolean) =>
  page.evaluate((lost) => {
    document.hasFocus = () => !lost
  }, isLost)
/** Longer than it takes to read a clipboard: what has not come by then was not sent. */
const rest = () => page.waitForTimeout(300)

beforeAll(async () => {
  browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
})
afterEach(async () => {
  await page.context().close()
  expect(errors.splice(0)).toEqual([])
})
afterAll(() => browser?.close())

describe('a shared clipboard', () => {
  it('is off at the start: nothing is read and nothing is written', async () => {
    await open()
    await copy('mine')
    await focus()
    await say('theirs')
    await rest()
    expect(await requests()).toEqual([])
    expect(await pasted()).toBe('mine')
    await openMenu('Virtual machine')
    expect(await item('Share clipboard').getAttribute('aria-checked')).toBe('false')
  })

  it('is on from the start when that was asked for', async () => {
    await open({ shareClipboard: true })
    await expect.poll(requests).toContainEqual(share(true))
  })

  it('is not offered where the guest has none', async () => {
    await open({ guest: { ...guest, capabilities: { ...noCapabilities, input: true } } })
    await openMenu('Virtual machine')
    expect(await item(/Share clipboard/).count()).toBe(0)
  })

  it('gives the guest the text that is there, and each that comes', async () => {
    await open()
    await copy('first')
    await toggle()
    await expect.poll(requests).toEqual([share(true), told('first')])
    await copy('second, grüße 世界')
    await focus()
    await expect.poll(requests).toEqual([share(true), told('first'), told('second, grüße 世界')])
    await focus()
    await rest()
    expect(await requests()).toHaveLength(3)
  })

  it('takes the guest’s text, and does not tell the guest', async () => {
    await open()
    await copy('mine')
    await toggle()
    await say('from the guest')
    await expect.poll(pasted).toBe('from the guest')
    await focus()
    await rest()
    const texts = (await requests()).filter((one) => JSON.stringify(one).includes('guest'))
    expect(texts).toEqual([])
  })

  it('keeps the guest’s text until the window has the focus', async () => {
    await open()
    await copy('mine')
    await toggle()
    await expect.poll(requests).toHaveLength(2)
    await loseFocus(true)
    await say('meanwhile')
    await rest()
    expect(await pasted()).toBe('mine')
    await loseFocus(false)
    await focus()
    await expect.poll(pasted).toBe('meanwhile')
  })

  it('prefers what the person copied elsewhere meanwhile', async () => {
    await open()
    await copy('mine')
    await toggle()
    await expect.poll(requests).toHaveLength(2)
    await loseFocus(true)
    await say('meanwhile')
    await copy('newer')
    await loseFocus(false)
    await focus()
    await expect.poll(async () => (await requests()).at(-1)).toEqual(told('newer'))
    await rest()
    expect(await pasted()).toBe('newer')
  })

  it('ends when it is switched off', async () => {
    await open({ shareClipboard: true })
    await expect.poll(requests).toContainEqual(share(true))
    await toggle()
    await expect.poll(async () => (await requests()).at(-1)).toEqual(share(false))
    await copy('secret')
    await focus()
    await say('theirs')
    await rest()
    expect((await requests()).at(-1)).toEqual(share(false))
    expect(await pasted()).toBe('secret')
  })

  it('is told of again when the guest was opened again', async () => {
    await open({ shareClipboard: true })
    await copy('mine')
    await focus()
    await expect.poll(async () => (await requests()).at(-1)).toEqual(told('mine'))
    await page.evaluate((again) => {
      window.fake.notes.length = 0
      window.fake.emit('guest:changed', again)
    }, guest)
    await expect.poll(requests).toEqual([share(true), told('mine')])
  })

  it('tells the guest nothing while the person only views, and says so', async () => {
    await open({ shareClipboard: true })
    await openMenu('Send keys')
    await item('View only').click()
    await page.keyboard.press('Escape')
    await copy('secret')
    await focus()
    await say('from the guest')
    await expect.poll(pasted).toBe('from the guest')
    expect(JSON.stringify(await requests())).not.toContain('secret')
    await openMenu('Virtual machine')
    await item('Share clipboard, from the guest only').waitFor()
  })

  it('cannot be had with --view-only, and says so', async () => {
    await open({ shareClipboard: true, viewOnly: true })
    await copy('secret')
    await focus()
    await rest()
    expect(await requests()).toEqual([])
    await openMenu('Virtual machine')
    expect(await item('Share clipboard, not with --view-only').isDisabled()).toBe(true)
  })

  it('says once that a text is too long', async () => {
    await open({ shareClipboard: true })
    await page.evaluate(
      (length) => navigator.clipboard.writeText('x'.repeat(length)),
      MAX_CLIPBOARD + 1,
    )
    await focus()
    await page.getByText('The clipboard is too long to share').waitFor()
    expect(JSON.stringify(await requests()).length).toBeLessThan(1000)
  })
})

describe('typing the clipboard', () => {
  const events = () =>
    page.evaluate(() =>
      window.fake.notes.flatMap((note) =>
        note.name === 'input:events' ? (note.args[0] as InputEvent[]) : [],
      ),
    )
  const keys = async () => {
    const codes = new Map(keycodes.map(({ code, qnum }) => [qnum, code]))
    return (await events()).flatMap((one) =>
      one.kind === 'key' ? [{ code: codes.get(one.qnum) ?? '', down: one.down }] : [],
    )
  }
  const stepsOf = (text: string) =>
    [...typingSteps(typedText(text).keys)].map(({ code, down }) => ({ code, down }))
  const type = async (text: string) => {
    await copy(text)
    await openMenu('Send keys')
    await page.evaluate(() => {
      window.fake.notes.length = 0
    })
    await page.getByRole('menuitem', { name: 'Type clipboard text' }).click()
  }
  const dialog = () => page.getByRole('dialog', { name: 'Type clipboard text' })

  it('presses the keys of every character, one after the other', async () => {
    await open()
    const text = 'if [ "$USER" = Ada ]; then\n\techo ~OK~\nfi\n'
    await type(text)
    await dialog().waitFor()
    await expect.poll(() => dialog().count(), { timeout: 10_000 }).toBe(0)
    expect(await keys()).toEqual(stepsOf(text))
  })

  it('is not disturbed by keys that the person holds and presses', async () => {
    await open()
    await page.mouse.click(450, 300)
    await page.keyboard.down('ControlLeft')
    // Long enough that a busy host presses the keys before the end, too.
    const text = 'abcdefgh'.repeat(16)
    await type(text)
    await dialog().waitFor()
    await page.keyboard.down('ShiftLeft')
    await page.keyboard.press('KeyX')
    await page.keyboard.up('ControlLeft')
    await page.keyboard.up('ShiftLeft')
    expect(await dialog().count()).toBe(1)
    await expect.poll(() => dialog().count(), { timeout: 20_000 }).toBe(0)
    const typed = stepsOf(text)
    const all = await keys()
    expect(all.slice(-typed.length)).toEqual(typed)
    expect(all.slice(0, -typed.length).filter(({ down }) => down)).toEqual([])
  })

  it.each(['Escape', 'Stop'])('ends at %s with no key left down', async (how) => {
    await open()
    await type('A'.repeat(2000))
    await expect.poll(async () => (await keys()).length).toBeGreaterThan(4)
    await page.getByText(/^\d+ of 2,000 characters typed$/).waitFor()
    if (how === 'Escape') await page.keyboard.press('Escape')
    else await dialog().getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Typing ended early').waitFor()
    const after = await keys()
    await rest()
    expect(await keys()).toEqual(after)
    const held = new Set<string>()
    for (const { code, down } of after) {
      if (down) held.add(code)
      else held.delete(code)
    }
    expect([...held]).toEqual([])
  })

  it('ends when the guest takes no more keys', async () => {
    await open()
    await type('a'.repeat(2000))
    await expect.poll(async () => (await keys()).length).toBeGreaterThan(4)
    await page.evaluate(() =>
      window.fake.emit('input:changed', { keyboard: false, pointer: 'none' }),
    )
    await page.getByText('Typing ended early').waitFor()
    expect(await dialog().count()).toBe(0)
  })

  it('names what the keyboard lacks before it types the rest', async () => {
    await open()
    await type('né€ é\u0007')
    await dialog()
      .getByText('4 characters cannot be typed on a US keyboard and will be left out: é € U+0007')
      .waitFor()
    await rest()
    expect(await keys()).toEqual([])
    await dialog().getByRole('button', { name: 'Type the rest' }).click()
    await expect.poll(() => dialog().count(), { timeout: 10_000 }).toBe(0)
    expect(await keys()).toEqual(stepsOf('n '))
  })

  it('types nothing after Cancel', async () => {
    await open()
    await type('né')
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await rest()
    expect(await keys()).toEqual([])
    expect(await dialog().count()).toBe(0)
  })

  // biome-ignore format: one row per text
  const refused = [
    ['nothing',            '',                 'It holds no text'],
    ['too long a text',    'a'.repeat(10_001), 'It has 10,001 characters, and at most 10,000 are typed'],
    ['none of its keys',   '世界',              'A US keyboard has none of its characters: 世 界'],
  ] as const
  it.each(refused)('says why %s is not typed', async (_what, text, words) => {
    await open()
    await type(text)
    await page.getByText(words).waitFor()
    expect(await keys()).toEqual([])
  })

  it('is not offered while the person only views', async () => {
    await open()
    await openMenu('Send keys')
    await item('View only').click()
    expect(await page.getByRole('menuitem', { name: 'Type clipboard text' }).isDisabled()).toBe(
      true,
    )
  })
})
