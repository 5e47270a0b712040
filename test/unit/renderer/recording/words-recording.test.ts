// SPDX-License-Identifier: GPL-2.0-or-later
import { expect, it } from 'vitest'
import {
  bytesWords,
  durationWords,
  recordingWords,
} from '../../../../renderer/ui/words-recording.ts'

it.each([
  [0, '0:00'],
  [7, '0:07'],
  [754, '12:34'],
  [3723, '1:02:03'],
])('%d seconds are %s', (seconds, words) => expect(durationWords(seconds)).toBe(words))

it.each([
  [0, '0 MB'],
  [4_120_000, '4.1 MB'],
  [999_000_000, '999.0 MB'],
  [2_040_000_000, '2.0 GB'],
])('%d bytes are %s', (bytes, words) => expect(bytesWords(bytes)).toBe(words))

it('says what a recording does', () => {
  expect(recordingWords({ kind: 'idle' })).toBe('')
  expect(recordingWords({ kind: 'paused', seconds: 1, bytes: 1 })).toBe('Recording paused')
})
