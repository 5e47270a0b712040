// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Mdev } from './mdev.ts'
import { Planelab } from './planelab.ts'
import { scanout, startScanout, until } from './scanout.ts'

// What `inspect` says of a real device, and what becomes of planes that cannot be shown.

type Plane = { kind: string; state: string; identity: string; plane: object; verdict: Verdict }
type Verdict = { field: string; line: string }

async function inspected(lab: { readonly uuid: string }): Promise<Record<string, Plane>> {
  const { status, stdout, stderr } = await scanout(['inspect', `vfio:${lab.uuid}`, '--json'])
  assert.equal(stderr, '')
  assert.equal(status, 0)
  const { planes } = JSON.parse(stdout) as { planes: Plane[] }
  return Object.fromEntries(planes.map((plane) => [plane.kind, plane]))
}

describe('inspect', { concurrency: 2 }, () => {
  test('inspect: every field of every plane', async () => {
    using lab = new Planelab()
    lab.tell(`buffer 0 size=65536
buffer 1 size=65536
plane primary buf=0 fourcc=XR24 modifier=0x0100000000000001 width=100 height=50 stride=512
plane cursor buf=1 fourcc=AR24 width=64 height=64 stride=256 x=-9 y=12 hotx=3 hoty=4`)
    const { primary, cursor, overlay } = await inspected(lab)
    assert.equal(overlay?.state, 'absent')
    assert.equal(primary?.state, 'shown')
    assert.match(primary.identity, /\d/)
    assert.notEqual(primary.identity, cursor?.identity)
    const common = { x: 0, y: 0, hotspot: null, bottomUp: false, color: null, note: null }
    const first = { buffer: 0, offset: 0 }
    const tile = { width: 512, height: 8 }
    assert.deepEqual(primary.plane, {
      ...common,
      ...{ fourcc: 'XR24', fourccCode: '0x34325258', fourccName: 'XRGB8888' },
      ...{ modifier: '0x0100000000000001', modifierName: 'I915_FORMAT_MOD_X_TILED' },
      layout: 'tiled',
      ...{ width: 100, height: 50 },
      memory: [{ ...first, stride: 512, size: 28672, needed: 28672, tile }],
    })
    assert.deepEqual(cursor?.plane, {
      ...common,
      ...{ fourcc: 'AR24', fourccCode: '0x34325241', fourccName: 'ARGB8888' },
      ...{ modifier: '0x0000000000000000', modifierName: 'DRM_FORMAT_MOD_LINEAR' },
      layout: 'linear',
      ...{ width: 64, height: 64, x: -9, y: 12, hotspot: { x: 3, y: 4 } },
      memory: [{ ...first, stride: 256, size: 16384, needed: 16384, tile: null }],
    })
  })

  test('inspect: a disabled display is a state, and a picture of it a failure in words', async () => {
    using lab = new Planelab()
    const { primary, cursor } = await inspected(lab)
    assert.equal(primary?.state, 'disabled')
    assert.equal(cursor?.state, 'disabled')
    const shot = await scanout(['screenshot', `vfio:${lab.uuid}`, '-o', '/tmp/off.png'])
    assert.equal(shot.status, 1)
    assert.match(shot.stderr, /^scanout: .*primary plane: .+\. .+\n$/)
  })

  test('inspect: mdpy, which answers for a cursor with its primary plane, has no cursor', async () => {
    using mdev = new Mdev('mdpy-vga')
    const { primary, cursor, overlay } = await inspected(mdev)
    assert.equal(primary?.state, 'shown')
    assert.match(primary.identity, /16/)
    assert.equal(cursor?.state, 'absent')
    assert.equal(overlay?.state, 'absent')
  })

  test('inspect: a plane that cannot be shown has its description and a verdict', async () => {
    using lab = new Planelab()
    lab.tell(`buffer 0 size=65536
plane primary buf=0 fourcc=XR24 modifier=0x0100000000000004 width=64 height=64 stride=512`)
    const { primary } = await inspected(lab)
    assert.equal(primary?.state, 'refused')
    assert.equal(primary.verdict.field, 'modifier')
    assert.match(primary.verdict.line, /.+: .+CCS.+\. .+/)
  })

  test('inspect --watch: follows flips, moves, errors and the switch', async () => {
    using lab = new Planelab()
    lab.tell('buffer 0 size=65536\nbuffer 1 size=65536')
    lab.tell('plane primary buf=0 fourcc=XR24 width=64 height=64 stride=256')
    using watch = startScanout(['inspect', `vfio:${lab.uuid}`, '--watch', '--json'])
    const last = () => {
      const lines = watch.stdout.split('\n').filter(Boolean)
      const { planes } = JSON.parse(lines.at(-1) ?? '{"planes":[]}') as { planes: Plane[] }
      return planes.find(({ kind }) => kind === 'primary')
    }
    await until('a first line', () => last()?.state === 'shown')
    const first = last()?.identity
    lab.tell('flip primary buf=1')
    await until('the flip', () => last()?.identity !== first)
    assert.equal(last()?.state, 'shown')
    lab.tell('flip primary buf=0')
    await until('the flip back', () => last()?.identity === first)
    lab.tell('error query EFAULT -1 primary')
    await until('a state after a second of errors', () => last()?.state === 'stalled')
    lab.tell('error query EFAULT 0 primary')
    await until('the picture again', () => last()?.state === 'shown')
    lab.disable('primary')
    await until('the switch', () => last()?.state === 'disabled')
    assert.equal(lab.counter('gets.most'), 1)
    watch.process.kill('SIGINT')
    const outcome = await watch.ended(20_000)
    assert.equal(outcome.status, 0, outcome.stderr)
  })
})
