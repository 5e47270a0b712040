// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { compose } from '../../../core/compose.ts'
import { decodeRgba8, linearise } from '../../../core/decode.ts'
import { failureLine } from '../../../core/failure.ts'
import { imageSize, memoryImages } from '../../../core/memory-image.ts'
import { LINEAR } from '../../../core/modifier.ts'
import { type Capture, type PlaneStatus, planeKinds } from '../../../core/plane.ts'
import { cpuEngine } from '../../../main/capture/engine.ts'
import { composeCapture, missingPlane, straightAlpha } from '../../../main/capture/picture.ts'
import { planeImages } from '../../../main/capture/plane-images.ts'
import { pairs } from '../../fakes/pairs.ts'
import { randomPlane } from '../../fakes/planes.ts'

const primary = randomPlane({ width: 20, height: 10, padding: 3 }, 1)
const cursor = randomPlane({ kind: 'cursor', fourcc: 'AR24', width: 8, height: 8, x: -3, y: 6 }, 2)
const capture: Capture = { planes: [primary, cursor], statuses: [] }

async function rgbaOf(request: Parameters<typeof composeCapture>[1], from = capture) {
  const picture = await composeCapture(from, request, 'reference')
  if (!picture.ok) throw new Error(failureLine(picture.failure))
  return picture.value
}

const layers = [primary, cursor].map(({ plane, buffers }) => ({
  plane,
  rgba: decodeRgba8(plane, buffers),
}))

describe('composeCapture', () => {
  it('composes all planes', async () => {
    const expected = compose(layers)
    expect({ ok: true, value: await rgbaOf({ plane: 'all', cursor: true }) }).toEqual(expected)
  })

  it('leaves the cursor out when asked to', async () => {
    const expected = compose(layers.slice(0, 1))
    expect({ ok: true, value: await rgbaOf({ plane: 'all', cursor: false }) }).toEqual(expected)
  })

  it('shows a primary alone as opaque', async () => {
    const translucent = randomPlane({ fourcc: 'AB24' })
    const { rgba } = await rgbaOf(
      { plane: 'primary', cursor: true },
      { planes: [translucent], statuses: [] },
    )
    for (let at = 3; at < rgba.length; at += 4) expect(rgba[at]).toBe(255)
  })

  it('shows a cursor alone in its own size with straight alpha', async () => {
    const { width, height, rgba } = await rgbaOf({ plane: 'cursor', cursor: false })
    expect([width, height]).toEqual([8, 8])
    expect(rgba).toEqual(straightAlpha(decodeRgba8(cursor.plane, cursor.buffers)))
  })

  it('says what became of the primary', async () => {
    const verdict = {
      code: 'bad-plane',
      what: 'cannot show the primary plane',
      why: 'stride 0 is below 1',
      remedy: 'Report it',
      field: 'stride',
      value: '0',
    }
    const statuses: PlaneStatus[] = [{ kind: 'primary', state: 'refused', verdict }]
    const picture = await composeCapture(
      { planes: [cursor], statuses },
      { plane: 'all', cursor: true },
      'auto',
    )
    expect(picture).toEqual({ ok: false, failure: verdict })
  })
})

describe('missingPlane', () => {
  const failure = { code: 'x', what: 'w', why: 'y', remedy: 'r' }
  const states = (kind: (typeof planeKinds)[number]): readonly (readonly PlaneStatus[])[] => [
    [],
    [{ kind, state: 'absent' }],
    [{ kind, state: 'disabled' }],
    [{ kind, state: 'stalled', failure }],
    [{ kind, state: 'refused', verdict: { ...failure, field: 'f', value: 'v' } }],
    [{ kind, state: 'shown', plane: primary.plane, identity: 'i' }],
  ]

  it.each(planeKinds)('has words for every state of the %s plane', (kind) => {
    const lines = states(kind).map((statuses) => failureLine(missingPlane(kind, statuses)))
    for (const line of lines) expect(line).toMatch(/^.+: .+\. .+$/)
    // No word at all and "absent" read the same; here the failure and the verdict do, too.
    expect(new Set(lines).size).toBe(4)
  })
})

describe('straightAlpha', () => {
  it('undoes the multiplication to within its rounding', () => {
    for (let alpha = 0; alpha < 256; alpha += 1) {
      for (let colour = 0; colour < 256; colour += 5) {
        const multiplied = Math.round((colour * alpha) / 255)
        const rgba = straightAlpha(Uint8Array.of(multiplied, 255, 0, alpha))
        expect(Math.abs((rgba[0] ?? 0) - (alpha && colour))).toBeLessThanOrEqual(
          alpha && 127.5 / alpha + 0.5,
        )
        expect([rgba[1], rgba[2], rgba[3]]).toEqual([alpha && 255, 0, alpha])
      }
    }
  })
})

describe('the native engine', () => {
  it.each(pairs)('equals the reference for $code in $name', async ({ code, layout }) => {
    const native = cpuEngine('native')
    if (!native.ok) throw new Error(failureLine(native.failure))
    for (const bottomUp of [false, true]) {
      for (const [width, height] of [
        [1, 1],
        [67, 41],
        [130, 33],
      ] as const) {
        const wish = {
          fourcc: code,
          modifier: layout.value,
          width,
          height,
          bottomUp,
          padding: 9,
          offset: 4096,
        }
        const captured = randomPlane(wish, width)
        const { plane, buffers } = captured
        const rgba = await native.value.decode(captured, 'rgba8')
        expect(rgba).toEqual({ ok: true, value: decodeRgba8(plane, buffers) })
        const linear = await native.value.decode(captured, 'linear')
        expect(linear).toEqual({ ok: true, value: linearise(plane, buffers) })
      }
    }
  })
})

describe('planeImages', () => {
  it.each(pairs)('holds every byte that $code in $name addresses', ({ code, layout }) => {
    const captured = randomPlane({
      fourcc: code,
      modifier: layout.value,
      width: 67,
      height: 41,
      padding: 9,
      offset: 4096,
    })
    const images = memoryImages(captured.plane)
    const bytes = planeImages(captured)
    expect(bytes.map(({ length }) => length)).toEqual(images.map(imageSize))
    // Seen as a plane of the images' own pitches it decodes to the same picture.
    const memory = captured.plane.memory.map(({ stride }, at) => ({
      buffer: at,
      offset: 0,
      stride: layout.value === LINEAR ? (images[at]?.pitch ?? 0) : stride,
      size: bytes[at]?.length ?? 0,
    }))
    const packed = { ...captured.plane, memory }
    expect(decodeRgba8(packed, bytes)).toEqual(decodeRgba8(captured.plane, captured.buffers))
  })
})
