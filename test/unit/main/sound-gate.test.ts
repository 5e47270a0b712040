// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { GuestNews } from '../../../core/guest-channel.ts'
import { SoundGate } from '../../../main/sound-gate.ts'

/** So many milliseconds of 16-bit stereo. */
const piece = (ms: number, rate = 48000, channels = 2): GuestNews => {
  const bytes = new Uint8Array((ms / 1000) * rate * 2 * channels)
  return { kind: 'sound', stream: 1, rate, channels, bytes }
}

describe('sound under way to a page', () => {
  it('is 200 ms at most, whatever the page does', () => {
    const gate = new SoundGate()
    const sent = Array.from({ length: 6000 }, () => gate.admits(piece(10))).filter(Boolean)
    expect(sent).toHaveLength(20)
  })

  it.each([
    [8000, 1],
    [192_000, 8],
  ])('is counted by time: %i Hz, %i channels', (rate, channels) => {
    const gate = new SoundGate()
    const sent = Array.from({ length: 100 }, () => gate.admits(piece(20, rate, channels)))
    expect(sent.filter(Boolean)).toHaveLength(10)
  })

  it('goes on as the page takes it', () => {
    const gate = new SoundGate()
    for (let round = 0; round < 1000; round += 1) {
      expect(gate.admits(piece(23)), `${round}`).toBe(true)
      gate.heard()
    }
    while (gate.admits(piece(20)));
    gate.heard()
    expect(gate.admits(piece(20))).toBe(true)
    expect(gate.admits(piece(20))).toBe(false)
  })

  it('may be one piece that is longer', () => {
    const gate = new SoundGate()
    expect(gate.admits(piece(1000))).toBe(true)
    expect(gate.admits(piece(1))).toBe(false)
    gate.heard()
    expect(gate.admits(piece(1000))).toBe(true)
  })

  it('holds nothing else up', () => {
    const gate = new SoundGate()
    while (gate.admits(piece(50)));
    expect(gate.admits({ kind: 'sound-end', stream: 1 })).toBe(true)
    expect(gate.admits({ kind: 'sound-volume', stream: 1, muted: true, volume: 0 })).toBe(true)
    expect(gate.admits({ kind: 'clipboard-text', text: 'x' })).toBe(true)
  })

  it('begins anew with another page', () => {
    const gate = new SoundGate()
    while (gate.admits(piece(50)));
    gate.reset()
    expect(gate.admits(piece(50))).toBe(true)
  })

  it('is not opened by a page that tells of more than it got', () => {
    const gate = new SoundGate()
    for (let round = 0; round < 1000; round += 1) gate.heard()
    const sent = Array.from({ length: 100 }, () => gate.admits(piece(10))).filter(Boolean)
    expect(sent).toHaveLength(20)
  })
})
