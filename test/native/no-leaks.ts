// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, expect } from 'vitest'
import { shim } from '../../native-shim/index.ts'

/** Fails every test of the calling file that leaves a descriptor or mapping of the addon open. */
export function expectNoLeaks(): void {
  let before = shim.counts()
  beforeEach(() => {
    before = shim.counts()
  })
  afterEach(() => {
    expect(shim.counts(), 'descriptors and mappings after the test').toEqual(before)
  })
}
