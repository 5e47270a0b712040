// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import {
  type BusMessage,
  MessageParser,
  readMessage,
  writeMessage,
} from '../../../../../main/source/qemu/message.ts'
import {
  isObjectPath,
  typesOf,
  Variant,
  type WireValue,
} from '../../../../../main/source/qemu/wire.ts'
import { WireReader } from '../../../../../main/source/qemu/wire-reader.ts'
import { WireWriter } from '../../../../../main/source/qemu/wire-writer.ts'
import { Random } from '../../../../fakes/random.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const written = (signature: string, values: readonly WireValue[]) => {
  const writer = new WireWriter()
  writer.write(signature, values)
  return Buffer.from(writer.bytes())
}

describe('D-Bus values', () => {
  // Bytes by hand, after the specification's rules of alignment.
  // biome-ignore format: one row per type
  const rows: readonly [string, readonly WireValue[], string][] = [
    ['y',      [7],                              '07'],
    ['yu',     [7, 1],                           '07000000 01000000'],
    ['b',      [true],                           '01000000'],
    ['n',      [-2],                             'feff'],
    ['q',      [0xfffe],                         'feff'],
    ['i',      [-2],                             'feffffff'],
    ['ux',     [1, -2n],                         '01000000 00000000 feffffffffffffff'],
    ['t',      [2n ** 63n],                      '0000000000000080'],
    ['d',      [1.5],                            '000000000000f83f'],
    ['s',      ['añ'],                           '03000000 61c3b1 00'],
    ['o',      ['/a'],                           '02000000 2f61 00'],
    ['g',      ['ay'],                           '02 6179 00'],
    ['h',      [3],                              '03000000'],
    ['ay',     [new Uint8Array([1, 2])],         '02000000 0102'],
    ['au',     [[1, 2]],                         '08000000 01000000 02000000'],
    ['at',     [[]],                             '00000000 00000000'],
    ['(yu)',   [[1, 2]],                         '01000000 02000000'],
    ['v',      [new Variant('u', 5)],            '01 75 00 00 05000000'],
    ['a{sv}',  [[['k', new Variant('y', 9)]]],   '0a000000 00000000 01000000 6b00 01 7900 09'],
    ['aas',    [[['x']]],                        '0a000000 06000000 01000000 7800'],
  ]

  it.each(rows)('writes %s as the specification says', (signature, values, bytes) => {
    expect(written(signature, values).toString('hex')).toBe(hex(bytes).toString('hex'))
  })

  it.each(rows)('reads %s back', (signature, values, bytes) => {
    const reader = new WireReader(hex(bytes), true)
    expect(reader.read(signature)).toEqual(values)
    expect(reader.position).toBe(hex(bytes).length)
  })

  it.each(rows)('refuses %s that ends early', (signature, _, bytes) => {
    const whole = hex(bytes)
    for (let length = 0; length < whole.length; length += 1) {
      const reader = new WireReader(whole.subarray(0, length), true)
      expect(() => reader.read(signature), `${length} bytes`).toThrow(SyntaxError)
    }
  })

  it('reads big-endian numbers', () => {
    expect(new WireReader(hex('00000001'), false).read('u')).toEqual([1])
  })

  it('gives byte arrays as views, not copies', () => {
    const bytes = written('ay', [new Uint8Array([1, 2, 3])])
    const [view] = new WireReader(bytes, true).read('ay')
    bytes[4] = 9
    expect(view).toEqual(new Uint8Array([9, 2, 3]).subarray(0))
  })

  // biome-ignore format: one row per fault
  const faults: readonly [string, string, string][] = [
    ['a boolean that is neither',       'b',     '02000000'],
    ['padding that is not zero',        'yu',    '07010000 01000000'],
    ['a text without its NUL',          's',     '01000000 61 62'],
    ['a text with two',                 's',     '02000000 6100 00'],
    ['a text that is no UTF-8',         's',     '01000000 ff 00'],
    ['a path that is none',             'o',     '02000000 612f 00'],
    ['an array beyond its message',     'au',    'ffffff07 00000000'],
    ['an array of 4 GiB',               'ay',    'ffffffff 00000000'],
    ['an array that ends in an element','au',    '06000000 01000000 02000000'],
    ['a variant of two types',          'v',     '02 7575 00 00000000 00000000'],
    ['a variant of nothing',            'v',     '00 00'],
    ['a variant of a malformed type',   'v',     '01 7b 00'],
  ]
  it.each(faults)('refuses %s', (_, signature, bytes) => {
    expect(() => new WireReader(hex(bytes), true).read(signature)).toThrow(SyntaxError)
  })

  it('refuses variants inside variants without end', () => {
    const bytes = hex(`${'01 76 00'.repeat(200)} 01 79 00 05`)
    expect(() => new WireReader(bytes, true).read('v')).toThrow('nested too deeply')
  })

  it.each([
    'a',
    '(',
    ')',
    '()',
    '(u',
    'a{',
    'a{s',
    'a{su',
    'a{vu}',
    '{su}',
    'z',
    '',
    'a'.repeat(99),
  ])('refuses the signature %j or takes it as nothing', (signature) => {
    if (signature === '') expect(typesOf(signature)).toEqual([])
    else expect(() => typesOf(signature)).toThrow(SyntaxError)
  })

  it('splits a signature into complete types', () => {
    expect(typesOf('uaay(s(yv))a{sa{sv}}h')).toEqual(['u', 'aay', '(s(yv))', 'a{sa{sv}}', 'h'])
  })

  it('knows what a path is', () => {
    expect(['/', '/a', '/a_1/B'].every(isObjectPath)).toBe(true)
    expect(['', 'a', '/a/', '//', '/a-b', '/a\n'].some(isObjectPath)).toBe(false)
  })

  it('refuses values that do not fit their signature', () => {
    expect(() => written('u', ['x'])).toThrow(TypeError)
    expect(() => written('uu', [1])).toThrow(TypeError)
    expect(() => written('s', ['a\0b'])).toThrow(TypeError)
  })
})

const call: BusMessage = {
  ...{ type: 'call', serial: 7, noReply: true, path: '/a', interface: 'b.c', member: 'D' },
  ...{ signature: 'us', body: [5, 'hello'] },
}

describe('D-Bus messages', () => {
  it('come back as they were written', () => {
    const { message, fds } = readMessage(writeMessage(call, 2))
    expect(fds).toBe(2)
    expect(message).toMatchObject(call)
  })

  it('are put together from pieces of any size', () => {
    const bytes = Buffer.concat([writeMessage(call, 0), writeMessage({ ...call, serial: 8 }, 0)])
    for (const size of [1, 3, 16, 17, bytes.length]) {
      using parser = new MessageParser()
      const serials: number[] = []
      for (let at = 0; at < bytes.length; at += size) {
        const messages = parser.push(bytes.subarray(at, at + size), [])
        serials.push(...messages.map(({ message }) => message.serial))
      }
      expect(serials).toEqual([7, 8])
    }
  })

  it('are put together when they are large, one after the other', () => {
    const large = (serial: number, byte: number): BusMessage => {
      const body = [new Uint8Array(200_000).fill(byte)]
      return { ...call, serial, signature: 'ay', body }
    }
    const messages = [large(1, 1), call, large(2, 2), large(3, 3), call]
    const bytes = Buffer.concat(messages.map((message) => writeMessage(message, 0)))
    for (const size of [1000, 65_536, 199_999, 250_000, bytes.length]) {
      using parser = new MessageParser()
      const seen: (string | number)[] = []
      for (let at = 0; at < bytes.length; at += size) {
        for (const { message } of parser.push(bytes.subarray(at, at + size), [])) {
          const [data] = message.body
          const isPure = data instanceof Uint8Array && data.every((byte) => byte === data[0])
          seen.push(isPure ? `${message.serial}:${data.length}:${data[0]}` : message.serial)
        }
      }
      expect(seen).toEqual(['1:200000:1', 7, '2:200000:2', '3:200000:3', 7])
    }
  })

  it('skips header fields of later versions', () => {
    const writer = new WireWriter()
    writer.write('yyyyuu', [0x6c, 2, 0, 1, 0, 3])
    writer.write('a(yv)', [
      [
        [5, new Variant('u', 1)],
        [77, new Variant('s', 'new')],
      ],
    ])
    writer.alignTo8()
    expect(readMessage(writer.bytes()).message).toMatchObject({ type: 'reply', replySerial: 1 })
  })

  const head = (change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(writeMessage(call, 0))
    change(bytes)
    return bytes
  }
  // biome-ignore format: one row per fault
  const faults: readonly [string, Uint8Array][] = [
    ['another byte order',          head((bytes) => bytes.writeUInt8(0x41, 0))],
    ['type 0',                      head((bytes) => bytes.writeUInt8(0, 1))],
    ['type 9',                      head((bytes) => bytes.writeUInt8(9, 1))],
    ['a reply that answers nothing',head((bytes) => bytes.writeUInt8(2, 1))],
    ['another version',             head((bytes) => bytes.writeUInt8(2, 3))],
    ['a body of 128 MiB',           head((bytes) => bytes.writeUInt32LE(2 ** 27, 4))],
    ['serial 0',                    head((bytes) => bytes.writeUInt32LE(0, 8))],
    ['a header of 1 MiB',           head((bytes) => bytes.writeUInt32LE(2 ** 20, 12))],
    ['descriptors that did not come', Buffer.from(writeMessage(call, 1))],
    ['too many descriptors',        Buffer.from(writeMessage(call, 17))],
    ['text instead of a message',   Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ]
  it.each(faults)('refuses %s', (_, bytes) => {
    using parser = new MessageParser()
    expect(() => parser.push(bytes, [])).toThrow(SyntaxError)
  })

  it('survives 10,000 messages with random bytes changed', () => {
    const random = new Random(3)
    const original = writeMessage(call, 0)
    let refused = 0
    for (let round = 0; round < 10_000; round += 1) {
      const bytes = Buffer.from(original)
      const changes = random.bytes(6)
      for (let at = 0; at < 3; at += 1) {
        bytes[(changes[at * 2] ?? 0) % bytes.length] = changes[at * 2 + 1] ?? 0
      }
      using parser = new MessageParser()
      try {
        parser.push(bytes, [])
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(1000)
  })
})
