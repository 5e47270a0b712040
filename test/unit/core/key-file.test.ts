// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { escapeValue, parseKeyFile, unescapeValue } from '../../../core/key-file.ts'

describe('a key file', () => {
  it('is sections of keys, with lines counted from one', () => {
    const text = '# note\n\n[one]\na=1\nb-c = two words \n[two]\r\nName[de]=x=y\r\n'
    expect(parseKeyFile(text)).toEqual({
      ok: true,
      value: [
        {
          name: 'one',
          line: 3,
          lines: [
            { key: 'a', value: '1', line: 4 },
            { key: 'b-c', value: 'two words', line: 5 },
          ],
        },
        { name: 'two', line: 6, lines: [{ key: 'Name[de]', value: 'x=y', line: 7 }] },
      ],
    })
  })

  it.each([
    ['a=1', 1, /before the first/],
    ['[a]\nx=1\n[a]', 3, /began in line 1/],
    ['[a]\nx=1\nx=2', 3, /stands in line 2/],
    ['[a]\nnonsense', 2, /neither/],
    ['[a]\n=1', 2, /neither/],
    ['[a', 1, /neither/],
    ['[]', 1, /neither/],
    ['[a]b', 1, /neither/],
    ['[a]\nünder=1', 2, /neither/],
  ])('%j is refused in line %d', (text, line, why) => {
    const parsed = parseKeyFile(text)
    expect(parsed.ok || parsed.failure).toMatchObject({ line })
    expect(parsed.ok || parsed.failure.why).toMatch(why)
  })

  it.each(['', ' ', 'a b', ' both ', 'C:\\x', 'tab\there', 'two\nlines', '\\', '\\\\s'])(
    'gives %j back as it was written',
    (text) => {
      expect(escapeValue(text)).not.toMatch(/[\n\t\r]|^ | $/)
      expect(unescapeValue(escapeValue(text))).toBe(text)
    },
  )

  it.each(['\\x', 'end\\', '\\\\\\'])('refuses the escape in %j', (text) => {
    expect(unescapeValue(text)).toBeUndefined()
  })
})
