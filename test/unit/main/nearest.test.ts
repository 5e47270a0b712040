// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { didYouMean, editDistance, nearest } from '../../../main/nearest.ts'

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', '', 3],
    ['view', 'view', 0],
    ['veiw', 'view', 1],
    ['viw', 'view', 1],
    ['vieww', 'view', 1],
    ['vjew', 'view', 1],
    ['kitten', 'sitting', 3],
  ])('between %j and %j is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
    expect(editDistance(b, a)).toBe(distance)
  })
})

describe('nearest', () => {
  const known = ['--plane', '--no-cursor', '--engine']

  it.each([
    ['--plnae', '--plane'],
    ['-plane', '--plane'],
    ['--nocursor', '--no-cursor'],
    ['--engin', '--engine'],
  ])('takes %s for %s', (word, found) => {
    expect(nearest(word, known)).toBe(found)
  })

  it.each(['--colour', '', 'x'])('knows nothing like %j', (word) => {
    expect(nearest(word, known)).toBeUndefined()
    expect(didYouMean(word, known)).toBeUndefined()
  })

  it('asks', () => {
    expect(didYouMean('--plnae', known)).toBe('Did you mean --plane?')
    expect(didYouMean('x', [])).toBeUndefined()
  })
})
