// SPDX-License-Identifier: GPL-2.0-or-later
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { InputAccepts, InputEvent } from '../../core/input.ts'
import { qnumOf } from '../../core/keycodes.ts'
import type { Hello } from '../../core/protocol.ts'
import { initialSettings } from '../../core/settings.ts'
import { drivers, startBrowser } from './browser.ts'
import { openWindow } from './window-page.ts'

const absolute: InputAccepts = { keyboard: true, pointer: 'absolute' }
const key = (code: string, down: boolean): InputEvent => ({
  kind: 'key',
  qnum: qnumOf(code) ?? 0,
  down,
})
const tap = (code: string) => [key(code, true), key(code, false)]
const button = (name: 'left' | 'middle' | 'right', down: boolean): InputEvent => ({
  kind: 'button',
  button: name,
  down,
})
const at = (x: number, y: number): InputEvent => ({ kind: 'pointer', x, y })

describe('input', () => {
  let browser: Browser
  let page: Page
  const errors: string[] = []

  /** A window of 900 × 600 with a guest of 640 × 480: in `fit` it is 800 × 600 at 50, 0. */
  const open = async (hello: Partial<Hello> = {}, deviceScaleFactor = 1) => {
    page = await openWindow(browser, {
      viewport: { width: 900, height: 600 },
      deviceScaleFactor,
      hello: { viewOnly: false, input: absolute, ...hello },
    })
    page.on('pageerror', (error) => errors.push(error.message))
    await page.evaluate(() => window.fake.desktop(640, 480))
    await page.mouse.move(450, 500)
    await sent()
  }
  /** What the guest was sent since the last call. */
  const sent = () =>
    page.evaluate(() => {
      const events = window.fake.notes.flatMap((note) =>
        note.name === 'input:events' ? (note.args[0] as InputEvent[]) : [],
      )
      window.fake.notes.length = 0
      return events
    })
  const accept = (accepts: InputAccepts) =>
    page.evaluate((now) => window.fake.emit('input:changed', now), accepts)

  beforeAll(async () => {
    browser = await startBrowser(drivers.at(-1) ?? 'swiftshader')
  })
  afterEach(async () => {
    await page.context().close()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(() => browser?.close())

  it('sends keys by their place, and no character', async () => {
    await open()
    await page.keyboard.press('KeyQ')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Tab')
    await page.keyboard.press('F5')
    await page.keyboard.press('Escape')
    expect(await sent()).toEqual(
      ['KeyQ', 'ArrowRight', 'Tab', 'F5', 'Escape'].flatMap((code) => tap(code)),
    )
  })

  it('sends modifiers as they go down, and repeats as presses', async () => {
    await open()
    await page.keyboard.down('ShiftLeft')
    await page.keyboard.down('KeyA')
    await page.keyboard.down('KeyA')
    await page.keyboard.up('KeyA')
    await page.keyboard.up('ShiftLeft')
    expect(await sent()).toEqual([
      key('ShiftLeft', true),
      key('KeyA', true),
      ...tap('KeyA'),
      key('ShiftLeft', false),
    ])
  })

  it('gives Alt alone to the guest instead of showing the toolbar', async () => {
    await open()
    const visible = () => page.getByRole('toolbar', { name: 'Display' }).isVisible()
    await expect.poll(visible, { timeout: 6000 }).toBe(false)
    await page.keyboard.press('AltLeft')
    expect(await sent()).toEqual(tap('AltLeft'))
    expect(await visible()).toBe(false)
  })

  it('keeps its own shortcuts, and leaves nothing pressed behind', async () => {
    await open()
    await page.keyboard.press('Control+Shift+S')
    await page.getByRole('textbox', { name: 'Name' }).waitFor()
    expect(await sent()).toEqual([
      key('ControlLeft', true),
      key('ShiftLeft', true),
      key('ShiftLeft', false),
      key('ControlLeft', false),
    ])
    await page.keyboard.type('shot')
    expect(await sent()).toEqual([])
  })

  it('lets go of keys and buttons when the window loses the focus', async () => {
    await open()
    await page.keyboard.down('ControlLeft')
    await page.keyboard.down('KeyX')
    await page.mouse.down()
    await sent()
    await page.evaluate(() => window.dispatchEvent(new Event('blur')))
    expect(await sent()).toEqual([
      key('KeyX', false),
      key('ControlLeft', false),
      button('left', false),
    ])
    await page.keyboard.up('KeyX')
    await page.mouse.move(450, 300)
    await page.mouse.up()
    expect((await sent()).filter(({ kind }) => kind !== 'pointer')).toEqual([])
  })

  it.each(['pagehide', 'visibilitychange'])('lets go of keys on %s', async (name) => {
    await open()
    await page.keyboard.down('KeyX')
    await sent()
    await page.evaluate((event) => {
      const target = event === 'pagehide' ? window : document
      target.dispatchEvent(new Event(event))
    }, name)
    expect(await sent()).toEqual([key('KeyX', false)])
  })

  it('lets go of keys when the guest takes no more', async () => {
    await open()
    await page.keyboard.down('KeyX')
    await sent()
    await accept({ keyboard: false, pointer: 'none' })
    expect(await sent()).toEqual([key('KeyX', false)])
    await page.keyboard.press('KeyY')
    expect(await sent()).toEqual([])
  })

  const placed = [
    { scale: 'fit', from: [50, 0], to: [849, 599], middle: [450, 300] },
    { scale: 'stretch', from: [0, 0], to: [899, 599], middle: [450, 300] },
    { scale: 'integer', from: [130, 60], to: [769, 539], middle: [450, 300] },
    { scale: '1:1', from: [130, 60], to: [769, 539], middle: [450, 300] },
  ] as const
  it.each(placed)('sends the guest pixel under the pointer in $scale', async (row) => {
    const settings = {
      ...initialSettings,
      scale: row.scale,
      screenshotFolder: '',
    }
    await open({ settings })
    await page.mouse.move(row.middle[0], row.middle[1])
    await page.mouse.move(row.to[0], row.to[1])
    await page.mouse.move(row.from[0], row.from[1] + 100)
    const [middle, end, start] = await sent()
    expect(middle).toEqual(at(320, 240))
    expect(end).toEqual(at(639, 479))
    expect(start).toMatchObject({ kind: 'pointer', x: 0 })
  })

  it.each([1.25, 2])(
    'finds the same pixels on a screen of %d device pixels each',
    async (ratio) => {
      await open({}, ratio)
      await page.mouse.move(450, 300)
      await page.mouse.move(849, 599)
      await page.mouse.move(51, 300)
      expect(await sent()).toEqual([at(320, 240), at(639, 479), at(0, 240)])
    },
  )

  it('scrolls a picture larger than the window from the edges of the window', async () => {
    const settings = {
      ...initialSettings,
      scale: '1:1',
      screenshotFolder: '',
    } as const
    await open({ settings })
    await page.evaluate(() => window.fake.desktop(1200, 900))
    await page.mouse.move(450, 300)
    const [before] = await sent()
    expect(before).toEqual(at(450, 300))
    for (let x = 895; x < 900; x += 1) await page.mouse.move(x, 300)
    await page.mouse.move(450, 300)
    const after = (await sent()).at(-1)
    expect(after).toEqual(at(450 + 19 + 20 + 21 + 22 + 23, 300))
  })

  it('clamps the pointer beside the picture to its edge and shows the host cursor there', async () => {
    await open()
    const cursor = () => page.evaluate(() => document.getElementById('picture')?.style.cursor)
    await page.mouse.move(300, 300)
    expect(await cursor()).toBe('none')
    await page.mouse.move(20, 300)
    expect(await cursor()).toBe('')
    expect((await sent()).at(-1)).toEqual(at(0, 240))
  })

  it('sends buttons where the pointer is, and keeps a drag that leaves the picture', async () => {
    await open()
    await page.mouse.move(450, 300)
    await page.mouse.down()
    await page.mouse.move(890, 300)
    await page.mouse.down({ button: 'right' })
    await page.mouse.up({ button: 'right' })
    await page.mouse.up()
    expect(await sent()).toEqual([
      at(320, 240),
      button('left', true),
      at(639, 240),
      button('right', true),
      button('right', false),
      button('left', false),
    ])
  })

  it('sends whole notches of the wheel', async () => {
    await open()
    await page.mouse.wheel(0, 120)
    await expect.poll(sent).toEqual([
      { kind: 'button', button: 'wheel-down', down: true },
      { kind: 'button', button: 'wheel-down', down: false },
    ])
  })

  it('leaves it to the guest what a wheel with Shift does', async () => {
    await open()
    await page.keyboard.down('ShiftLeft')
    await sent()
    await page.mouse.wheel(120, 0)
    await expect.poll(sent).toEqual([
      { kind: 'button', button: 'wheel-down', down: true },
      { kind: 'button', button: 'wheel-down', down: false },
    ])
  })

  it('turns no wheel when two fingers spread on a touchpad, and one with Ctrl for the guest', async () => {
    await open()
    const turn = () =>
      page.evaluate(() => {
        const turned = { deltaY: 120, wheelDeltaY: -120, ctrlKey: true }
        const about = { ...turned, cancelable: true, bubbles: true }
        const picture = document.getElementById('picture')
        return picture?.dispatchEvent(new WheelEvent('wheel', about))
      })
    expect(await turn()).toBe(false)
    expect(await sent()).toEqual([])
    await page.keyboard.down('ControlLeft')
    expect(await turn()).toBe(false)
    expect((await sent()).slice(1)).toEqual([
      { kind: 'button', button: 'wheel-down', down: true },
      { kind: 'button', button: 'wheel-down', down: false },
    ])
  })

  it('sends key combinations from its menu, and the keys typed afterwards', async () => {
    await open()
    await page.mouse.move(450, 2)
    await page.getByRole('button', { name: 'Send keys' }).click()
    await sent()
    await page.keyboard.press('ArrowDown')
    expect(await sent()).toEqual([])
    await page.getByRole('menuitem', { name: 'Ctrl+Alt+Del' }).click()
    expect(await sent()).toEqual([
      key('ControlLeft', true),
      key('AltLeft', true),
      ...tap('Delete'),
      key('AltLeft', false),
      key('ControlLeft', false),
    ])
    await page.keyboard.press('KeyA')
    expect(await sent()).toEqual(tap('KeyA'))
  })

  it('gives the keys back to the guest after a press on the toolbar', async () => {
    await open()
    await page.mouse.move(450, 2)
    await page.getByRole('radio', { name: 'Stretch' }).click()
    await sent()
    await page.keyboard.press('ArrowLeft')
    expect(await sent()).toEqual(tap('ArrowLeft'))
  })

  it('offers a switch that keeps everything from the guest', async () => {
    await open()
    await page.mouse.move(450, 2)
    await page.getByRole('button', { name: 'Send keys' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'View only' }).click()
    await page.keyboard.press('Escape')
    await page.mouse.move(450, 300)
    await page.mouse.down()
    await page.mouse.up()
    await sent()
    await page.keyboard.press('KeyA')
    await page.mouse.move(400, 300)
    await page.mouse.wheel(0, 120)
    expect(await sent()).toEqual([])
  })

  it('captures a relative pointer, says how to leave, and leaves by Ctrl+Alt', async () => {
    await open({ input: { keyboard: true, pointer: 'relative' } })
    await page.mouse.move(400, 300)
    expect(await sent()).toEqual([])
    await page.mouse.click(400, 300)
    const locked = () => page.evaluate(() => document.pointerLockElement?.id)
    await expect.poll(locked).toBe('picture')
    await page.getByText('Press Ctrl+Alt to get it back').waitFor()
    await page.mouse.move(410, 305)
    await page.mouse.down()
    await page.mouse.up()
    const events = await sent()
    expect(events.filter(({ kind }) => kind === 'pointer')).toEqual([])
    expect(events.slice(-2)).toEqual([button('left', true), button('left', false)])
    expect(events).toContainEqual({ kind: 'motion', dx: 10, dy: 5 })
    // Ours no more while the guest has everything.
    await page.keyboard.press('F10')
    expect(await sent()).toEqual(tap('F10'))
    await page.keyboard.down('ControlLeft')
    await page.keyboard.press('AltLeft')
    await page.keyboard.up('ControlLeft')
    await expect.poll(locked).toBeUndefined()
    expect(await sent()).toEqual([
      key('ControlLeft', true),
      ...tap('AltLeft'),
      key('ControlLeft', false),
    ])
  })

  it('says so when the browser takes a captured pointer back, as it does at Esc', async () => {
    await open({ input: { keyboard: true, pointer: 'relative' } })
    await page.mouse.click(400, 300)
    const locked = () => page.evaluate(() => document.pointerLockElement?.id)
    await expect.poll(locked).toBe('picture')
    await page.getByText('Esc does it too').waitFor()
    await page.mouse.down()
    await sent()
    await page.evaluate(() => document.exitPointerLock())
    await page.getByText('The pointer is yours').waitFor()
    expect(await sent()).toEqual([button('left', false)])
  })

  it('lets go of a captured pointer that became absolute', async () => {
    await open({ input: { keyboard: true, pointer: 'relative' } })
    await page.mouse.click(400, 300)
    const locked = () => page.evaluate(() => document.pointerLockElement?.id)
    await expect.poll(locked).toBe('picture')
    await accept(absolute)
    await expect.poll(locked).toBeUndefined()
    await sent()
    await page.mouse.move(450, 300)
    expect(await sent()).toEqual([at(320, 240)])
  })

  it('gives every key to the guest in fullscreen, until Ctrl+Alt', async () => {
    await open()
    const full = () => page.evaluate(() => document.fullscreenElement !== null)
    await page.keyboard.press('F11')
    await expect.poll(full).toBe(true)
    await page.getByText('The guest has all keys').waitFor()
    await sent()
    await page.keyboard.press('F11')
    expect(await sent()).toEqual(tap('F11'))
    await page.keyboard.press('Control+Alt')
    await page.getByText('Pointer and keys are yours').waitFor()
    await page.keyboard.press('F11')
    await expect.poll(full).toBe(false)
  })

  /** Plays a finger, which Playwright has no more than one of. */
  const finger = (type: string, pointerId: number, x: number, y: number) =>
    page.evaluate(
      ([name, id, clientX, clientY]) => {
        const picture = document.getElementById('picture')
        if (picture) picture.setPointerCapture = () => {}
        const place = { clientX, clientY, buttons: name === 'pointerup' ? 0 : 1 }
        const about = { pointerId: id, pointerType: 'touch', bubbles: true }
        picture?.dispatchEvent(new PointerEvent(name, { ...about, ...place }))
      },
      [type, pointerId, x, y] as const,
    )
  const touched = (phase: string, slot: number, x: number, y: number) => ({
    kind: 'touch',
    ...{ phase, slot, x, y },
  })

  it('tells fingers apart where the guest does, and cancels them when the focus is lost', async () => {
    await open({ input: { ...absolute, touch: 2 } })
    await finger('pointerdown', 7, 450, 300)
    await finger('pointerdown', 8, 50, 0)
    await finger('pointerdown', 9, 60, 0)
    await finger('pointermove', 7, 850, 300)
    await finger('pointermove', 9, 70, 0)
    await finger('pointerup', 7, 850, 300)
    expect(await sent()).toEqual([
      touched('begin', 0, 320, 240),
      touched('begin', 1, 0, 0),
      touched('update', 0, 639, 240),
      touched('end', 0, 639, 240),
    ])
    await page.evaluate(() => window.dispatchEvent(new Event('blur')))
    expect(await sent()).toEqual([touched('cancel', 1, 0, 0)])
  })

  it('makes the first finger the pointer of a guest that takes no touch', async () => {
    await open()
    await finger('pointerdown', 7, 450, 300)
    await finger('pointerup', 7, 450, 300)
    expect(await sent()).toEqual([at(320, 240), button('left', true), button('left', false)])
  })

  it('stays out of the way of a guest that takes nothing', async () => {
    await open({ input: { keyboard: false, pointer: 'none' } })
    const prevented = await page.evaluate(() => {
      const events = [
        new KeyboardEvent('keydown', { code: 'Tab', key: 'Tab', cancelable: true, bubbles: true }),
        new WheelEvent('wheel', { deltaY: 120, cancelable: true, bubbles: true }),
        new MouseEvent('mousedown', { button: 3, cancelable: true, bubbles: true }),
      ]
      return events.map((event) => !document.getElementById('picture')?.dispatchEvent(event))
    })
    expect(prevented).toEqual([false, false, false])
    await page.mouse.move(300, 300)
    await page.mouse.click(300, 300)
    await page.keyboard.press('KeyA')
    expect(await sent()).toEqual([])
    await page.mouse.move(450, 2)
    await page.getByRole('button', { name: 'Screenshot' }).waitFor()
    expect(await page.getByRole('button', { name: 'Send keys' }).count()).toBe(0)
  })

  it('sends nothing and offers nothing when the guest may only be viewed', async () => {
    await open({ viewOnly: true })
    await page.mouse.click(300, 300)
    await page.keyboard.press('KeyA')
    expect(await sent()).toEqual([])
    await page.mouse.move(450, 2)
    await page.getByRole('button', { name: 'Screenshot' }).waitFor()
    expect(await page.getByRole('button', { name: 'Send keys' }).count()).toBe(0)
  })
})
