// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Failure } from '../../../core/failure.ts'
import type { Capture } from '../../../core/plane.ts'
import type { ShotSeries } from '../../../core/protocol.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { initialSettings } from '../../../core/settings.ts'
import { pictureText } from '../../../main/capture/picture-text.ts'
import { SessionShots } from '../../../main/session-shots.ts'
import { keepWebp } from '../../../main/shots.ts'
import { randomPlane } from '../../fakes/planes.ts'
import { readPng } from '../../fakes/read-png.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

const origin = { name: 'Debian 12 — ü', address: 'qemu:/run/vm.sock' }
const primary = randomPlane({ width: 20, height: 10, fourcc: 'XR24' }, 1)
const cursor = randomPlane({ kind: 'cursor', fourcc: 'AR24', width: 8, height: 8 }, 2)
const shown: Capture = { planes: [primary, cursor], statuses: [] }
const gone: Failure = { code: 'no-picture', what: 'cannot', why: 'it is gone', remedy: 'wait' }

let folder: string
let capture: Result<Capture, Failure>
let told: [ShotSeries | null, Failure | null][]
let shots: SessionShots

beforeEach(() => {
  folder = temporaryFolder()
  capture = ok(shown)
  told = []
  shots = new SessionShots({
    capture: async () => capture,
    origin: () => origin,
    settings: () => ({ ...initialSettings, screenshotFolder: folder }),
    tell: (series, failure) => told.push([series, failure]),
  })
})
afterEach(() => {
  shots[Symbol.dispose]()
  vi.useRealTimers()
})

describe('what a picture says of itself', () => {
  it('is in the file', async () => {
    const request = { plane: 'all', cursor: true, as: 'png', folder, name: 'one' } as const
    const saved = await shots.calls['shot:save'](request)
    const { text } = readPng(readFileSync(saved.ok ? saved.value.path : ''))
    expect(text).toMatchObject({
      Title: origin.name,
      Source: origin.address,
      Software: 'Scanout',
      Fourcc: 'XR24',
      Modifier: '0x0000000000000000',
    })
    expect(Math.abs(Date.parse(text['Creation Time'] ?? '') - Date.now())).toBeLessThan(60_000)
  })

  it('is of the plane that it shows', () => {
    const at = new Date(0)
    expect(pictureText(shown, 'cursor', origin, at)['Fourcc']).toBe('AR24')
    expect(pictureText({ planes: [], statuses: [] }, 'all', origin, at)).toEqual({
      Title: origin.name,
      Source: origin.address,
      'Creation Time': '1970-01-01T00:00:00.000Z',
      Software: 'Scanout',
    })
  })
})

describe('a picture that the page encoded', () => {
  const webp = (body: string, size = body.length + 4) => {
    const head = Buffer.from('RIFF____WEBP')
    head.writeUInt32LE(size, 4)
    return Buffer.concat([head, Buffer.from(body)]).toString('base64')
  }

  it('is saved under a free name', async () => {
    for (let count = 0; count < 2; count += 1) {
      await keepWebp({ webp: webp('VP8L body'), folder, name: 'shot' })
    }
    expect(readdirSync(folder).sort()).toEqual(['shot-2.webp', 'shot.webp'])
  })

  it.each([
    ['nothing', ''],
    ['no base64', '!!!'],
    ['a program', Buffer.from('\x7fELF and then some more').toString('base64')],
    ['another size than it says', webp('VP8L body', 9999)],
    ['a sound', Buffer.from('RIFF\x08\0\0\0WAVEfmt ').toString('base64')],
  ])('is refused when it is %s', async (_what, bytes) => {
    const kept = await keepWebp({ webp: bytes, folder, name: 'shot' })
    expect(kept.ok ? '' : kept.failure.code).toBe('not-webp')
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a series', () => {
  const files = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.png'))

  it('saves one at once and one each time, until it is ended', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    expect(await shots.calls['shot:series'](5)).toEqual(ok(undefined))
    expect(files().length).toBe(1)
    for (const count of [2, 3]) {
      await vi.advanceTimersByTimeAsync(5000)
      await vi.waitFor(() => expect(told.at(-1)?.[0]?.saved).toBe(count))
    }
    await shots.calls['shot:series'](null)
    expect(told.at(-1)).toEqual([null, null])
    await vi.advanceTimersByTimeAsync(50_000)
    expect(files().length).toBe(3)
  })

  it('leaves out pictures that are not there, and goes on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    capture = fail(gone)
    expect(await shots.calls['shot:series'](5)).toEqual(ok(undefined))
    expect(files()).toEqual([])
    capture = ok(shown)
    await vi.advanceTimersByTimeAsync(5000)
    await vi.waitFor(() => expect(told.at(-1)?.[0]?.saved).toBe(1))
  })

  it('ends with its reason when the disk refuses', async () => {
    writeFileSync(path.join(folder, 'file'), '')
    folder = path.join(folder, 'file')
    const began = await shots.calls['shot:series'](5)
    expect(began.ok ? '' : began.failure.why).toContain('EEXIST')
    expect(told).toHaveLength(1)
    expect(told[0]?.[1]?.why).toContain('EEXIST')
  })

  it('begins anew with another time', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    await shots.calls['shot:series'](5)
    await shots.calls['shot:series'](60)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(files().length).toBe(2)
  })
})

it('leaves no half of a picture under its name, nor beside it', async () => {
  mkdirSync(path.join(folder, 'shot.png'))
  await shots.calls['shot:save']({ plane: 'all', cursor: true, as: 'png', folder, name: 'shot' })
  expect(readdirSync(folder).sort()).toEqual(['shot-2.png', 'shot.png'])
})
