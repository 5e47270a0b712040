// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { readPng } from '../fakes/read-png.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { App } from './app.ts'

const address = 'demo:?still=1&size=640x480'

async function pictured(page: Page): Promise<void> {
  await page.waitForFunction(() => document.body.dataset['picture'] === 'shown')
}

/** Saves a screenshot by the keyboard alone. @returns the file */
async function save(page: Page, folder: string, name: string, end: string): Promise<Buffer> {
  await page.keyboard.press('Control+Shift+S')
  const field = page.getByRole('textbox', { name: 'Name' })
  await expect.poll(() => field.inputValue()).not.toBe('')
  await field.fill(name)
  await page.getByRole('textbox', { name: 'Folder' }).fill(folder)
  await page.keyboard.press('Enter')
  const file = path.join(folder, name + end)
  await page.getByText(file).waitFor()
  return readFileSync(file)
}

/** The page may be gone before the key is up. */
async function quit(page: Page): Promise<void> {
  await page.keyboard.press('Control+Shift+Q').catch(() => undefined)
}

describe('what a person chooses', () => {
  it('is there again the next time, for this VM or for all', async () => {
    const config = temporaryFolder()
    const env = { XDG_CONFIG_HOME: config }
    {
      await using app = new App([address, '--headless'], env, { debuggable: true })
      const { page, tools } = await app.page()
      await using _tools = tools
      await pictured(page)
      await page.keyboard.press('Control+Shift+P')
      await page.keyboard.type('stretch')
      await page.keyboard.press('Enter')
      await expect.poll(() => page.getByRole('radio', { name: 'Stretch' }).isChecked()).toBe(true)
      await page.keyboard.press('Control+Shift+?')
      await page.getByRole('button', { name: /^Rotate right/ }).click()
      await page.keyboard.press('Control+Alt+KeyR')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+Alt+KeyR')
      await page.waitForFunction(() => document.body.dataset['rotation'] === '90')
      await quit(page)
      expect((await app.ended).code).toBe(0)
    }
    const folder = path.join(config, 'scanout')
    const written = (file: string) => JSON.parse(readFileSync(path.join(folder, file), 'utf8'))
    const [vm = ''] = readdirSync(path.join(folder, 'vms'))
    expect(written(path.join('vms', vm))).toMatchObject({
      schema: 2,
      vm: address,
      settings: { scale: 'stretch', rotation: 90 },
    })
    expect(written('settings.json').settings).toEqual({ keys: { 'rotate:right': ['Ctrl+Alt+R'] } })
    {
      await using app = new App([address, '--headless'], env, { debuggable: true })
      const { page, tools } = await app.page()
      await using _tools = tools
      await pictured(page)
      await expect.poll(() => page.getByRole('radio', { name: 'Stretch' }).isChecked()).toBe(true)
      await page.keyboard.press('Control+Alt+KeyR')
      await page.waitForFunction(() => document.body.dataset['rotation'] === '180')
      await page.keyboard.press('Control+Comma')
      await page.getByRole('button', { name: 'Use what holds for all VMs' }).last().click()
      await page.waitForFunction(() => document.body.dataset['rotation'] === '0')
      await page.keyboard.press('Escape')
      expect(await page.getByRole('radio', { name: 'Fit' }).isChecked()).toBe(true)
    }
  })
})

describe('a screenshot', () => {
  it('is a PNG that says where it comes from, a WebP, and one of many', async () => {
    const folder = temporaryFolder()
    await using app = new App([address, '--headless', '--title', 'Ädemo'], {}, { debuggable: true })
    const { page, tools } = await app.page()
    await using _tools = tools
    await pictured(page)
    const png = readPng(await save(page, folder, 'one', '.png'))
    expect([png.width, png.height]).toEqual([640, 480])
    expect(png.text).toMatchObject({ Title: 'Ädemo', Source: address, Software: 'Scanout' })
    expect(png.text['Fourcc']).toMatch(/^[A-Z0-9]{4}$/)
    await page.keyboard.press('Control+Shift+S')
    await page.getByRole('radio', { name: 'WebP' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    const webp = await save(page, folder, 'two', '.webp')
    expect(webp.toString('latin1', 8, 12)).toBe('WEBP')
    // The same picture to the pixel, by the browser's own decoder.
    const same = await page.evaluate(async (bytes) => {
      const pixels = async (source: Blob) => {
        const image = await createImageBitmap(source)
        const canvas = new OffscreenCanvas(image.width, image.height)
        const context = canvas.getContext('2d')
        context?.drawImage(image, 0, 0)
        return String(context?.getImageData(0, 0, image.width, image.height).data)
      }
      const shot = await (await fetch('shot.png?plane=all&cursor=1')).blob()
      const data = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0))
      return (await pixels(shot)) === (await pixels(new Blob([data])))
    }, webp.toString('base64'))
    expect(same).toBe(true)
    await page.getByRole('button', { name: 'Screenshot' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Every 10 seconds' }).click()
    const series = () => readdirSync(folder).filter((name) => name.startsWith('Screenshot_'))
    await expect.poll(series).toHaveLength(1)
    expect(series()[0]).toMatch(/^Screenshot_Ädemo_[\d_-]+\.png$/)
    await quit(page)
    expect((await app.ended).code).toBe(0)
    expect(existsSync(path.join(folder, 'two.webp'))).toBe(true)
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([])
  })
})
