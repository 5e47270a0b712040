// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { compose } from '../../../../core/compose.ts'
import { decodeRgba8 } from '../../../../core/decode.ts'
import type { Point } from '../../../../core/geometry.ts'
import type { ImageRect } from '../../../../core/memory-image.ts'
import { fail, ok } from '../../../../core/result.ts'
import {
  type PictureReader,
  RecordedPicture,
} from '../../../../renderer/recording/recorded-picture.ts'
import { Guest, type GuestPlane, guestPlane, noise } from '../../../gl/guest.ts'

type Shown = { readonly id: number; readonly guest: GuestPlane; readonly at?: Point }

/** What the planes show, by the reference: RGB, rows tight. */
function expected(shown: readonly Shown[]): readonly number[] {
  const layers = shown.map(({ guest, at }) => ({
    plane: { ...guest.plane, ...at },
    rgba: decodeRgba8(guest.plane, [guest.buffer]),
  }))
  const picture = compose(layers)
  if (!picture.ok) throw new Error(picture.failure.why)
  return [...picture.value.rgba].filter((_, at) => at % 4 !== 3)
}

/** What a recording gets, in the same form. */
function recorded(picture: RecordedPicture): readonly number[] | undefined {
  return picture.show(({ format, bytes, stride, width, height }) => {
    const order = format === 'RGBX' ? [0, 1, 2] : [2, 1, 0]
    return Array.from({ length: width * height }, (_, pixel) => {
      const at = Math.floor(pixel / width) * stride + (pixel % width) * 4
      return order.map((channel) => bytes[at + channel] ?? 0)
    }).flat()
  })
}

const cursor = guestPlane({ kind: 'cursor', fourcc: 'AR24', modifier: 0n, width: 8, height: 8 }, 7)
const X_TILED = 0x0100_0000_0000_0001n

describe.each([
  { what: 'a plain desktop', fourcc: 'XR24', modifier: 0n },
  { what: 'one with red first', fourcc: 'XB24', modifier: 0n },
  { what: 'one with alpha', fourcc: 'AR24', modifier: 0n },
  { what: 'one of 10 bits', fourcc: 'XR30', modifier: 0n },
  { what: 'a tiled one', fourcc: 'XR24', modifier: X_TILED },
  { what: 'one upside down', fourcc: 'XR24', modifier: 0n, bottomUp: true },
])('$what', ({ what: _, ...wish }) => {
  const desktop = guestPlane({ ...wish, width: 33, height: 20 }, 1)
  const shown: readonly Shown[] = [
    { id: 1, guest: desktop },
    { id: 2, guest: cursor, at: { x: 5, y: 6 } },
  ]

  it('is recorded with its cursor as the reference shows it', () => {
    const { frame, payload } = new Guest().frame(shown)
    const picture = new RecordedPicture(true)
    expect(picture.take(frame, payload)).toBe(true)
    expect(recorded(picture)).toEqual(expected(shown))
    // The cursor was put there for the moment only.
    expect(recorded(picture)).toEqual(expected(shown))
  })

  it('is recorded without it where that is wished', () => {
    const { frame, payload } = new Guest().frame(shown)
    const picture = new RecordedPicture(false)
    picture.take(frame, payload)
    expect(recorded(picture)).toEqual(expected(shown.slice(0, 1)))
  })
})

describe('a picture that is followed', () => {
  const desktop = guestPlane({ fourcc: 'XR24', modifier: 0n, width: 32, height: 16 }, 3)
  const start = (isCursor = true) => {
    const guest = new Guest()
    const picture = new RecordedPicture(isCursor)
    const show = (shown: readonly Shown[], ...more: [Parameters<Guest['frame']>[1]?]) => {
      const { frame, payload } = guest.frame(shown, ...more)
      return picture.take(frame, payload)
    }
    return { picture, show, guest }
  }

  it('cuts a cursor that hangs over every edge', () => {
    for (const at of [
      { x: -5, y: -3 },
      { x: 29, y: 12 },
      { x: 100, y: 100 },
      { x: -8, y: 4 },
    ]) {
      const { picture, show } = start()
      const shown = [
        { id: 1, guest: desktop },
        { id: 2, guest: cursor, at },
      ]
      show(shown)
      expect(recorded(picture)).toEqual(expected(shown))
    }
  })

  it('changes with its damage alone', () => {
    const { picture, show } = start()
    const shown = [{ id: 1, guest: desktop }]
    show(shown)
    expect(show(shown)).toBe(false)
    const later = { plane: desktop.plane, buffer: noise(desktop.buffer.length, 99) }
    const rects = [{ x: 0, y: 0, width: 128, height: 16 }]
    expect(show(shown, [{ id: 1, guest: later, rects }])).toBe(true)
    expect(recorded(picture)).toEqual(expected([{ id: 1, guest: later }]))
  })

  it('does not change with a cursor that is not recorded', () => {
    const { show } = start(false)
    show([
      { id: 1, guest: desktop },
      { id: 2, guest: cursor, at: { x: 1, y: 1 } },
    ])
    const moved = show([
      { id: 1, guest: desktop },
      { id: 2, guest: cursor, at: { x: 9, y: 9 } },
    ])
    expect(moved).toBe(false)
  })

  it('is nothing while the display is off', () => {
    const { picture, show } = start()
    show([{ id: 1, guest: desktop }])
    expect(show([])).toBe(true)
    expect([picture.size, recorded(picture)]).toEqual([undefined, undefined])
  })

  it('waits for a whole picture', () => {
    const { guest } = start()
    guest.frame([{ id: 1, guest: desktop }])
    const { frame, payload } = guest.frame([{ id: 1, guest: desktop }])
    const late = new RecordedPicture(true)
    expect(late.take(frame, payload)).toBe(false)
    expect(late.isThere).toBe(false)
  })

  it('refuses a payload that is not its damage', () => {
    const { frame, payload } = new Guest().frame([{ id: 1, guest: desktop }])
    const long = new Uint8Array(payload.length + 4)
    expect(() => new RecordedPicture(true).take(frame, long)).toThrow(RangeError)
    expect(() => new RecordedPicture(true).take(frame, payload.subarray(4))).toThrow(RangeError)
  })
})

describe('a graphics driver', () => {
  const tiled = guestPlane({ fourcc: 'XR24', modifier: X_TILED, width: 32, height: 16 }, 3)
  const plain = guestPlane({ fourcc: 'XR24', modifier: 0n, width: 32, height: 16 }, 4)

  /** A driver whose pictures are all of one colour, and what it was given. */
  function driver(takes = true) {
    const given: string[] = []
    const sizeOf = (rects: readonly ImageRect[]) =>
      rects.reduce((sum, { width, height }) => sum + width * height, 0)
    const reader: PictureReader = {
      lost: false,
      add: ({ id }) => {
        given.push(`add ${id}`)
        return takes ? ok(undefined) : fail({ code: 'c', what: 'w', why: 'y', remedy: 'r' })
      },
      drop: (id) => given.push(`drop ${id}`),
      clear: () => given.push('clear'),
      upload: (id, _image, rects, { layout }) =>
        given.push(`upload ${id} ${layout} ${sizeOf(rects)}`),
      read: () => ({ width: 32, height: 16, rgba: new Uint8Array(32 * 16 * 4).fill(77) }),
      [Symbol.dispose]: () => given.push('dispose'),
    }
    return { given, reader }
  }

  it('is not asked for a plain desktop', () => {
    const { frame, payload } = new Guest().frame([{ id: 1, guest: plain }])
    using picture = new RecordedPicture(true, () => {
      throw new Error('it was asked')
    })
    picture.take(frame, payload)
    expect(recorded(picture)).toEqual(expected([{ id: 1, guest: plain }]))
  })

  it('reads tiled planes, with all that came before it was there', () => {
    const { given, reader } = driver()
    const guest = new Guest()
    const shown = [{ id: 1, guest: tiled }]
    const first = guest.frame(shown)
    {
      using picture = new RecordedPicture(true, () => reader)
      picture.take(first.frame, first.payload)
      expect(given).toEqual([])
      expect(new Set(recorded(picture))).toEqual(new Set([77]))
      expect(given).toEqual(['add 1', `upload 1 image ${tiled.buffer.length}`])
      const rects = [{ x: 0, y: 0, width: 64, height: 1 }]
      const next = guest.frame(shown, [{ id: 1, guest: tiled, rects }])
      picture.take(next.frame, next.payload)
      expect(given.at(-1)).toBe('upload 1 tight 64')
    }
    expect(given.at(-1)).toBe('dispose')
  })

  it('that takes a plane not leaves the work to the processor', () => {
    const { given, reader } = driver(false)
    const { frame, payload } = new Guest().frame([{ id: 1, guest: tiled }])
    using picture = new RecordedPicture(true, () => reader)
    picture.take(frame, payload)
    for (let times = 0; times < 2; times += 1) {
      expect(recorded(picture)).toEqual(expected([{ id: 1, guest: tiled }]))
    }
    expect(given).toEqual(['add 1', 'dispose'])
  })
})
