// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { InputEvent, TouchPhase } from '../../../core/input.ts'
import { MOST_OWED, MOST_WAITING } from '../../../main/input/input-queue.ts'
import { ConsoleInput } from '../../../main/source/qemu/console-input.ts'
import { openQemu } from '../../../main/source/qemu/open.ts'
import { openQmpLine } from '../../../main/source/qemu/qmp-line.ts'
import { hasTouchDevice, takesTouch } from '../../../main/source/qemu/touch-device.ts'
import { FakeQemu, type FakeQemuWish, LISTENER } from '../../fakes/fake-qemu.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

const at = (x: number): InputEvent => ({ kind: 'pointer', x, y: 0 })
const left = (down: boolean): InputEvent => ({ kind: 'button', button: 'left', down })

/** A console that shows 100 × 1 pixels. */
async function connected(wish: FakeQemuWish = {}) {
  const socket = path.join(temporaryFolder(), 'qmp')
  const qemu = stack.use(new FakeQemu(socket, wish))
  const address = { text: `qemu:${socket}`, scheme: 'qemu', path: socket, query: new Map() }
  const opening = openQemu(address, AbortSignal.timeout(10_000))
  const listener = await qemu.listener
  const pixels = new Uint8Array(400)
  listener.tell(LISTENER, 'Scanout', 'uuuuay', [100, 1, 400, 0x2002_0888, pixels])
  const opened = await opening
  if (!opened.ok) throw new Error(opened.failure.why)
  const source = stack.use(opened.value)
  source.refresh()
  return { qemu, source }
}

describe('fingers on a QEMU', () => {
  /** The input of a console of a VM that has a touch device, or has none. */
  async function touched(wish: FakeQemuWish, hasTouch = true) {
    const socket = path.join(temporaryFolder(), 'qmp')
    const qemu = stack.use(new FakeQemu(socket, wish))
    const address = { text: `qemu:${socket}`, scheme: 'qemu', path: socket, query: new Map() }
    const line = await openQmpLine(address, { onEnd: () => {} }, AbortSignal.timeout(10_000))
    if (!line.ok) throw new Error(line.failure.why)
    const peer = stack.use(line.value.peer)
    const size = () => ({ width: 100, height: 50 })
    return { qemu, input: await ConsoleInput.open(peer, 0, size, hasTouch) }
  }
  const finger = (phase: TouchPhase, slot: number, x: number): InputEvent => ({
    kind: 'touch',
    ...{ phase, slot, x, y: 7 },
  })

  it.each([
    ['takes as many as QEMU says', { touch: 10 }, true, 10],
    ['takes no more than anybody has', { touch: 4000 }, true, 32],
    ['takes none of an odd QEMU', { touch: -1 }, true, undefined],
    ['takes none of an older QEMU', {}, true, undefined],
    ['takes none without a device for them', { touch: 10 }, false, undefined],
  ] as const)('%s', async (_name, wish, hasTouch, touch) => {
    const { input } = await touched(wish, hasTouch)
    expect(input.accepts).toEqual({ keyboard: true, pointer: 'absolute', ...(touch && { touch }) })
  })

  it('are told by phase and slot, placed like the pointer', async () => {
    const { qemu, input } = await touched({ touch: 10 })
    input.send([finger('begin', 0, 5), finger('begin', 1, 500), finger('update', 0, 6)])
    input.send([finger('end', 0, 6), finger('cancel', 1, 500)])
    await expect.poll(() => qemu.calls).toHaveLength(5)
    expect(qemu.calls).toEqual(
      [
        [0, 0n, 6, 8],
        [0, 1n, 99, 8],
        [1, 0n, 7, 8],
        [2, 0n, 7, 8],
        [2, 1n, 99, 8],
      ].map((body) => ({ member: 'SendEvent', body })),
    )
  })

  it('are taken away in the end', async () => {
    const { qemu, input } = await touched({ touch: 10 })
    input.send([finger('begin', 3, 5)])
    input.release()
    await expect.poll(() => qemu.calls.at(-1)?.body).toEqual([2, 3n, 6, 8])
  })

  it('beyond its slots are left out', async () => {
    const { qemu, input } = await touched({ touch: 2 })
    input.send([finger('begin', 2, 5), finger('begin', 1, 5)])
    await expect.poll(() => qemu.calls.map(({ body }) => body[1])).toEqual([1n])
  })

  it.each([
    [['-device', 'virtio-multitouch-pci'], true],
    [['-device', 'virtio-multitouch-pci,id=touch'], true],
    [['-device', '{"driver":"virtio-multitouch-pci","id":"touch"}'], true],
    [['-device', 'virtio-tablet-pci,id=virtio-multitouch'], false],
    [['-name', 'virtio-multitouch-pci'], false],
    [['-device'], false],
    [[], false],
  ])('have a device in %j: %s', (args, expected) => {
    expect(takesTouch(['qemu', ...args])).toBe(expected)
  })

  it('have none in a process without one', () => {
    expect(hasTouchDevice(process.pid)).toBe(false)
    expect(hasTouchDevice(undefined)).toBe(false)
    expect(hasTouchDevice(2 ** 22)).toBe(false)
  })
})

describe('input that QEMU does not keep up with', () => {
  it('is one position under way, and then the newest', async () => {
    const { qemu, source } = await connected()
    qemu.isStopped = true
    for (let x = 0; x < 100; x += 1) source.input?.([at(x)])
    await expect.poll(() => qemu.calls).toHaveLength(1)
    qemu.answerHeld()
    await expect
      .poll(() => qemu.calls.map(({ body }) => body))
      .toEqual([
        [0, 0],
        [99, 0],
      ])
  })

  it('is the sum of motions', async () => {
    const { qemu, source } = await connected({ isAbsolute: false })
    qemu.isStopped = true
    for (let n = 0; n < 100; n += 1) source.input?.([{ kind: 'motion', dx: 1, dy: -2 }])
    await expect.poll(() => qemu.calls).toHaveLength(1)
    qemu.answerHeld()
    await expect
      .poll(() => qemu.calls.map(({ body }) => body))
      .toEqual([
        [1, -2],
        [99, -198],
      ])
  })

  it('has its presses where they were made', async () => {
    const { qemu, source } = await connected()
    source.input?.([at(1), at(2), left(true), at(3), left(false)])
    await expect.poll(() => qemu.calls).toHaveLength(5)
    expect(qemu.calls.map(({ member, body }) => `${member} ${body[0]}`)).toEqual([
      'SetAbsPosition 2',
      'SetAbsPosition 3',
      'Press 0',
      'SetAbsPosition 4',
      'Release 0',
    ])
  })

  it('stays within bounds while the VM is stopped, and ends with all let go', async () => {
    const { qemu, source } = await connected()
    qemu.isStopped = true
    for (let n = 0; n < 5000; n += 1) source.input?.([at(n % 100), left(true), left(false)])
    await expect.poll(() => qemu.calls).toHaveLength(MOST_OWED)
    qemu.isStopped = false
    qemu.answerHeld()
    await expect.poll(() => qemu.calls.length).toBeGreaterThan(MOST_WAITING)
    expect(qemu.calls.length).toBeLessThanOrEqual(MOST_OWED + MOST_WAITING + 1)
    expect(qemu.calls.filter(({ member }) => member !== 'SetAbsPosition').at(-1)?.member).toBe(
      'Release',
    )
  })

  it('goes on after QEMU refused some of it', async () => {
    const { qemu, source } = await connected({ refuses: ['SetAbsPosition'] })
    source.input?.([at(1)])
    await expect.poll(() => qemu.calls).toHaveLength(1)
    source.input?.([at(2)])
    await expect.poll(() => qemu.calls).toHaveLength(2)
  })
})
