// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneStatus } from '../../core/plane.ts'

/**
 * Whether two lists of statuses say the same to a person. Which buffer a plane flipped to and where
 * the cursor is do not count: those change with every frame and travel with it.
 */
export function sameStatuses(a: readonly PlaneStatus[], b: readonly PlaneStatus[]): boolean {
  return a.length === b.length && a.every((status, at) => sameStatus(status, b[at]))
}

function sameStatus(a: PlaneStatus, b: PlaneStatus | undefined): boolean {
  if (a.kind !== b?.kind) return false
  switch (a.state) {
    case 'disabled':
    case 'absent':
      return b.state === a.state
    case 'stalled':
      return b.state === a.state && b.failure.why === a.failure.why
    case 'refused':
      return (
        b.state === a.state &&
        b.verdict.code === a.verdict.code &&
        b.verdict.field === a.verdict.field &&
        b.verdict.why === a.verdict.why
      )
    case 'shown':
      return (
        b.state === a.state && format(a) === format(b) && a.readBack?.device === b.readBack?.device
      )
  }
}

function format({ plane }: Extract<PlaneStatus, { state: 'shown' }>): string {
  const { fourcc, modifier, width, height, memory, hotspot, bottomUp, color } = plane
  const layout = memory.map(({ buffer, offset, stride }) => `${buffer}+${offset}/${stride}`)
  const point = hotspot ? `${hotspot.x},${hotspot.y}` : 'none'
  return [
    fourcc,
    modifier,
    width,
    height,
    bottomUp,
    point,
    color?.matrix,
    color?.range,
    ...layout,
  ].join(' ')
}
