// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeRgba8, linearise } from '../../../../core/decode.ts'
import { failureLine } from '../../../../core/failure.ts'
import type { CapturedPlane } from '../../../../core/plane.ts'
import { decode } from '../../../../main/commands/decode.ts'
import { dumpCommand } from '../../../../main/commands/dump.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'
import { FakeSource } from '../../../fakes/fake-source.ts'
import { randomPlane } from '../../../fakes/planes.ts'
import { tiledVector, tilingVectors } from '../../../fakes/vectors.ts'

const Y_TILED = 0x0100000000000002n
const primary = randomPlane({ width: 67, height: 41, modifier: Y_TILED, bottomUp: true }, 1)
const cursor = randomPlane({ kind: 'cursor', fourcc: 'AR24', width: 8, height: 8, x: -3 }, 2)

/** Dumps planes under a name, through the command. */
async function dump(fake: FakeIo, name: string, planes: readonly CapturedPlane[]): Promise<void> {
  const source = new FakeSource(planes)
  const result = await dumpCommand(source.open).run(['fake:', '-o', '.', '--name', name], fake.io)
  if (!result.ok) throw new Error(failureLine(result.failure))
}

async function run(line: string, fake: FakeIo) {
  const result = await decode.run(line.split(' '), fake.io)
  return { result, said: result.ok ? '' : failureLine(result.failure) }
}

const bin = (fake: FakeIo, name: string) =>
  new Uint8Array(readFileSync(path.join(fake.cwd, 'out', name)))

describe('decode', () => {
  it.each(['auto', 'native', 'reference'])('decodes what dump wrote, with %s', async (engine) => {
    using fake = new FakeIo()
    await dump(fake, 'a', [primary, cursor])
    await dump(fake, 'b', [cursor])
    const { result } = await run(`a.json b.json --to rgba8 --out-dir out --engine ${engine}`, fake)
    expect(result.ok).toBe(true)
    expect(readdirSync(path.join(fake.cwd, 'out')).toSorted()).toEqual([
      'a.bin',
      'a.cursor.bin',
      'b.bin',
    ])
    expect(bin(fake, 'a.bin')).toEqual(decodeRgba8(primary.plane, primary.buffers))
    expect(bin(fake, 'a.cursor.bin')).toEqual(decodeRgba8(cursor.plane, cursor.buffers))
    expect(bin(fake, 'b.bin')).toEqual(decodeRgba8(cursor.plane, cursor.buffers))
  })

  it('undoes the tiling alone', async () => {
    using fake = new FakeIo()
    await dump(fake, 'a', [primary])
    expect((await run('dump:a.json --to linear -o out', fake)).result.ok).toBe(true)
    expect(bin(fake, 'a.bin')).toEqual(linearise(primary.plane, primary.buffers))
  })

  const swizzledVectors = tilingVectors().filter(({ bit6_swizzle }) =>
    bit6_swizzle?.startsWith('9'),
  )
  it.each(swizzledVectors)('undoes $id when told that bit 6 is swizzled', async (vector) => {
    using fake = new FakeIo()
    const { plane, buffers, linear } = tiledVector(vector)
    const { bit6Swizzle, ...told } = plane
    expect(bit6Swizzle).toBe(vector.bit6_swizzle)
    await dump(fake, 'a', [{ plane: told, buffers }])
    const decoded = async (folder: string, more: string) => {
      expect((await run(`a.json --to linear -o ${folder} ${more}`.trim(), fake)).result.ok).toBe(
        true,
      )
      return readFileSync(path.join(fake.cwd, folder, 'a.bin')).toString('hex')
    }
    expect(await decoded('plain', '')).not.toBe(linear)
    expect(await decoded('swizzled', '--swizzle bit6')).toBe(linear)
  })

  it('has a vector of each swizzle', () => {
    expect(swizzledVectors).toHaveLength(2)
  })

  it('goes on after a dump that fails, says each failure, and fails', async () => {
    using fake = new FakeIo()
    await dump(fake, 'good', [primary])
    writeFileSync(path.join(fake.cwd, 'bad.json'), '{}')
    const json = JSON.parse(readFileSync(path.join(fake.cwd, 'good.json'), 'utf8'))
    json.planes[0].modifier = '0x0100000000000004'
    writeFileSync(path.join(fake.cwd, 'ccs.json'), JSON.stringify(json))
    const { said, result } = await run(
      'bad.json ccs.json missing.json good.json --to rgba8 -o out',
      fake,
    )
    expect(result.ok).toBe(false)
    expect(fake.errors).toMatch(
      /^scanout: cannot read dump .*bad\.json: .*\nscanout: ccs\.json: cannot show the primary plane: .*Y_TILED_CCS.*\n$/,
    )
    expect(said).toMatch(/missing\.json/)
    expect(readdirSync(path.join(fake.cwd, 'out'))).toEqual(['good.bin'])
  })

  it('never gives the name of the primary to another plane', async () => {
    using fake = new FakeIo()
    await dump(fake, 'a', [primary, cursor])
    const json = JSON.parse(readFileSync(path.join(fake.cwd, 'a.json'), 'utf8'))
    json.planes[0].memory[0].stride = 0
    writeFileSync(path.join(fake.cwd, 'a.json'), JSON.stringify(json))
    expect((await run('a.json --to rgba8 -o out', fake)).result.ok).toBe(false)
    expect(readdirSync(path.join(fake.cwd, 'out'))).toEqual(['a.cursor.bin'])
  })

  it('never writes over what it has just made', async () => {
    using fake = new FakeIo()
    await dump(fake, 'a', [primary, cursor])
    await dump(fake, 'a.cursor', [primary])
    const { said } = await run('a.json a.cursor.json --to rgba8 -o out', fake)
    expect(said).toMatch(/a\.cursor\.bin was just made of another dump/)
    expect(bin(fake, 'a.cursor.bin')).toEqual(decodeRgba8(cursor.plane, cursor.buffers))
  })

  it('does not let two dumps write the same file', async () => {
    using fake = new FakeIo()
    mkdirSync(path.join(fake.cwd, 'sub'))
    const { result, said } = await run('a.json sub/a.json --to rgba8 -o out', fake)
    expect(result).toMatchObject({ failure: { code: 'usage' } })
    expect(said).toMatch(/two dumps are called a/)
  })

  it('needs to be told what to make', async () => {
    using fake = new FakeIo()
    expect((await run('a.json -o out', fake)).said).toMatch(/decode needs --to rgba8\|linear/)
  })
})

describe('dump', () => {
  it('prints the path of what it wrote', async () => {
    using fake = new FakeIo()
    await dump(fake, 'a', [primary])
    expect(fake.text).toBe(`${path.join(fake.cwd, 'a.json')}\n`)
  })

  it('prints it as JSON', async () => {
    using fake = new FakeIo()
    const source = new FakeSource([primary])
    await dumpCommand(source.open).run(['fake:', '-o', 'sub', '--json'], fake.io)
    expect(JSON.parse(fake.text)).toEqual({ path: path.join(fake.cwd, 'sub', 'planes.json') })
    expect(source.isClosed).toBe(true)
  })

  it('fails when there is nothing to save', async () => {
    using fake = new FakeIo()
    const source = new FakeSource([])
    source.statuses = [
      {
        kind: 'primary',
        state: 'refused',
        verdict: { code: 'c', what: 'w', why: 'y', remedy: 'r', field: 'f', value: 'v' },
      },
    ]
    const result = await dumpCommand(source.open).run(['fake:', '-o', '.'], fake.io)
    expect(result).toMatchObject({ ok: false, failure: { field: 'f' } })
    expect(readdirSync(fake.cwd)).toEqual([])
  })

  it('refuses names that are paths', async () => {
    using fake = new FakeIo()
    const source = new FakeSource([primary])
    const result = await dumpCommand(source.open).run(
      ['fake:', '-o', '.', '--name', '../x'],
      fake.io,
    )
    expect(result.ok).toBe(false)
  })
})
