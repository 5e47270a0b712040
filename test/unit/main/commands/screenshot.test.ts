// SPDX-License-Identifier: GPL-2.0-or-later
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { compose } from '../../../../core/compose.ts'
import { decodeRgba8 } from '../../../../core/decode.ts'
import { failureLine } from '../../../../core/failure.ts'
import type { PlaneStatus } from '../../../../core/plane.ts'
import { fail } from '../../../../core/result.ts'
import { screenshotCommand } from '../../../../main/commands/screenshot.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'
import { FakeSource } from '../../../fakes/fake-source.ts'
import { randomPlane } from '../../../fakes/planes.ts'
import { readPng } from '../../../fakes/read-png.ts'

const primary = randomPlane({ width: 40, height: 30 }, 1)
const cursor = randomPlane({ kind: 'cursor', fourcc: 'AR24', width: 8, height: 8, x: 36, y: -4 }, 2)
const layers = [primary, cursor].map(({ plane, buffers }) => ({
  plane,
  rgba: decodeRgba8(plane, buffers),
}))

function composed(list: typeof layers): Uint8Array {
  const picture = compose(list)
  if (!picture.ok) throw new Error(picture.failure.why)
  return picture.value.rgba
}

async function run(line: string, source = new FakeSource([primary, cursor]), fake = new FakeIo()) {
  const result = await screenshotCommand(source.open).run(line.split(' '), fake.io)
  return { source, fake, result, said: result.ok ? '' : failureLine(result.failure) }
}

describe('screenshot', () => {
  it.each(['auto', 'native', 'reference'])('saves the composed picture with %s', async (engine) => {
    const { fake, result, source } = await run(`fake: -o x.png --engine ${engine}`)
    using _fake = fake
    expect(result.ok).toBe(true)
    const png = readPng(readFileSync(path.join(fake.cwd, 'x.png')))
    const text = { Software: 'Scanout', Source: 'fake:', Fourcc: primary.plane.fourcc }
    expect(png).toMatchObject({ width: 40, height: 30, text })
    expect(Buffer.from(png.rgba).equals(composed(layers))).toBe(true)
    expect(fake.text + fake.errors).toBe('')
    expect(source.isClosed).toBe(true)
    expect(readdirSync(fake.cwd)).toEqual(['x.png'])
  })

  it('leaves the cursor out', async () => {
    const { fake } = await run('fake: --no-cursor -o x.png')
    using _fake = fake
    const png = readPng(readFileSync(path.join(fake.cwd, 'x.png')))
    expect(Buffer.from(png.rgba).equals(composed(layers.slice(0, 1)))).toBe(true)
  })

  it('writes to stdout', async () => {
    const { fake } = await run('fake: -o -')
    using _fake = fake
    expect(Buffer.from(readPng(fake.output).rgba).equals(composed(layers))).toBe(true)
    expect(readdirSync(fake.cwd)).toEqual([])
  })

  it('does not write a picture to a terminal', async () => {
    const { fake, result, said } = await run(
      'fake: -o -',
      undefined,
      new FakeIo({ terminal: true }),
    )
    using _fake = fake
    expect(result).toMatchObject({ failure: { code: 'usage' } })
    expect(said).toMatch(/terminal/)
    expect(fake.output).toHaveLength(0)
  })

  it('saves one plane alone', async () => {
    const { fake } = await run('fake: --plane cursor -o x.png')
    using _fake = fake
    expect(readPng(readFileSync(path.join(fake.cwd, 'x.png')))).toMatchObject({
      width: 8,
      height: 8,
    })
  })

  it('waits for a picture that comes late', async () => {
    const source = new FakeSource([])
    source.statuses = [{ kind: 'primary', state: 'disabled' }]
    source.onAsk = () => {
      if (source.captures === 3) {
        source.planes = [primary]
        source.statuses = undefined
      }
    }
    const { fake, result } = await run('fake: -o x.png', source)
    using _fake = fake
    expect(result.ok).toBe(true)
    expect(source.captures).toBe(3)
  })

  it('fails at once with the verdict on a plane that cannot be shown', async () => {
    const verdict = {
      code: 'compressed-modifier',
      what: 'cannot show the primary plane',
      why: 'it is compressed',
      remedy: 'Turn it off',
      field: 'modifier',
      value: '0x0100000000000004',
    }
    const source = new FakeSource([])
    source.statuses = [
      { kind: 'primary', state: 'refused', verdict },
      { kind: 'cursor', state: 'refused', verdict },
    ]
    const { fake, result } = await run('fake: -o x.png', source)
    using _fake = fake
    expect(result).toEqual(fail(verdict))
    expect(fake.errors).toBe('')
    expect(source.captures).toBe(1)
    expect(readdirSync(fake.cwd)).toEqual([])
  })

  it('says why a cursor is not in the picture', async () => {
    const verdict = {
      code: 'bad-plane',
      what: 'cannot show the cursor plane',
      why: 'stride 0 is below 1',
      remedy: 'Report it',
      field: 'stride',
      value: '0',
    }
    const { plane } = primary
    const statuses: PlaneStatus[] = [
      { kind: 'primary', state: 'shown', plane, identity: 'i' },
      { kind: 'cursor', state: 'refused', verdict },
    ]
    for (const [line, said] of [
      ['fake: -o x.png', 'scanout: cannot show the cursor plane: stride 0 is below 1. Report it\n'],
      ['fake: -o x.png --no-cursor', ''],
      ['fake: -o x.png --plane primary', ''],
    ] as const) {
      const source = new FakeSource([primary])
      source.statuses = statuses
      const { fake, result } = await run(line, source)
      using _fake = fake
      expect(result.ok).toBe(true)
      expect(fake.errors).toBe(said)
    }
  })

  it('does not wait for a cursor that the source does not have', async () => {
    const { fake, said, source } = await run(
      'fake: --plane cursor -o x.png',
      new FakeSource([primary]),
    )
    using _fake = fake
    expect(said).toMatch(/cursor plane: this source has no such plane/)
    expect(source.captures).toBe(1)
  })

  it('ends when it is interrupted while waiting', async () => {
    const source = new FakeSource([])
    const off: PlaneStatus = { kind: 'primary', state: 'disabled' }
    source.statuses = [off]
    const fake = new FakeIo()
    source.onAsk = () => fake.interrupt()
    const { result } = await run('fake: -o x.png', source, fake)
    using _fake = fake
    expect(result).toMatchObject({ ok: false, failure: { code: 'interrupted' } })
    expect(source.isClosed).toBe(true)
  })

  it('passes on why a source cannot be opened', async () => {
    using fake = new FakeIo()
    const failure = {
      code: 'busy',
      what: 'cannot open vfio group 7',
      why: 'busy',
      remedy: 'Stop it',
    }
    const command = screenshotCommand(async () => fail(failure))
    expect(await command.run(['vfio:x', '-o', 'x.png'], fake.io)).toEqual(fail(failure))
  })

  it.each([
    [
      'fake: -o missing/x.png',
      /cannot write .*missing\/x\.png: there is no such file or folder \(ENOENT\)/,
    ],
    ['fake: -o .', /is a folder|not permitted|EISDIR|EEXIST/],
    ['fake: -o x.png --plane cursor --no-cursor', /nothing is left/],
    ['fake: -o x.png --plane sprite', /one of primary, overlay, cursor/],
    ['fake: -o x.png --engine gl', /one of auto, native, reference, webgl/],
  ])('refuses %j in one line', async (line, says) => {
    const { fake, result, said } = await run(line)
    using _fake = fake
    expect(result.ok).toBe(false)
    expect(said).toMatch(says)
  })

  it('replaces a file and keeps its mode and the link to it', async () => {
    using fake = new FakeIo()
    const [file, link] = [path.join(fake.cwd, 'x.png'), path.join(fake.cwd, 'link.png')]
    writeFileSync(file, 'old')
    chmodSync(file, 0o600)
    symlinkSync('x.png', link)
    await run('fake: -o link.png', undefined, fake)
    expect(readPng(readFileSync(file)).width).toBe(40)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(fake.cwd).toSorted()).toEqual(['link.png', 'x.png'])
  })

  it('leaves the old file alone when the new one cannot be written', async () => {
    using fake = new FakeIo()
    mkdirSync(path.join(fake.cwd, 'x.png'))
    const { result } = await run('fake: -o x.png', undefined, fake)
    expect(result.ok).toBe(false)
    expect(readdirSync(fake.cwd)).toEqual(['x.png'])
  })
})
