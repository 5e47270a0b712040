// SPDX-License-Identifier: GPL-2.0-or-later
// Encoding a screenshot of the built-in guest.
import { crc32, deflateSync } from 'node:zlib'
import { encodePng } from '../../../main/capture/png.ts'
import { Scene } from '../../../main/source/demo/scene.ts'
import { copy, sum } from './limits.mjs'
import { bytesOf } from './pictures.mjs'

export const words = 'encodePng'
export const limit = 'memcpy and CRC-32 of the pixels'
export const why =
  'zlib at its fastest level, subtracting rows and looking for alpha in JavaScript, and fresh memory take a third each'

/** RGBA of the built-in guest's picture. */
function pictureOf({ width, height }) {
  const { canvas } = new Scene({ width, height, lines: ['BENCH'] })
  const words = canvas.pixels.map(
    (word) =>
      (0xff00_0000 | ((word & 0xff) << 16) | (word & 0xff00) | ((word >>> 16) & 0xff)) >>> 0,
  )
  return new Uint8Array(words.buffer)
}

/** The rows that a PNG of opaque pixels deflates: three bytes each, less those above. */
function filtered(rgba, width, height) {
  const row = width * 3 + 1
  const bytes = new Uint8Array(row * height)
  for (let y = 0; y < height; y += 1) {
    bytes[y * row] = 2
    for (let x = 0; x < width; x += 1) {
      for (let c = 0; c < 3; c += 1) {
        const at = (y * width + x) * 4 + c
        const above = y > 0 ? rgba[at - width * 4] : 0
        bytes[y * row + 1 + x * 3 + c] = rgba[at] - above
      }
    }
  }
  return bytes
}

function encoded(size, limitOf) {
  const rgba = pictureOf(size)
  return {
    bytes: rgba.length,
    work: async () => {
      await encodePng(rgba, size.width, size.height)
    },
    limit: limitOf(rgba),
  }
}

export function cases({ sizes, size }) {
  const checksum = (rgba) =>
    sum(copy(rgba.length), () => {
      crc32(rgba)
    })
  const deflated = (rgba) => {
    const rows = filtered(rgba, size.width, size.height)
    return () => {
      deflateSync(rows, { level: 1, memLevel: 9, chunkSize: 1 << 20 })
    }
  }
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: each.name,
      amount: bytesOf(each),
      ...encoded(each, checksum),
    })),
    { step: 'against deflate alone', ...encoded(size, deflated) },
  ]
}
