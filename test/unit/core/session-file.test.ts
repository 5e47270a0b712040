// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { parseSessionFile } from '../../../core/session-file.ts'
import { parseSessionLink } from '../../../core/session-link.ts'
import { sessionFields } from '../../../core/session-wish.ts'

const file = (...lines: string[]) => parseSessionFile(['[scanout]', ...lines].join('\n'))
const address = 'address=demo:'

/** A text that every kind of field takes, and what it means. */
const samples = {
  text: ['demo:', 'demo:'],
  flag: ['true', true],
  scale: ['1:1', '1:1'],
  hotkeys: ['fullscreen=f1', 'fullscreen=f1'],
} as const

describe('a session file', () => {
  it.each(sessionFields)('takes $key', ({ key, takes }) => {
    const [text, value] = samples[takes]
    const lines = key === 'address' ? [] : [address]
    expect(file(...lines, `${key}=${text}`)).toEqual({
      ok: true,
      value: { address: 'demo:', [key]: value },
    })
  })

  it.each(sessionFields)('refuses a $key that holds what nobody sees', ({ key }) => {
    for (const unseen of ['\u202e', '\u0007', '\u2028', '\u0085', '\u2066']) {
      const parsed = file(`${key}=a${unseen}b`)
      expect(parsed.ok || parsed.failure).toMatchObject({ line: 2 })
      expect(parsed.ok || parsed.failure.why).toContain('unseen character U+')
    }
  })

  it.each(sessionFields.filter(({ takes }) => takes !== 'text'))(
    'refuses a $key of other values',
    ({ key }) => {
      for (const value of ['', 'yes', '2', 'TRUE', '$(id)', 'fit;']) {
        expect(file(address, `${key}=${value}`).ok).toBe(false)
      }
    },
  )

  it.each(sessionFields.filter(({ takes }) => takes === 'text'))(
    'refuses a $key longer than $most characters',
    ({ key, most = 0 }) => {
      const parsed = file(`${key}=${'x'.repeat(most + 1)}`)
      expect(parsed.ok || parsed.failure.why).toBe(`${key} has ${most + 1} characters`)
    },
  )

  it.each([
    [['title=x'], 1, /address is missing/],
    [[address, 'command=rm'], 3, /a session has no command/],
    [[address, 'clipboard=true'], 3, /a session has no clipboard/],
    [[address, 'stats=/etc/passwd'], 3, /a session has no stats/],
    [[address, 'hotkeys=vm:clipboard=ctrl+c'], 3, /by a person alone/],
    [[address, '__proto__=x'], 3, /neither/],
    [[address, 'constructor=x'], 3, /a session has no constructor/],
    [[address, 'title=a\\x41'], 3, /backslash/],
    [[address, 'version=2'], 3, /version 2 is not known/],
    [[address, '[other]'], 3, /\[other] is no section/],
  ])('says which line is wrong: %j', (lines, line, why) => {
    const parsed = file(...lines)
    expect(parsed.ok || parsed.failure).toMatchObject({ line })
    expect(parsed.ok || parsed.failure.why).toMatch(why)
  })

  it('takes its version, blanks, comments and escapes', () => {
    const parsed = file(
      'version = 1',
      '# the office VM',
      '',
      'address = libvirt:a\\sb',
      'title=\\sx',
    )
    expect(parsed).toEqual({ ok: true, value: { address: 'libvirt:a b', title: ' x' } })
  })

  it('needs its section', () => {
    const parsed = parseSessionFile('[Desktop Entry]\nExec=sh')
    expect(parsed.ok || parsed.failure).toMatchObject({ line: 1 })
    expect(parsed.ok || parsed.failure.why).toContain('no [scanout] section')
  })
})

describe("virt-viewer's file", () => {
  const vv = (...lines: string[]) => parseSessionFile(['[virt-viewer]', ...lines].join('\n'))

  it.each(['spice', 'vnc', 'ovirt'])('of a %s display is refused in words', (type) => {
    const parsed = vv(`type=${type}`, 'host=10.0.0.1', 'port=5900', 'delete-this-file=1')
    expect(parsed.ok || parsed.failure).toEqual({
      line: 2,
      why: `it is for ${type}, which Scanout cannot show`,
      remedy: expect.stringMatching(/remote-viewer.*libvirt:NAME/),
    })
  })

  it('of no display is refused', () => {
    expect(vv('title=x').ok).toBe(false)
  })

  it('opens by its address; what Scanout does not know is none of its business', () => {
    const parsed = vv(
      'type=spice',
      'ca=-----BEGIN CERTIFICATE-----\\nMII\\n',
      'address=libvirt:win11',
      'fullscreen=1',
      'toggle-fullscreen=shift+f11',
      'delete-this-file=1',
    )
    expect(parsed).toEqual({
      ok: true,
      value: {
        address: 'libvirt:win11',
        fullscreen: true,
        hotkeys: 'toggle-fullscreen=shift+f11',
        'delete-this-file': true,
      },
    })
  })

  it('may carry a section of ours beside its own', () => {
    const parsed = vv('type=spice', 'delete-this-file=1', '[ovirt]', 'host=x', '[scanout]', address)
    expect(parsed).toEqual({ ok: true, value: { address: 'demo:' } })
  })
})

describe('a link', () => {
  it.each([
    ['scanout:demo:', { address: 'demo:' }],
    [
      'scanout:libvirt:win%2011?uri=qemu:///system',
      { address: 'libvirt:win 11?uri=qemu:///system' },
    ],
    ['scanout:qemu:/run/vm.sock', { address: 'qemu:/run/vm.sock' }],
    [
      'scanout:?address=demo:&title=a%26b&fullscreen=1',
      { address: 'demo:', title: 'a&b', fullscreen: true },
    ],
    ['scanout://?address=demo%3A', { address: 'demo:' }],
    ['scanout:///?address=demo%3A&scale=fit&', { address: 'demo:', scale: 'fit' }],
  ])('%s', (text, value) => {
    expect(parseSessionLink(text)).toEqual({ ok: true, value })
  })

  it.each(sessionFields)('$key is taken where the table says so', ({ key, takes, inLink }) => {
    const [text] = samples[takes]
    const rest = key === 'address' ? '' : '&address=demo:'
    expect(parseSessionLink(`scanout:?${key}=${text}${rest}`).ok).toBe(inLink)
  })

  it.each([
    ['scanout:', /address/],
    ['scanout:?', /address is missing/],
    ['scanout:?title=x', /address is missing/],
    ['scanout:?address', /no value/],
    ['scanout:?address=', /no value/],
    ['scanout:?address=%', /malformed/],
    ['scanout:?address=%C0%80', /malformed/],
    ['scanout:?address=a%00b', /U\+0000/],
    ['scanout:?address=a%0Ab', /U\+000A/],
    ['scanout:?address=demo:&address=demo:', /twice/],
    ['scanout:?address=demo:&delete-this-file=1', /has no delete-this-file/],
    ['scanout:?address=demo:&stats=/x', /has no stats/],
    [`scanout:${'x'.repeat(9000)}`, /9008 characters/],
  ])('%s is refused', (text, why) => {
    const parsed = parseSessionLink(text)
    expect(parsed.ok || parsed.failure.why).toMatch(why)
  })
})
