// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { FrameMessage } from '../../../core/protocol.ts'
import { toWire } from '../../../core/wire.ts'
import { FrameBuffer, FramingError, type ReceivedFrame } from '../../../renderer/bridge/framing.ts'

const frame = (seq: number): FrameMessage => ({
  seq,
  readAtMs: 12.5,
  reset: seq === 1,
  surfaces: [
    {
      id: seq,
      identity: `dmabuf ${seq}`,
      plane: {
        kind: 'primary',
        fourcc: 'XR24',
        modifier: 0x0100000000000002n,
        width: 64,
        height: 32,
        memory: [{ buffer: 0, offset: 0, stride: 256, size: 8192 }],
        x: 0,
        y: 0,
        bottomUp: false,
      },
      images: [
        {
          pitch: 32768,
          rows: 1,
          rowBytes: 32768,
          lastRowBytes: 8192,
          sourceOffset: 0,
          sourcePitch: 32768,
          cellWidth: 4096,
          cellRows: 1,
        },
      ],
      sharing: 'stream',
    },
  ],
  gone: [],
  damage: [{ surface: seq, image: 0, rects: [{ x: 0, y: 0, width: 8192, height: 1 }] }],
  scene: [{ kind: 'primary', surface: seq, x: 0, y: 0 }],
})

function packed(header: string, payload: Uint8Array, lie = payload.length): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + payload.length)
  new DataView(bytes.buffer).setUint32(0, text.length, true)
  new DataView(bytes.buffer).setUint32(4, lie, true)
  bytes.set(text, 8)
  bytes.set(payload, 8 + text.length)
  return bytes
}

/** Feeds bytes in pieces as a BYOB reader does, which detaches the buffer it fills. */
function feed(buffer: FrameBuffer, bytes: Uint8Array, piece: number): ReceivedFrame[] {
  const frames: ReceivedFrame[] = []
  for (let at = 0; at < bytes.length; ) {
    const room = buffer.room()
    expect(room.length).toBeGreaterThan(0)
    const { byteOffset, length } = room
    const part = bytes.subarray(at, at + Math.min(piece, length))
    const moved = room.buffer.transfer()
    const read = new Uint8Array(moved, byteOffset, part.length)
    read.set(part)
    buffer.took(read)
    at += part.length
    for (let got = buffer.next(); got; got = buffer.next()) {
      frames.push({ frame: got.frame, payload: got.payload.slice() })
    }
  }
  return frames
}

const payload = (seed: number, length: number) =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff)

describe('frame buffer', () => {
  it.each([1, 7, 8, 1000, 65536, 10_000_000])('cuts frames out of pieces of %i bytes', (piece) => {
    const lengths = piece < 8 ? [0, 5, 300] : [0, 5, 8192, 3_000_000, 1, 0]
    const stream = lengths.map((length, i) => packed(toWire(frame(i + 1)), payload(i, length)))
    const buffer = new FrameBuffer()
    const frames = feed(buffer, Uint8Array.from(Buffer.concat(stream)), piece)
    expect(frames.map((got) => got.frame)).toEqual(lengths.map((_, i) => frame(i + 1)))
    expect(frames.map((got) => got.payload.length)).toEqual(lengths)
    frames.forEach((got, i) => {
      expect(Buffer.compare(got.payload, payload(i, lengths[i] ?? 0))).toBe(0)
    })
    expect(buffer.complete).toBe(true)
  })

  it('knows that a stream ended inside a frame', () => {
    const buffer = new FrameBuffer()
    feed(buffer, packed(toWire(frame(1)), payload(0, 100)).subarray(0, 90), 64)
    expect(buffer.complete).toBe(false)
  })

  const one = frame(1)
  const bad: { name: string; bytes: Uint8Array }[] = [
    { name: 'a header of 4 GiB', bytes: Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0) },
    { name: 'a payload of 4 GiB', bytes: Uint8Array.of(2, 0, 0, 0, 255, 255, 255, 255) },
    { name: 'no JSON', bytes: packed('{"seq":', payload(0, 0)) },
    { name: 'bytes that are not UTF-8', bytes: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff) },
    { name: 'null', bytes: packed('null', payload(0, 0)) },
    { name: 'a list', bytes: packed('[]', payload(0, 0)) },
    ...Object.keys(one).map((field) => ({
      name: `${field} of another type`,
      bytes: packed(toWire({ ...one, [field]: { no: 1 } }), payload(0, 0)),
    })),
    {
      name: 'a modifier that is no bigint',
      bytes: packed(
        toWire({
          ...one,
          surfaces: one.surfaces.map((s) => ({ ...s, plane: { ...s.plane, modifier: 3 } })),
        }),
        payload(0, 0),
      ),
    },
    {
      name: 'a plane kind that does not exist',
      bytes: packed(
        toWire({ ...one, scene: [{ kind: 'sprite', surface: 1, x: 0, y: 0 }] }),
        payload(0, 0),
      ),
    },
  ]
  it.each(bad)('refuses $name', ({ bytes }) => {
    expect(() => feed(new FrameBuffer(), bytes, 1000)).toThrow(FramingError)
  })
})
