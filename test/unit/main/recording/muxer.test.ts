// SPDX-License-Identifier: GPL-2.0-or-later
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny'
import { describe, expect, it } from 'vitest'
import {
  type RecordingPiece,
  type RecordingTrack,
  recordingContainers,
} from '../../../../core/recording.ts'
import { type MuxedBytes, Muxer } from '../../../../main/recording/muxer.ts'
import { fakePieces, fakeTrack } from '../../../fakes/recorded-pieces.ts'

const vp9: RecordingTrack = { ...fakeTrack, codec: 'vp9', codecString: 'vp09.00.31.08' }
const tracks = { webm: fakeTrack, mp4: vp9 }

/** A file in memory. */
class Disk {
  bytes = new Uint8Array(0)

  put(parts: readonly MuxedBytes[]): void {
    for (const { position, bytes } of parts) {
      const end = position + bytes.length
      if (end > this.bytes.length) {
        const longer = new Uint8Array(end)
        longer.set(this.bytes)
        this.bytes = longer
      }
      this.bytes.set(bytes, position)
    }
  }

  /** The pictures that a player finds. */
  async play(): Promise<readonly Omit<RecordingPiece, 'durationUs'>[]> {
    using input = new Input({ source: new BufferSource(this.bytes), formats: ALL_FORMATS })
    const track = await input.getPrimaryVideoTrack()
    if (!track) return []
    const found = []
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const timestampUs = Math.round(packet.timestamp * 1e6)
      found.push({ key: packet.type === 'key', timestampUs, bytes: new Uint8Array(packet.data) })
    }
    return found
  }
}

const plain = (pieces: readonly RecordingPiece[]) =>
  pieces.map(({ durationUs: _, bytes, ...rest }) => ({ ...rest, bytes: new Uint8Array(bytes) }))

describe.each(recordingContainers)('a %s file', (container) => {
  const pieces = fakePieces(180)
  const muxed = async (count: number, onPart?: (disk: Disk, added: number) => Promise<void>) => {
    const muxer = new Muxer(container, tracks[container])
    const disk = new Disk()
    for (const [at, piece] of pieces.slice(0, count).entries()) {
      const parts = await muxer.add(piece)
      disk.put(parts)
      if (parts.length > 0) await onPart?.(disk, at + 1)
    }
    return { muxer, disk }
  }

  it('holds every picture with its bytes and its time', async () => {
    const { muxer, disk } = await muxed(pieces.length)
    disk.put(await muxer.finish())
    expect(await disk.play()).toEqual(plain(pieces))
  })

  it('plays after every write, up to the key picture before it', async () => {
    const found: number[] = []
    await muxed(pieces.length, async (disk, added) => {
      const played = await disk.play()
      expect(played).toEqual(plain(pieces.slice(0, played.length)))
      expect(played.length % 50).toBe(0)
      expect(played.length).toBeGreaterThan(added - 52)
      found.push(played.length)
    })
    expect(found.filter((count) => count > 0)).toEqual([50, 100, 150])
  })

  it('keeps nothing back but what has no end yet', async () => {
    const { disk } = await muxed(151)
    expect((await disk.play()).length).toBe(150)
  })

  it('holds a single picture', async () => {
    const { muxer, disk } = await muxed(1)
    disk.put(await muxer.finish())
    expect(await disk.play()).toHaveLength(1)
  })

  it('is nothing without a picture', async () => {
    expect(await new Muxer(container, tracks[container]).finish()).toEqual([])
  })

  it('refuses what no encoder makes', async () => {
    const [, delta] = pieces
    if (!delta) throw new Error('there are pieces')
    await expect(new Muxer(container, tracks[container]).add(delta)).rejects.toThrow()
  })
})
