// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { isInMemory } from '../../main/shell/chromium/frame-file.ts'
import { readPng } from '../fakes/read-png.ts'
import { App, eventually } from './app.ts'
import { Display, hasXvfb } from './display.ts'

/** Pictures whose page must equal the CPU's, bit by bit: layouts, sizes, alpha, cursor, overlay. */
const pictures = [
  'demo:?still=1',
  'demo:?still=1&fourcc=RG16&modifier=x&size=641x479',
  'demo:?still=1&fourcc=XB30&modifier=y&size=1024x768&overlay=1',
  'demo:?still=1&transport=region&cursor=0&size=800x600',
]

describe('the window without a screen', () => {
  it.each(pictures)('draws %s as the CPU composes it', async (address) => {
    await using reference = new App(['screenshot', address, '-o', 'reference.png'])
    expect(await reference.ended).toMatchObject({ code: 0 })
    await using app = new App([address])
    const ended = await app.ended
    expect(ended).toMatchObject({ code: 0 })
    const file = path.join(app.home, 'scanout-demo.png')
    expect(ended.stderr).toContain('no display server was found')
    expect(ended.stdout.split('\n')[0]).toBe(file)
    expect(ended.stdout).toMatch(/\d+ × \d+, \d+ frames, /)
    const drawn = readPng(readFileSync(file))
    const composed = readPng(readFileSync(path.join(reference.home, 'reference.png')))
    expect([drawn.width, drawn.height]).toEqual([composed.width, composed.height])
    expect(Buffer.compare(drawn.rgba, composed.rgba)).toBe(0)
  })

  it('names the file after the kind of address, and saves the planes it was given', async () => {
    await using made = new App(['dump', 'demo:?still=1&size=320x200', '-o', 'planes'])
    expect(await made.ended).toMatchObject({ code: 0 })
    const dumps = (await made.ended).stdout.trim().split('\n')
    await using app = new App([`dump:${dumps[0]}`])
    const ended = await app.ended
    expect(ended).toMatchObject({ code: 0 })
    const { width, height } = readPng(readFileSync(path.join(app.home, 'scanout-dump.png')))
    expect([width, height]).toEqual([320, 200])
  })

  it.skipIf(!isInMemory('/dev/shm'))('gets its pixels through a file in memory', async () => {
    await using app = new App(['demo:?size=640x480', '--headless'])
    const size = await eventually('the file', () =>
      app
        .folders()
        .map((folder) => path.join(app.runtime, folder, 'profile/Default/File System'))
        .filter((folder) => existsSync(folder))
        .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => statSync(path.join(parentPath, name)).size)
        .find((bytes) => bytes > 640 * 480 * 4),
    )
    expect(size % 4096).toBe(0)
    app.kill('SIGINT')
    expect(await app.ended).toMatchObject({ code: 0 })
  })

  it('counts frames and writes what it counted', async () => {
    const args = ['demo:?fps=60&size=640x480', '--headless', '--frames', '20', '--stats', 's.json']
    await using app = new App(args)
    expect(await app.ended).toMatchObject({ code: 0, stdout: '' })
    const stats = JSON.parse(readFileSync(path.join(app.home, 's.json'), 'utf8'))
    expect(stats.frames).toBeGreaterThanOrEqual(20)
    expect(stats.bytesSent).toBeGreaterThan(640 * 480 * 4)
    expect(stats).toMatchObject({ shell: 'chromium', transport: 'stream' })
    expect(stats.latencyMs.median).toBeGreaterThan(0)
    expect(stats.cpuSeconds).toBeGreaterThan(0)
    expect(app.folders()).toEqual([])
  })
})

describe.skipIf(!hasXvfb)('the window on a screen (needs Xvfb)', () => {
  it('shows the guest', async () => {
    using display = await Display.start('1280x1024')
    await using app = new App(
      ['demo:?still=1&size=800x600', '--scale', '1:1', '--frames', '1000'],
      {
        DISPLAY: display.name,
      },
    )
    // The colour bars of the built-in guest, which nothing else on this screen has.
    const bars = [0xffff00, 0x00ffff, 0x00ff00, 0xff00ff, 0xff0000, 0x0000ff]
    const counts = await eventually('the colour bars', () => {
      const { rgb } = display.screen()
      const found = bars.map((bar) => rgb.reduce((sum, pixel) => sum + Number(pixel === bar), 0))
      return found.every((count) => count > 500) ? found : undefined
    })
    expect(new Set(counts).size).toBeLessThanOrEqual(2)
    app.kill('SIGINT')
    expect(await app.ended).toMatchObject({ code: 0 })
  })
})
