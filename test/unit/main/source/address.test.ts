// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { parseAddress, schemes } from '../../../../main/source/address.ts'

const nothing = () => false
const parse = (text: string, exists = nothing) => parseAddress(text, exists)
const uuid = '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'

/** A path that every scheme takes. */
const samples: Readonly<Record<string, string>> = {
  vfio: uuid,
  'vfio+fd': '3',
  'vfio+pid': '4711',
  demo: '',
}

describe('addresses', () => {
  it.each(schemes)('reads $scheme:', ({ scheme }) => {
    const path = samples[scheme] ?? '/run/x.sock'
    const parsed = parse(`${scheme}:${path}`)
    expect(parsed).toMatchObject({ ok: true, value: { scheme, path } })
  })

  it.each(schemes.filter((row) => row.path !== undefined))(
    'wants a path after $scheme:',
    ({ scheme }) => {
      const parsed = parse(`${scheme}:`)
      expect(parsed.ok || parsed.failure.why).toMatch(/is missing after the colon/)
    },
  )

  it.each(schemes)('refuses an option that $scheme: does not have', ({ scheme }) => {
    const parsed = parse(`${scheme}:${samples[scheme] ?? '/x'}?no-such=1`)
    expect(parsed.ok || parsed.failure).toMatchObject({ code: 'usage' })
    expect(parsed.ok || parsed.failure.why).toContain('has no option no-such')
  })

  it('takes options with percent escapes', () => {
    const parsed = parse('demo:?size=640x480&fourcc=XR%3224')
    expect(parsed.ok && [...parsed.value.query]).toEqual([
      ['size', '640x480'],
      ['fourcc', 'XR224'],
    ])
  })

  it('takes an mdev by its sysfs path', () => {
    const path = `/sys/bus/mdev/devices/${uuid}`
    expect(parse(`vfio:${path}?pid=12`)).toMatchObject({ ok: true, value: { path } })
  })

  it('takes an existing file that ends in .json for a dump', () => {
    const parsed = parse('some/planes.json', () => true)
    expect(parsed).toMatchObject({ ok: true, value: { scheme: 'dump', path: 'some/planes.json' } })
  })

  it('keeps a colon in the name of an existing dump', () => {
    expect(parse('12:30.json', () => true)).toMatchObject({ ok: true, value: { scheme: 'dump' } })
  })

  it.each([
    ['', 'it is empty'],
    ['planes.json', 'there is no such file'],
    ['plain', 'it has no scheme'],
    ['dmeo:', 'dmeo: is no scheme'],
    ['demo:x', 'nothing may stand between'],
    ['vfio:not-a-uuid', 'not-a-uuid is not a UUID'],
    ['vfio+fd:three', 'three is not a NUMBER'],
    ['vfio+pid:0', '0 is not a PID'],
    ['vfio+pid:99999999', '99999999 is not a PID'],
    ['vfio+pid:-4', '-4 is not a PID'],
    ['demo:?fps', 'option fps has no value'],
    ['demo:?fps=1&fps=2', 'option fps stands twice'],
    ['demo:?fps=%zz', 'malformed % escape'],
    ['dump:a\0b', 'NUL'],
    [`dump:${'x'.repeat(5000)}`, 'characters'],
    ['__proto__:x', 'is no scheme'],
  ])('refuses %j in words', (text, why) => {
    const parsed = parse(text)
    expect(parsed.ok || parsed.failure.code).toBe('usage')
    expect(parsed.ok || parsed.failure.why).toContain(why)
  })

  it('guesses what a slip was meant to be', () => {
    const parsed = parse('dmeo:')
    expect(parsed.ok || parsed.failure.remedy).toMatch(/Did you mean demo:\?/)
  })
})
