// SPDX-License-Identifier: GPL-2.0-or-later
// Putting decoded planes together, as screenshots and recordings without a window do.
import { compose } from '../../../core/compose.ts'
import { composeCapture } from '../../../main/capture/picture.ts'
import { copy } from './limits.mjs'
import { bytesOf, noise, planesOf } from './pictures.mjs'

export const words = 'compose'
export const limit = 'memcpy of the picture'
export const why =
  'alpha is set in JavaScript pixel by pixel, and blending is by the integer rule of the tests; a screenshot pays for it once'

const layersOf = (planes) => planes.map((plane) => ({ plane, rgba: noise(bytesOf(plane)) }))

function composed(planes) {
  const layers = layersOf(planes)
  const bytes = bytesOf(planes[0])
  return {
    bytes,
    work: () => {
      compose(layers)
    },
    limit: copy(bytes),
  }
}

function captured(planes) {
  const taken = planes.map((plane) => ({ plane, buffers: [noise(plane.memory[0].size)] }))
  const capture = { planes: taken, statuses: [] }
  const bytes = bytesOf(planes[0])
  return {
    bytes,
    work: async () => {
      const picture = await composeCapture(capture, { plane: 'all', cursor: true }, 'native')
      if (!picture.ok) throw new Error(picture.failure.why)
    },
    limit: copy(bytes),
  }
}

export function cases({ sizes, size }) {
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: each.name,
      amount: each.width * each.height,
      ...composed(planesOf(each).slice(0, 1)),
    })),
    ...[1, 2, 3].map((planes) => ({
      axis: 'planes',
      step: `${planes}`,
      amount: planes,
      ...composed(planesOf(size).slice(0, planes)),
    })),
    { step: 'decoded by the addon before', ...captured(planesOf(size)) },
  ]
}
