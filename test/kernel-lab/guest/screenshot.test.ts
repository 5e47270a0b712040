// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Mdev } from './mdev.ts'
import {
  argbMemory,
  copyOf,
  difference,
  drawOver,
  type LayoutName,
  layouts,
  noise,
  opaqueNoise,
  type Pixels,
  planeBytes,
  readPng,
} from './picture.ts'
import { Planelab } from './planelab.ts'
import { type Outcome, type Surroundings, scanout } from './scanout.ts'

// The built command line against drivers of a real kernel: every pixel.

let pictures = 0

/** Takes a picture that must succeed. */
async function picture(
  address: string,
  options: readonly string[] = [],
  around: Surroundings = {},
): Promise<Pixels> {
  const file = `/tmp/picture-${process.pid}-${pictures++}.png`
  const outcome = await scanout(['screenshot', address, '-o', file, ...options], around)
  assertSucceeded(outcome)
  return readPng(file)
}

function assertSucceeded({ status, stderr }: Outcome): void {
  assert.equal(stderr, '')
  assert.equal(status, 0)
}

function assertSame(seen: Pixels, expected: Pixels): void {
  assert.equal(difference(seen, expected), undefined)
}

type Layer = {
  readonly pixels: Pixels
  readonly layout: LayoutName
  readonly stride: number
  readonly x: number
  readonly y: number
  readonly hotspot?: string
}

/** Loads a layer into a buffer and switches its plane on. */
function show(lab: Planelab, kind: 'primary' | 'overlay' | 'cursor', slot: number, layer: Layer) {
  const { pixels, layout, stride, x, y, hotspot } = layer
  const memory = argbMemory(pixels, stride, layout, kind !== 'primary')
  lab.makeBuffer(slot, planeBytes(stride, pixels.height, layout))
  lab.loadPixels(slot, 0, memory)
  lab.tell(
    `plane ${kind} buf=${slot} fourcc=${kind === 'primary' ? 'XR24' : 'AR24'} ` +
      `modifier=${layouts[layout]} width=${pixels.width} height=${pixels.height} ` +
      `stride=${stride} x=${x} y=${y} ${hotspot ?? ''}`,
  )
}

function composite(primary: Layer, ...above: readonly Layer[]): Pixels {
  const canvas = copyOf(primary.pixels)
  for (const layer of above) drawOver(canvas, layer.pixels, layer.x, layer.y)
  return canvas
}

const primaryIn = (layout: LayoutName, width: number, height: number, stride: number): Layer => ({
  pixels: opaqueNoise(width, height, width),
  ...{ layout, stride, x: 0, y: 0 },
})
const cursorAt = (x: number, y: number, hotspot?: string): Layer => ({
  pixels: noise(64, 64, 99),
  ...{ layout: 'linear', stride: 256, x, y },
  ...(hotspot === undefined ? {} : { hotspot }),
})
const overlay: Layer = {
  pixels: noise(101, 67, 7),
  ...{ layout: 'y', stride: 512, x: 150, y: 90 },
}

type Case = { readonly primary: Layer; readonly overlay?: Layer; readonly cursor?: Layer }
const cases: Readonly<Record<string, Case>> = {
  'linear with a padded stride, no cursor': { primary: primaryIn('linear', 333, 201, 1408) },
  'linear with a cursor and its hotspot': {
    primary: primaryIn('linear', 640, 360, 2560),
    cursor: cursorAt(300, 200, 'hotx=10 hoty=12'),
  },
  'X-tiled with overlay and cursor without hotspot': {
    primary: primaryIn('x', 333, 201, 1536),
    overlay,
    cursor: cursorAt(140, 80),
  },
  'Y-tiled with a cursor over the left top edge': {
    primary: primaryIn('y', 333, 201, 1408),
    cursor: cursorAt(-20, -31, 'hotx=63 hoty=63'),
  },
  'X-tiled with a cursor over the right bottom edge': {
    primary: primaryIn('x', 512, 200, 2048),
    cursor: cursorAt(480, 170, 'hotx=0 hoty=0'),
  },
}

const gradients = [
  ['mdpy-xga', 1024, 768, 'native'],
  ['mdpy-vga', 640, 480, 'reference'],
] as const

describe('screenshot', { concurrency: 2 }, () => {
  for (const [type, width, height, engine] of gradients)
    test(`${type}: every pixel is its gradient's (${engine} engine)`, async () => {
      using mdev = new Mdev(type)
      const seen = await picture(`vfio:${mdev.uuid}`, ['--engine', engine])
      const rgba = new Uint8Array(width * height * 4)
      for (let y = 0; y < height; y += 1)
        rgba.fill(Math.floor((y * 255) / height), y * width * 4, (y + 1) * width * 4)
      for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255
      assertSame(seen, { width, height, rgba })
    })

  for (const [name, { primary, overlay: over, cursor }] of Object.entries(cases))
    test(`planelab: ${name}: every pixel is as composed`, async () => {
      using lab = new Planelab()
      show(lab, 'primary', 0, primary)
      if (over) show(lab, 'overlay', 1, over)
      if (cursor) show(lab, 'cursor', 2, cursor)
      const above = [over, cursor].filter((layer) => layer !== undefined)
      assertSame(await picture(`vfio:${lab.uuid}`), composite(primary, ...above))
      assert.equal(lab.counter('gets.most'), 1, 'one GET for each id')
      assert.equal(lab.counter('sync.begins'), lab.counter('sync.ends'))
      assert.equal(lab.counter('dmabufs.live'), 0)
    })

  test('planelab: the sysfs path is an address too, and --no-cursor leaves the cursor out', async () => {
    using lab = new Planelab()
    const primary = primaryIn('y', 200, 100, 896)
    show(lab, 'primary', 0, primary)
    show(lab, 'cursor', 1, cursorAt(20, 20))
    assertSame(await picture(`vfio:${lab.sysfs}`, ['--no-cursor']), composite(primary))
  })

  test('planelab: one plane alone keeps its transparency, straight', async () => {
    using lab = new Planelab()
    const cursor = cursorAt(20, 20)
    show(lab, 'primary', 0, primaryIn('linear', 200, 100, 800))
    show(lab, 'cursor', 1, cursor)
    const straight = copyOf(cursor.pixels)
    for (let at = 0; at < straight.rgba.length; at += 4) {
      const alpha = straight.rgba[at + 3] ?? 0
      for (let c = 0; c < 3; c += 1)
        straight.rgba[at + c] = alpha && Math.round(((straight.rgba[at + c] ?? 0) * 255) / alpha)
    }
    assertSame(await picture(`vfio:${lab.uuid}`, ['--plane', 'cursor']), straight)
  })

  test('planelab: the region transport gives the same pixels', async () => {
    using lab = new Planelab()
    const primary = primaryIn('x', 333, 201, 1536)
    lab.setTransport('region')
    show(lab, 'primary', 0, primary)
    show(lab, 'cursor', 1, cursorAt(100, 100))
    assertSame(await picture(`vfio:${lab.uuid}`), composite(primary, cursorAt(100, 100)))
    assert.equal(lab.counter('gets'), 0)
  })

  test('planelab: one ENOMEM and a few EFAULT of a mode change do not cost the picture', async () => {
    using lab = new Planelab()
    const primary = primaryIn('linear', 200, 100, 800)
    show(lab, 'primary', 0, primary)
    lab.tell('error query ENOMEM 1\nerror query EFAULT 3 primary')
    assertSame(await picture(`vfio:${lab.uuid}`), composite(primary))
  })

  test('planelab: a dump of the device shows the same picture', async () => {
    using lab = new Planelab()
    const primary = primaryIn('x', 333, 201, 1536)
    const cursor = cursorAt(-3, 150, 'hotx=4 hoty=5')
    show(lab, 'primary', 0, primary)
    show(lab, 'cursor', 1, cursor)
    const folder = `/tmp/dump-${process.pid}`
    assertSucceeded(await scanout(['dump', `vfio:${lab.uuid}`, '-o', folder]))
    const inside = await picture(`dump:${folder}/${await dumpName(folder)}`)
    assertSame(inside, composite(primary, cursor))
  })
})

async function dumpName(folder: string): Promise<string> {
  const { readdir } = await import('node:fs/promises')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  assert.equal(names.length, 1)
  return names[0] ?? ''
}
