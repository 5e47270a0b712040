// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { type Found, foundKinds } from '../../../../core/launcher-protocol.ts'
import { schemes } from '../../../../main/source/address.ts'
import {
  activeRow,
  groupRows,
  isBare,
  isTarget,
  listedRows,
  rowFrom,
  TYPED,
} from '../../../../renderer/launcher/rows.ts'
import { groupWords, sinceWords } from '../../../../renderer/launcher/words.ts'

function found(id: string, more: Partial<Found> = {}): Found {
  const row = { id, kind: 'vm', name: id, what: 'QEMU', address: `qemu:/${id}` } as const
  return { ...row, usable: true, why: '', remedy: '', fix: '', ...more }
}

const rows = [found('Debian 12'), found('win10'), found('demo', { kind: 'demo', address: 'demo:' })]
const ids = (text: string) => listedRows(rows, text).map(({ id }) => id)

describe('the list', () => {
  // biome-ignore format: one row per text
  it.each([
    ['',               ['Debian 12', 'win10', 'demo']],
    ['  ',             ['Debian 12', 'win10', 'demo']],
    ['DEB',            ['Debian 12']],
    ['12 deb',         ['Debian 12']],
    ['qemu',           ['Debian 12', 'win10', 'demo']],
    ['/win',           [TYPED, 'win10']],
    ['qemu:/win10',    ['win10']],
    ['demo:',          ['demo']],
    ['demo:?still=1',  [TYPED]],
    ['vm.scanout',     [TYPED]],
    ['zzz',            []],
  ])('has for %j %j', (text, expected) => expect(ids(text)).toEqual(expected))

  it.each(schemes.map(({ scheme }) => scheme))('takes %s: for an address', (scheme) => {
    expect(isTarget(`${scheme}:x`)).toBe(true)
  })

  it.each(['scanout:libvirt:deb', ' /a/b', '~/x', './x', '../x', 'x.VV', 'a b.json'])(
    'takes %s for something to open',
    (text) => expect(isTarget(text)).toBe(true),
  )

  it.each(['', 'deb', 'my vm', '10.0', '~x', '-x', ':'])('takes %j for a part of a name', (text) =>
    expect(isTarget(text)).toBe(false),
  )

  it('has a heading for every kind, in one order', () => {
    const all = foundKinds.map((kind) => found(kind, { kind }))
    const typed = listedRows(all, '/x')
    expect(groupRows([...all.toReversed(), ...typed]).map(({ kind }) => kind)).toEqual([
      TYPED,
      ...foundKinds,
    ])
    for (const { kind } of groupRows(all)) expect(groupWords[kind]).not.toBe('')
  })

  it('is bare when there is only the demo guest', () => {
    expect(isBare(rows)).toBe(false)
    expect(isBare(rows.slice(2))).toBe(true)
    expect(isBare([])).toBe(true)
  })
})

describe('the row that is meant', () => {
  it('is the chosen one while it is listed, else the first', () => {
    expect(activeRow(rows, 'win10')?.id).toBe('win10')
    expect(activeRow(rows, 'gone')?.id).toBe('Debian 12')
    expect(activeRow([], 'gone')).toBeUndefined()
  })

  it.each([
    [0, 1, 1],
    [0, -1, 0],
    [2, 1, 2],
    [2, -5, 0],
    [0, 5, 2],
  ])('from %d by %d is %d', (from, by, to) => {
    expect(rowFrom(rows, rows[from], by)).toBe(rows[to])
  })

  it('is none in an empty list', () => expect(rowFrom([], undefined, 1)).toBeUndefined())
})

describe('how long ago', () => {
  const minute = 60_000
  it.each([
    [-minute, 'just now'],
    [59_999, 'just now'],
    [minute, '1 minute ago'],
    [59.9 * minute, '59 minutes ago'],
    [60 * minute, '1 hour ago'],
    [24 * 60 * minute, 'yesterday'],
    [14 * 24 * 60 * minute, '14 days ago'],
    [15 * 24 * 60 * minute, 'Dec 17, 2025'],
  ])('%d ms: %s', (ms, text) => {
    const now = new Date(2026, 0, 1, 12).getTime()
    expect(sinceWords(now - ms, now)).toBe(text)
  })
})
