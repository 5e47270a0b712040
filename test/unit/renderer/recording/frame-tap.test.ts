// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import type { Bridge, FrameMessage } from '../../../../core/protocol.ts'
import { FrameTap } from '../../../../renderer/recording/frame-tap.ts'
import { Guest, guestPlane, shadowOf } from '../../../gl/guest.ts'

const desktop = guestPlane({ fourcc: 'XR24', modifier: 0n, width: 70, height: 9, padding: 24 }, 1)

function tapped(memory: Bridge['memory'] = () => undefined) {
  const told: string[] = []
  let hear: (frame: FrameMessage, payload: Uint8Array) => void = () => {}
  const bridge = {
    onFrame: (listener: typeof hear) => {
      hear = listener
      return () => {
        hear = () => {}
      }
    },
    tell: (name: string, ...args: unknown[]) => told.push([name, ...args].join(' ')),
    memory,
  } as unknown as Bridge
  const taken: { readonly seq: number; readonly payload: Uint8Array }[] = []
  const tap = new FrameTap(bridge, (frame, payload) => taken.push({ seq: frame.seq, payload }))
  const guest = new Guest()
  const show = (...args: Parameters<Guest['frame']>) => {
    const { frame, payload } = guest.frame(...args)
    hear(frame, payload)
    return { frame, payload }
  }
  return { tap, told, taken, show, guest }
}

describe('frames for a recording', () => {
  it('begin with everything', () => {
    const { told, taken, show } = tapped()
    expect(told).toEqual(['frame:copy true', 'frame:resend'])
    const { payload } = show([{ id: 1, guest: desktop }])
    expect(taken).toEqual([{ seq: 1, payload }])
    expect(taken[0]?.payload.buffer).not.toBe(payload.buffer)
  })

  it('are copied from shared memory as if they had been sent', () => {
    const shared = shadowOf(desktop).bytes
    const { taken, show } = tapped(() => shared)
    show([{ id: 1, guest: desktop, sharing: 'shared-memory' }])
    const sent = tapped()
    sent.show([{ id: 1, guest: desktop }])
    expect(taken[0]?.payload).toEqual(sent.taken[0]?.payload)
  })

  it('are left out when shared memory cannot be reached', () => {
    const { taken, show } = tapped()
    show([{ id: 1, guest: desktop, sharing: 'shared-memory' }])
    expect(taken).toEqual([])
  })

  it('are dropped when their taker is far behind, and begin anew when it caught up', () => {
    const { tap, told, taken, show, guest } = tapped()
    for (let at = 0; at < 20; at += 1) show([{ id: 1, guest: desktop }])
    expect(taken).toHaveLength(8)
    for (let at = 0; at < 8; at += 1) tap.took()
    expect(told.filter((name) => name === 'frame:resend')).toHaveLength(2)
    show([{ id: 1, guest: desktop }])
    expect(taken).toHaveLength(8)
    guest.forget()
    show([{ id: 1, guest: desktop }])
    expect(taken).toHaveLength(9)
  })

  it('are of no use while their pixels are textures, and begin anew as bytes', () => {
    const { taken, show, guest } = tapped()
    show([{ id: 1, guest: desktop, sharing: 'shared-texture' }])
    show([{ id: 1, guest: desktop, sharing: 'shared-texture' }])
    expect(taken).toEqual([])
    guest.forget()
    const { payload } = show([{ id: 2, guest: desktop }])
    expect(taken).toEqual([{ seq: 3, payload }])
  })

  it('end with the tap', () => {
    const { tap, told, taken, show } = tapped()
    tap[Symbol.dispose]()
    expect(told.at(-1)).toBe('frame:copy false')
    show([{ id: 1, guest: desktop }])
    expect(taken).toEqual([])
  })
})
