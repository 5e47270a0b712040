// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { type PlaneKind, planeKinds } from '../../../../core/plane.ts'
import { PlaneCache, planeBudgets } from '../../../../main/source/plane-cache.ts'

class Value implements Disposable {
  readonly name: string
  disposals = 0

  constructor(name: string) {
    this.name = name
  }

  [Symbol.dispose](): void {
    this.disposals += 1
  }
}

function fill(cache: PlaneCache<Value>, kind: PlaneKind, count: number): Value[] {
  return Array.from({ length: count }, (_, at) => {
    const value = new Value(`${kind}${at}`)
    cache.add(kind, value.name, value)
    cache.show(kind, value.name)
    return value
  })
}

describe('plane cache', () => {
  it('has room for eight primaries and four of the others', () => {
    expect(planeBudgets).toEqual({ primary: 8, overlay: 4, cursor: 4 })
  })

  it.each(planeKinds)('keeps the budget of %s and disposes what is over it', (kind) => {
    using cache = new PlaneCache<Value>()
    const values = fill(cache, kind, planeBudgets[kind] + 3)
    expect(values.map(({ disposals }) => disposals)).toEqual(
      values.map((_, at) => (at < 3 ? 1 : 0)),
    )
    expect(cache.counters).toMatchObject({ evictions: 3, held: planeBudgets[kind] })
  })

  it('never lets cursors push primaries out', () => {
    using cache = new PlaneCache<Value>()
    const primaries = fill(cache, 'primary', 8)
    fill(cache, 'cursor', 100)
    expect(primaries.every(({ disposals }) => disposals === 0)).toBe(true)
  })

  it('lets the least recently shown go first', () => {
    using cache = new PlaneCache<Value>()
    const values = fill(cache, 'cursor', 4)
    cache.show('cursor', 'cursor0')
    cache.add('cursor', 'new', new Value('new'))
    expect(values.map(({ disposals }) => disposals)).toEqual([0, 1, 0, 0])
  })

  it('never lets the shown one go, however old it is', () => {
    using cache = new PlaneCache<Value>()
    const shown = new Value('shown')
    cache.add('primary', 'shown', shown)
    cache.show('primary', 'shown')
    for (let at = 0; at < 50; at += 1) cache.add('primary', `x${at}`, new Value('x'))
    expect(shown.disposals).toBe(0)
    expect(cache.counters.held).toBe(8)
  })

  it('keeps flipping buffers for ever', () => {
    using cache = new PlaneCache<Value>()
    fill(cache, 'primary', 3)
    for (let flip = 0; flip < 1000; flip += 1) {
      expect(cache.get('primary', `primary${flip % 3}`)).toBeDefined()
      cache.show('primary', `primary${flip % 3}`)
    }
    expect(cache.counters).toMatchObject({ hits: 1000, misses: 0, evictions: 0 })
  })

  it('disposes the value that another replaces', () => {
    using cache = new PlaneCache<Value>()
    const first = new Value('a')
    cache.add('primary', 'a', first)
    cache.add('primary', 'a', new Value('a'))
    expect(first.disposals).toBe(1)
    expect(cache.counters.held).toBe(1)
  })

  it('tells of a value before it is disposed', () => {
    const told: number[] = []
    using cache = new PlaneCache<Value>(undefined, ({ disposals }) => told.push(disposals))
    fill(cache, 'overlay', 6)
    expect(told).toEqual([0, 0])
  })

  it('finds a value under any kind', () => {
    using cache = new PlaneCache<Value>()
    const value = new Value('7')
    cache.add('cursor', '7', value)
    expect([cache.find('7'), cache.find('8'), cache.get('primary', '7')]).toEqual([
      value,
      undefined,
      undefined,
    ])
  })

  it('disposes everything once, also when it is disposed twice', () => {
    const cache = new PlaneCache<Value>()
    const values = planeKinds.flatMap((kind) => fill(cache, kind, 3))
    cache[Symbol.dispose]()
    cache[Symbol.dispose]()
    expect(values.map(({ disposals }) => disposals)).toEqual(values.map(() => 1))
  })

  it('refuses to show what it does not hold', () => {
    using cache = new PlaneCache<Value>()
    expect(() => cache.show('primary', 'nothing')).toThrow(/not here/)
  })
})
