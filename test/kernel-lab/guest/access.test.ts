// SPDX-License-Identifier: GPL-2.0-or-later
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NativeError, VfioDevice } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { setMbochsMode } from './mbochs.ts'
import { Mdev } from './mdev.ts'
import { difference, readPng } from './picture.ts'
import { Planelab } from './planelab.ts'
import { type Outcome, scanout, startProgram, startScanout, until } from './scanout.ts'

// The built command line: ways to a device, and what it says when there is none.

const NOBODY = 65534

/** Shows a grey of 32 × 16 pixels. */
function showGrey(lab: Planelab): void {
  lab.makeBuffer(0, 4096)
  lab.loadPixels(0, 0, new Uint8Array(2048).fill(0x80))
  lab.tell('plane primary buf=0 fourcc=XR24 width=32 height=16 stride=128')
}

function assertGrey(file: string): void {
  const rgba = new Uint8Array(2048).fill(0x80)
  for (let at = 3; at < rgba.length; at += 4) rgba[at] = 255
  assert.equal(difference(readPng(file), { width: 32, height: 16, rgba }), undefined)
}

/** A refusal: status 1 or 2, one line on stderr in the form of the command line's errors, nothing else. */
function assertRefused(outcome: Outcome, status: number, ...words: readonly RegExp[]): void {
  const lines = outcome.stderr.trimEnd().split('\n')
  assert.equal(lines.length, 1, outcome.stderr)
  assert.match(outcome.stderr, /^scanout: .+: .+\. \S/)
  for (const word of words) assert.match(outcome.stderr, word)
  assert.equal(outcome.stdout, '')
  assert.equal(outcome.status, status)
}

function openWhenFree(uuid: string): VfioDevice | undefined {
  try {
    return shim.openVfioMdev(uuid)
  } catch (error) {
    if ((error as NativeError).code === 'EBUSY') return undefined
    throw error
  }
}

describe('access', { concurrency: 2 }, () => {
  test('access: an inherited device fd', async () => {
    using lab = new Planelab()
    showGrey(lab)
    using device = shim.openVfioMdev(lab.uuid)
    const outcome = await scanout(['screenshot', 'vfio+fd:3', '-o', '/tmp/inherited.png'], {
      inherit: device.fd.number,
    })
    assert.equal(outcome.stderr, '')
    assertGrey('/tmp/inherited.png')
  })

  test('access: a device fd received over a unix socket', async () => {
    using lab = new Planelab()
    showGrey(lab)
    using vm = startProgram('stand-in.ts', [lab.uuid, '/tmp/vm.sock'])
    await until('the stand-in is ready', () => vm.stdout === 'ready\n')
    const outcome = await scanout(['screenshot', 'vfio+unix:/tmp/vm.sock', '-o', '/tmp/sent.png'])
    assert.equal(outcome.stderr, '')
    assertGrey('/tmp/sent.png')
    vm.process.kill('SIGKILL')
    await vm.ended(20_000)
  })

  test('access: a device fd taken from a running process', async () => {
    using lab = new Planelab()
    showGrey(lab)
    using vm = startProgram('stand-in.ts', [lab.uuid])
    await until('the stand-in is ready', () => vm.stdout === 'ready\n')
    const outcome = await scanout(['screenshot', `vfio+pid:${vm.pid}`, '-o', '/tmp/taken.png'])
    assert.equal(outcome.stderr, '')
    assertGrey('/tmp/taken.png')
    vm.process.kill('SIGKILL')
    await vm.ended(20_000)
  })

  test('access: the group is free within 1 s of the end of the VM, though a viewer watches', async () => {
    using lab = new Planelab()
    showGrey(lab)
    using vm = startProgram('stand-in.ts', [lab.uuid])
    await until('the stand-in is ready', () => vm.stdout === 'ready\n')
    using viewer = startScanout(['inspect', `vfio+pid:${vm.pid}`, '--watch', '--json'])
    await until('the viewer sees the plane', () => viewer.stdout.includes('"shown"'))
    vm.process.kill('SIGKILL')
    await vm.ended(20_000)
    const ended = performance.now()
    const device = await until('the group is free', () => openWhenFree(lab.uuid), 5_000)
    const took = performance.now() - ended
    device[Symbol.dispose]()
    assert.ok(took < 1000, `${took.toFixed(0)} ms`)
    const outcome = await viewer.ended(30_000)
    assert.equal(outcome.status, 1)
    assert.match(outcome.stderr, /^scanout: .+: .+\. \S.*\n$/)
  })

  test('access: a second viewer is told that the device is busy, and what to do', async () => {
    using lab = new Planelab()
    using _device = shim.openVfioMdev(lab.uuid)
    const outcome = await scanout(['screenshot', `vfio:${lab.uuid}`, '-o', '/tmp/busy.png'])
    assertRefused(outcome, 1, /EBUSY/, /vfio\+(pid|fd|unix):/)
  })

  test('access: an ordinary user is told what is missing', async () => {
    using lab = new Planelab()
    const outcome = await scanout(['inspect', `vfio:${lab.uuid}`], { uid: NOBODY })
    assertRefused(outcome, 1, /EACCES/, /\/dev\/vfio/)
  })

  test('access: devices and processes that are not there', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000'
    assertRefused(await scanout(['inspect', `vfio:${nobody}`]), 1, new RegExp(nobody))
    assertRefused(await scanout(['inspect', 'vfio+pid:1']), 1)
    assertRefused(await scanout(['inspect', 'vfio+unix:/tmp/nobody.sock']), 1)
  })

  test('access: stock mbochs, which cannot be mapped, gets a verdict without a GPU, and survives', async () => {
    using mdev = new Mdev('mbochs-medium')
    {
      using device = shim.openVfioMdev(mdev.uuid)
      setMbochsMode(device, 1024, 768)
    }
    const without = { gpu: false }
    const shot = await scanout(
      ['screenshot', `vfio:${mdev.uuid}`, '-o', '/tmp/mbochs.png'],
      without,
    )
    assertRefused(shot, 1, /primary plane/, /map/, /EINVAL|ENODEV|EACCES/)
    const inspected = await scanout(['inspect', `vfio:${mdev.uuid}`, '--json'], without)
    assert.equal(inspected.status, 0)
    const primary = JSON.parse(inspected.stdout).planes.find(isPrimary)
    assert.equal(primary.state, 'refused')
    assert.equal(primary.plane.width, 1024)
    assert.match(primary.verdict.line, /map/)
  })

  test('access: a broker hands out planes and keeps the device', async () => {
    using lab = new Planelab()
    showGrey(lab)
    using broker = startScanout(['broker', `vfio:${lab.uuid}`, '--listen', '/tmp/broker.sock'])
    await until('the broker holds the device', () => lab.counter('open') === 1)
    const shot = await untilConnected(() =>
      scanout(['screenshot', 'planes+unix:/tmp/broker.sock', '-o', '/tmp/brokered.png']),
    )
    assert.equal(shot.stderr, '')
    assertGrey('/tmp/brokered.png')
    broker.process.kill('SIGTERM')
    const outcome = await broker.ended(20_000)
    assert.equal(outcome.status, 0, outcome.stderr)
    assert.equal(lab.counter('open'), 0)
  })
})

const isPrimary = (plane: { kind: string }) => plane.kind === 'primary'

/** The socket appears a moment after the device is open. */
async function untilConnected(attempt: () => Promise<Outcome>): Promise<Outcome> {
  const first = await attempt()
  return first.status === 0 ? first : await attempt()
}
