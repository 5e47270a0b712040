// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { memoryImages } from '../../../../core/memory-image.ts'
import type { PlaneKind } from '../../../../core/plane.ts'
import type { FrameMessage, SurfaceDescription } from '../../../../core/protocol.ts'
import {
  BUFFER_COLOURS,
  changedParts,
  FlipHistory,
  HISTORY_MS,
  inPicture,
} from '../../../../renderer/inspector/flip-history.ts'
import { validPlane } from '../../../fakes/planes.ts'
import { emptyFrame } from '../../../fakes/source-handle.ts'

const WIDTH = 100
const HEIGHT = 50

function surface(id: number, kind: PlaneKind = 'primary'): SurfaceDescription {
  const { plane } = validPlane({ kind, width: WIDTH, height: HEIGHT })
  return { id, identity: `dmabuf ${id}`, plane, images: memoryImages(plane), sharing: 'stream' }
}

/** A frame at a time that shows these surfaces, with damage of so many pixels in a row of each. */
function frame(
  seq: number,
  atMs: number,
  shown: readonly { id: number; kind?: PlaneKind; x?: number; damaged?: number }[],
): FrameMessage {
  return emptyFrame(seq, {
    readAtMs: atMs,
    scene: shown.map(({ id, kind = 'primary', x = 0 }) => ({ kind, surface: id, x, y: 0 })),
    damage: shown.flatMap(({ id, damaged = 0 }) =>
      damaged === 0
        ? []
        : [{ surface: id, image: 0, rects: [{ x: 0, y: 0, width: damaged * 4, height: 1 }] }],
    ),
  })
}

const cursorId = 1000
const surfaceOf = (id: number) => surface(id, id === cursorId ? 'cursor' : 'primary')

function history(...frames: readonly FrameMessage[]): FlipHistory {
  const made = new FlipHistory()
  for (const one of frames) made.add(one, one.readAtMs + 5, surfaceOf)
  return made
}

describe('the history of flips', () => {
  it('tells a flip from drawing into the shown buffer, with what changed', () => {
    const { updates } = history(
      frame(1, 1000, [{ id: 1, damaged: 50 }]),
      frame(2, 1016, [{ id: 2 }]),
      frame(3, 1032, [{ id: 2, damaged: 100 }]),
    )
    expect(updates).toEqual([
      {
        seq: 1,
        atMs: 1000,
        kind: 'primary',
        surface: 1,
        identity: 'dmabuf 1',
        colour: 0,
        isFlip: true,
        damaged: 50,
        share: 0.01,
      },
      expect.objectContaining({
        seq: 2,
        identity: 'dmabuf 2',
        colour: 1,
        isFlip: true,
        damaged: 0,
      }),
      expect.objectContaining({ seq: 3, identity: 'dmabuf 2', isFlip: false, share: 0.02 }),
    ])
  })

  it('leaves out a frame in which a plane stayed as it was', () => {
    const { updates } = history(
      frame(1, 0, [{ id: 1 }, { id: cursorId, kind: 'cursor' }]),
      frame(2, 16, [{ id: 1 }, { id: cursorId, kind: 'cursor', x: 9 }]),
    )
    expect(updates.map(({ seq, kind, isFlip }) => [seq, kind, isFlip])).toEqual([
      [1, 'primary', true],
      [1, 'cursor', true],
      [2, 'cursor', false],
    ])
  })

  it('sees a plane that was away come back as a flip', () => {
    const { updates } = history(
      frame(1, 0, [{ id: 1 }]),
      frame(2, 16, []),
      frame(3, 32, [{ id: 1 }]),
    )
    expect(updates.map(({ seq }) => seq)).toEqual([1, 3])
  })

  it('ignores surfaces that nobody described', () => {
    const made = new FlipHistory()
    made.add(frame(1, 0, [{ id: 1 }]), 5, () => undefined)
    expect(made.updates).toEqual([])
  })

  it('gives a buffer the same colour again, and the ninth one that rested longest', () => {
    const ids = [1, 2, 3, 1, 4, 5, 6, 7, 8, 9, 1]
    const { updates } = history(...ids.map((id, at) => frame(at + 1, at * 16, [{ id }])))
    expect(updates.map(({ colour }) => colour)).toEqual([0, 1, 2, 0, 3, 4, 5, 6, 7, 1, 0])
    for (const { colour } of updates) expect(colour).toBeLessThan(BUFFER_COLOURS)
  })

  it('reaches back as far as it says and no further, but knows what is shown since then', () => {
    const frames = [frame(1, 0, [{ id: 1 }, { id: cursorId, kind: 'cursor' }])]
    for (let at = 1; at <= 1000; at += 1)
      frames.push(frame(at + 1, at * 20, [{ id: 1 + (at % 2) }]))
    const { updates } = history(...frames)
    const young = updates.filter(({ atMs }) => atMs >= 20_000 - HISTORY_MS)
    expect(young).toHaveLength(HISTORY_MS / 20 + 1)
    expect(updates.length).toBeLessThan(HISTORY_MS / 20 + 60)
    expect(updates.findLast(({ kind }) => kind === 'cursor')?.atMs).toBe(0)
  })

  it('stays small when a source floods it', () => {
    const frames = Array.from({ length: 20_000 }, (_, at) =>
      frame(at + 1, at / 10, [{ id: at + 1 }]),
    )
    expect(history(...frames).updates.length).toBeLessThanOrEqual(4097)
  })

  it("finds main's time from the frame that came fastest", () => {
    const made = new FlipHistory()
    expect(made.atMain(77)).toBe(77)
    made.add(frame(1, 1000, [{ id: 1 }]), 130, surfaceOf)
    made.add(frame(2, 1016, [{ id: 2 }]), 141, surfaceOf)
    expect(made.atMain(141)).toBe(1016)
    made.clear()
    expect(made.atMain(141)).toBe(141)
    expect(made.updates).toEqual([])
  })
})

describe('changed parts', () => {
  it('are those of the first image of that surface', () => {
    const description = surface(3)
    const damage = [
      { surface: 3, image: 0, rects: [{ x: 40, y: 2, width: 80, height: 3 }] },
      { surface: 3, image: 1, rects: [{ x: 0, y: 0, width: 4, height: 1 }] },
      { surface: 4, image: 0, rects: [{ x: 0, y: 0, width: 4, height: 1 }] },
    ]
    expect(changedParts(emptyFrame(1, { damage }), description)).toEqual([
      { x: 10, y: 2, width: 20, height: 3 },
    ])
  })

  it('lie where the plane is, cut at the edge of the picture', () => {
    const { plane } = surface(1, 'cursor')
    const part = { x: 0, y: 0, width: 64, height: 64 }
    const picture = { x: 0, y: 0, width: 640, height: 480 }
    expect(inPicture(part, plane, { surface: 1, x: -10, y: 450 }, picture)).toEqual({
      x: 0,
      y: 450,
      width: 54,
      height: 30,
    })
    const primary = surface(2).plane
    expect(inPicture(part, primary, { surface: 2, x: 99, y: 99 }, picture)).toEqual(part)
  })
})
