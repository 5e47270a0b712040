// SPDX-License-Identifier: GPL-2.0-or-later

// Whatever a guest's sound card plays becomes interleaved 16-bit little-endian samples here.

/** How QEMU describes a stream (Init of AudioOutListener in its ui/dbus-display1.xml). */
export type PcmFormat = {
  readonly bits: number
  readonly isSigned: boolean
  readonly isFloat: boolean
  readonly isBigEndian: boolean
  /** Samples per second of one channel. */
  readonly rate: number
  readonly channels: number
}

type SampleRow = {
  readonly bits: 8 | 16 | 32
  readonly isSigned: boolean
  readonly isFloat: boolean
  /** The sample at a byte, as 16 bits with a sign. */
  readonly read: (view: DataView, at: number, little: boolean) => number
}

/** Rates of sound cards, samples per second. */
const MIN_RATE = 8000
const MAX_RATE = 192_000
const MAX_CHANNELS = 8

/** Every AudioFormat of QEMU's qapi/audio.json. */
// biome-ignore format: one row per format
export const sampleRows: readonly SampleRow[] = [
  { bits: 8,  isSigned: false, isFloat: false, read: (view, at) => (view.getUint8(at) - 0x80) << 8 },
  { bits: 8,  isSigned: true,  isFloat: false, read: (view, at) => view.getInt8(at) << 8 },
  { bits: 16, isSigned: false, isFloat: false, read: (view, at, little) => view.getUint16(at, little) - 0x8000 },
  { bits: 16, isSigned: true,  isFloat: false, read: (view, at, little) => view.getInt16(at, little) },
  { bits: 32, isSigned: false, isFloat: false, read: (view, at, little) => (view.getUint32(at, little) >>> 16) - 0x8000 },
  { bits: 32, isSigned: true,  isFloat: false, read: (view, at, little) => view.getInt32(at, little) >> 16 },
  { bits: 32, isSigned: true,  isFloat: true,  read: (view, at, little) => fromFloat(view.getFloat32(at, little)) },
]

/** Full scale is 1; what is louder is cut, and what is no number is silence. */
function fromFloat(value: number): number {
  return Number.isNaN(value) ? 0 : Math.max(-0x8000, Math.min(Math.round(value * 0x8000), 0x7fff))
}

/** Turns the sound of one format into 16-bit little-endian samples. */
export class PcmReader {
  readonly format: PcmFormat
  readonly #row: SampleRow

  /** @throws SyntaxError when no sound card plays this */
  constructor(format: PcmFormat) {
    const { bits, isSigned, isFloat, rate, channels } = format
    // QEMU calls its floats signed; others may not.
    const row = sampleRows.find(
      (known) =>
        known.bits === bits &&
        known.isFloat === isFloat &&
        (isFloat || known.isSigned === isSigned),
    )
    if (!row) throw new SyntaxError(`samples of ${bits} bits${isFloat ? ', floating' : ''}`)
    if (rate < MIN_RATE || rate > MAX_RATE) throw new SyntaxError(`${rate} samples per second`)
    if (channels < 1 || channels > MAX_CHANNELS) throw new SyntaxError(`${channels} channels`)
    this.format = format
    this.#row = row
  }

  /** Bytes of all channels of one moment, as they come. */
  get frameBytes(): number {
    return (this.#row.bits / 8) * this.format.channels
  }

  /**
   * A copy of the samples.
   *
   * @throws SyntaxError when the bytes end within a moment
   */
  read(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    if (bytes.length % this.frameBytes !== 0) {
      throw new SyntaxError(`${bytes.length} bytes of samples, ${this.frameBytes} at a time`)
    }
    const size = this.#row.bits / 8
    const little = !this.format.isBigEndian
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const samples = new Uint8Array((bytes.length / size) * 2)
    const out = new DataView(samples.buffer)
    const { read } = this.#row
    for (let at = 0; at < bytes.length; at += size) {
      out.setInt16((at / size) * 2, read(view, at, little), true)
    }
    return samples
  }
}
