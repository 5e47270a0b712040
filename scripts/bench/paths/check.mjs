// SPDX-License-Identifier: GPL-2.0-or-later
// Deciding whether a claim about a plane is one that memory bears out.
import { checkPlane } from '../../../core/check-plane.ts'
import { validPlane } from '../../../test/fakes/planes.ts'
import { syscalls } from './kernel-limits.mjs'
import { planesOf, primaryOf } from './pictures.mjs'

export const words = 'checkPlane'
export const limit = 'one system call'
export const why = 'it is arithmetic on a dozen fields, and makes the checked plane anew'

const Y_TILED = 0x0100_0000_0000_0002n

function checked({ shim, owned }, planes) {
  const claims = planes.map((plane) => [plane, [{ size: 2 ** 30 }]])
  return {
    work: () => {
      for (const [claim, buffers] of claims) {
        if (!checkPlane(claim, buffers).ok) throw new Error('a valid plane was refused')
      }
    },
    limit: syscalls(shim, owned, 1),
  }
}

export function cases(bench) {
  const { sizes, size } = bench
  const layouts = [
    ['XR24 linear', {}],
    ['XR24 in Y tiles', { modifier: Y_TILED }],
    ['NV12 in Y tiles', { modifier: Y_TILED, fourcc: 'NV12' }],
  ]
  return [
    ...sizes.map((each) => ({
      axis: 'pixels',
      step: each.name,
      amount: each.width * each.height,
      ...checked(bench, [primaryOf(each)]),
    })),
    ...[1, 2, 3].map((planes) => ({
      axis: 'planes',
      step: `${planes}`,
      amount: planes,
      ...checked(bench, planesOf(size).slice(0, planes)),
    })),
    ...layouts.map(([step, wish]) => ({
      step,
      ...checked(bench, [validPlane({ ...size, ...wish }).plane]),
    })),
  ]
}
