// SPDX-License-Identifier: GPL-2.0-or-later
// Keeping plain pixels beside a shadow: what changed is untiled and decoded into them.
import { damagedImages } from '../../../core/damage.ts'
import { imageSize, memoryImages } from '../../../core/memory-image.ts'
import { plainPlane } from '../../../core/plain-plane.ts'
import { PlainCopy } from '../../../main/source/plain-copy.ts'
import { validPlane } from '../../../test/fakes/planes.ts'
import { syscalls } from './kernel-limits.mjs'
import { copy, sum } from './limits.mjs'
import { bytesOf, damagesOf, noise } from './pictures.mjs'

export const words = 'PlainCopy.update'
export const limit = 'memcpy of the plain pixels and a system call'
export const why =
  'a call into the addon for each part, 5 µs, and each damaged tile is put into place by JavaScript; what formats and layouts cost without that is in bench:decode'

const Y_TILED = 0x0100_0000_0000_0002n

function updated({ shim, owned }, wish, part) {
  const { plane } = validPlane(wish)
  const plain = plainPlane(plane)
  const mapped = (bytes) => {
    const memfd = owned.use(shim.createMemfd('scanout-bench', bytes))
    const mapping = owned.use(shim.map(memfd, 0, bytes, true))
    mapping.write(0, noise(bytes))
    return mapping
  }
  const images = memoryImages(plane).map((image) => ({ image, mapping: mapped(imageSize(image)) }))
  const kept = new PlainCopy(shim, plane, images, plain, mapped(bytesOf(plane)))
  const damage = damagedImages(plane, part).map((rects, image) => ({
    image,
    rects: Int32Array.from(rects.flatMap(({ x, y, width, height }) => [x, y, width, height])),
  }))
  return {
    bytes: bytesOf(part),
    work: () => {
      kept.update(damage)
    },
    limit: sum(syscalls(shim, owned, 1), copy(bytesOf(part))),
  }
}

export function cases(bench) {
  const { sizes, size } = bench
  const whole = ({ width, height }) => ({ x: 0, y: 0, width, height })
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: `${each.name}, XR24 in Y tiles`,
      amount: each.width * each.height,
      ...updated(bench, { ...each, modifier: Y_TILED }, whole(each)),
    })),
    ...damagesOf(size).map(({ name, rect }) => ({
      axis: 'damage',
      step: `${name}, XR24 in Y tiles`,
      amount: rect.width * rect.height,
      ...updated(bench, { ...size, modifier: Y_TILED }, rect),
    })),
    ...['RG16', 'NV12'].map((fourcc) => ({
      step: `all, ${fourcc}`,
      ...updated(bench, { ...size, fourcc }, whole(size)),
    })),
  ]
}
