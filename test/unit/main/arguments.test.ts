// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { failureLine } from '../../../core/failure.ts'
import { parseArguments, usageText } from '../../../main/arguments.ts'

const shoot = {
  name: 'shoot',
  summary: 'Takes a picture.',
  operands: [{ metavar: 'ADDRESS', help: 'address of the VM' }],
  options: {
    output: { type: 'text', short: 'o', metavar: 'FILE', required: true, help: 'where to' },
    plane: { type: 'choice', choices: ['primary', 'cursor'], help: 'which' },
    engine: { type: 'choice', choices: ['auto', 'native'], default: 'auto', help: 'what decodes' },
    frames: { type: 'integer', metavar: 'N', min: -5, max: 10, default: 3, help: 'how many' },
    'no-cursor': { type: 'flag', short: 'n', help: 'without' },
  },
} as const
const several = {
  name: 'several',
  operands: [
    { metavar: 'FIRST', help: 'first word' },
    { metavar: 'MORE', help: 'other word', repeats: true, optional: true },
  ],
  options: {},
} as const

function parse(line: string) {
  return parseArguments(shoot, line === '' ? [] : line.split(' '))
}

const preset = { output: 'x', plane: undefined, engine: 'auto', frames: 3, 'no-cursor': false }

describe('parseArguments', () => {
  it.each([
    ['demo: -o x', {}],
    ['-o x demo:', {}],
    ['-ox demo:', {}],
    ['demo: --output x', {}],
    ['demo: --output=x', {}],
    ['demo: -o y -o x', {}],
    ['demo: -o -', { output: '-' }],
    ['demo: --output=-x', { output: '-x' }],
    ['demo: -o x --plane cursor', { plane: 'cursor' }],
    ['demo: -o x --engine=native', { engine: 'native' }],
    ['demo: -o x --frames 10', { frames: 10 }],
    ['demo: -o x --frames -5', { frames: -5 }],
    ['demo: -o x --frames=-5', { frames: -5 }],
    ['demo: -o x --no-cursor', { 'no-cursor': true }],
    ['demo: -no x', { 'no-cursor': true }],
    ['-o x -- demo:', {}],
  ])('reads %j', (line, options) => {
    const value = { operands: ['demo:'], options: { ...preset, ...options } }
    expect(parse(line)).toEqual({ ok: true, value })
  })

  it('takes what follows -- as a word', () => {
    const parsed = parse('-o x -- --plane')
    expect(parsed).toMatchObject({ ok: true, value: { operands: ['--plane'] } })
  })

  it.each(['-h', '--help', 'demo: --help', '--wrong -h', '--plane nothing -h', '-o x a b c -h'])(
    'answers %j with help',
    (line) => {
      expect(parse(line)).toEqual({ ok: true, value: 'help' })
    },
  )

  it('does not take -h behind -- as help', () => {
    expect(parse('-o x -- -h')).toMatchObject({ ok: true, value: { operands: ['-h'] } })
  })

  it.each([
    ['', /shoot needs ADDRESS: no address of the VM was given\. Write scanout shoot ADDRESS/],
    ['demo:', /shoot needs -o, --output FILE: it was not given\. Run scanout shoot -h/],
    ['demo: more -o x', /shoot cannot take more: it is one word too many/],
    ['demo: -o', /-o needs a value: nothing follows\. Write -o FILE/],
    ['demo: --output=', /--output needs a value: nothing follows/],
    ['demo: -o --plane', /-o needs a value: --plane follows/],
    ['demo: -o x --plnae cursor', /unknown option --plnae: .*Did you mean --plane\?/],
    ['demo: -o x --outptu y', /Did you mean --output\?/],
    ['demo: -o x --halp', /Did you mean --help\?/],
    ['demo: -o x --quite-other', /unknown option --quite-other: .*Run scanout shoot -h/],
    ['demo: -o x -z', /unknown option -z/],
    ['demo: -o x --__proto__', /unknown option --__proto__/],
    ['demo: -o x --constructor', /unknown option --constructor/],
    ['demo: -o x --plane curser', /--plane cannot be curser: .*Did you mean cursor\?/],
    ['demo: -o x --plane sprite', /it is one of primary, cursor\. Write --plane primary\|cursor/],
    ['demo: -o x --frames', /--frames needs a value/],
    ['demo: -o x --frames --plane', /--frames needs a value: --plane follows/],
    ['demo: -o x --frames 11', /--frames cannot be 11: it is a whole number from -5 to 10/],
    ['demo: -o x --frames 1.5', /--frames cannot be 1\.5/],
    ['demo: -o x --frames 0x4', /--frames cannot be 0x4/],
    ['demo: -o x --frames 99999999999999999999', /--frames cannot be/],
    ['demo: -o x --no-cursor=yes', /--no-cursor takes no value: it was given yes/],
  ])('refuses %j in one line', (line, says) => {
    const parsed = parse(line)
    if (parsed.ok) throw new Error('it was accepted')
    expect(parsed.failure.code).toBe('usage')
    expect(failureLine(parsed.failure)).toMatch(says)
  })

  it.each([
    [['a'], ['a', []]],
    [
      ['a', 'b', 'c'],
      ['a', ['b', 'c']],
    ],
  ])('gathers repeating operands of %j', (argv, operands) => {
    expect(parseArguments(several, argv)).toEqual({ ok: true, value: { operands, options: {} } })
  })
})

describe('usageText', () => {
  it('names every operand and option', () => {
    expect(usageText(shoot)).toBe(`Usage: scanout shoot ADDRESS -o FILE [OPTIONS]

Takes a picture.

  ADDRESS                 address of the VM
  -o, --output FILE       where to
  --plane primary|cursor  which
  --engine auto|native    what decodes [auto]
  --frames N              how many [3]
  -n, --no-cursor         without
  -h, --help              this text
`)
  })
})
