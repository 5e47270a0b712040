// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { LatestWish } from '../../../../main/source/latest-wish.ts'

function setUp() {
  const begun: number[] = []
  const open: (() => void)[] = []
  const wishes = new LatestWish<number>(
    (wish) => {
      begun.push(wish)
      return new Promise((resolve) => open.push(resolve))
    },
    (a, b) => a === b,
  )
  const finish = async () => {
    open.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { begun, wishes, finish }
}

describe('wishes of which the newest counts', () => {
  it('begin at once, and one at a time', async () => {
    const { begun, wishes, finish } = setUp()
    for (const wish of [1, 2, 3, 4]) wishes.wish(wish)
    expect(begun).toEqual([1])
    await finish()
    expect(begun).toEqual([1, 4])
    await finish()
    expect(begun).toEqual([1, 4])
  })

  it('are none when they say what the last said', async () => {
    const { begun, wishes, finish } = setUp()
    wishes.wish(1)
    wishes.wish(1)
    await finish()
    wishes.wish(1)
    expect(begun).toEqual([1])
    wishes.wish(2)
    expect(begun).toEqual([1, 2])
  })

  it('take back what was to be next when they return to what is under way', async () => {
    const { begun, wishes, finish } = setUp()
    for (const wish of [1, 2, 1]) wishes.wish(wish)
    await finish()
    expect(begun).toEqual([1])
  })
})
