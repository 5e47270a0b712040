// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { failureLine } from '../../../../core/failure.ts'
import { decode } from '../../../../main/commands/decode.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'
import { Random } from '../../../fakes/random.ts'

// Dumps come from bug reports: whatever they say, the answer is a file of the right size or one line.

type Json = Record<string, unknown>

function dump(): { planes: [Json & { memory: [Json] }] } & Json {
  return {
    scanoutDump: 1,
    planes: [
      {
        kind: 'primary',
        fourcc: 'XR24',
        modifier: '0x0',
        width: 16,
        height: 8,
        x: 0,
        y: 0,
        hotX: null,
        hotY: null,
        bottomUp: false,
        memory: [{ file: 'p.bin', offset: 0, stride: 64, size: 512 }],
      },
    ],
  }
}

const wild: readonly unknown[] = [
  null,
  true,
  '',
  'x',
  '0x0100000000000004',
  '0x0100000000000001',
  'NV12',
  'RG16',
  '../secret.bin',
  '/etc/passwd',
  'link.bin',
  'fifo',
  'p.bin\0',
  -1,
  0,
  0.5,
  1,
  15,
  4096,
  65536,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 53,
  1e300,
  [],
  {},
  [[]],
  { length: 1 },
]

/** One or two fields somewhere in the dump become something else, or go. */
function mutate(random: Random): unknown {
  const json = dump()
  for (let change = 1 + random.below(2); change > 0; change -= 1) {
    const [plane] = json.planes
    const where: Json = random.pick([json, plane, plane, plane.memory?.[0] ?? plane])
    const name = random.pick(Object.keys(where))
    if (random.below(8) === 0) delete where[name]
    else where[name] = random.pick(wild)
    if (!Array.isArray(json.planes) || typeof json.planes[0] !== 'object') break
    if (json.planes[0] === null || !Array.isArray(json.planes[0].memory)) break
  }
  return json
}

describe('decode of a hostile dump', () => {
  it('gives a file of the right size or one line, 2000 times', async () => {
    using fake = new FakeIo()
    const at = (name: string) => path.join(fake.cwd, name)
    writeFileSync(at('p.bin'), new Random(1).bytes(512))
    symlinkSync('/etc/passwd', at('link.bin'))
    const random = new Random(77)
    let decoded = 0
    for (let round = 0; round < 2000; round += 1) {
      const json = JSON.stringify(mutate(random))
      writeFileSync(at('d.json'), json)
      rmSync(at('out'), { recursive: true, force: true })
      const result = await decode.run(['d.json', '--to', 'rgba8', '-o', 'out'], fake.io)
      const made = existsSync(at('out/d.bin'))
      if (result.ok) {
        decoded += 1
        expect(made, json).toBe(true)
        expect(statSync(at('out/d.bin')).size % 4, json).toBe(0)
      } else {
        expect(failureLine(result.failure), json).toMatch(/^.+: .+\. .+$/)
        expect(made, json).toBe(false)
      }
    }
    expect(decoded).toBeGreaterThan(30)
  }, 60_000)

  it.each(['../secret.bin', 'sub/../../secret.bin', 'link.bin', '/etc/passwd', 'sub'])(
    'never reads %s',
    async (file) => {
      using fake = new FakeIo()
      const folder = path.join(fake.cwd, 'dump')
      mkdirSync(path.join(folder, 'sub'), { recursive: true })
      writeFileSync(path.join(fake.cwd, 'secret.bin'), Buffer.alloc(512, 's'))
      symlinkSync('../secret.bin', path.join(folder, 'link.bin'))
      const json = dump()
      json.planes[0].memory[0]['file'] = file
      writeFileSync(path.join(folder, 'd.json'), JSON.stringify(json))
      const result = await decode.run(['dump/d.json', '--to', 'rgba8', '-o', 'out'], fake.io)
      expect(result.ok).toBe(false)
      expect(existsSync(path.join(fake.cwd, 'out', 'd.bin'))).toBe(false)
    },
  )

  it.each([
    '{"scanoutDump":1,"planes":[]}',
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '{"scanoutDump":2,"planes":[]}',
    '{"scanoutDump":1}',
    '\0'.repeat(100),
  ])('says one line about the text %j', async (text) => {
    using fake = new FakeIo()
    writeFileSync(path.join(fake.cwd, 'd.json'), text)
    const result = await decode.run(['d.json', '--to', 'linear', '-o', 'out'], fake.io)
    if (result.ok) throw new Error('it was decoded')
    expect(failureLine(result.failure)).toMatch(/^cannot (read dump|decode) .+: .+\. .+$/)
  })
})
