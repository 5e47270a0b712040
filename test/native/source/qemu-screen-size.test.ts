// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { GuestNews } from '../../../core/guest-channel.ts'
import { openQemu } from '../../../main/source/qemu/open.ts'
import { FakeQemu, type FakeQemuWish, LISTENER } from '../../fakes/fake-qemu.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

const wish = (width: number, height: number) =>
  ({ kind: 'resize', width, height, widthMm: 508, heightMm: 286 }) as const

async function connected(wished: FakeQemuWish = {}, console?: string) {
  const socket = path.join(temporaryFolder(), 'qmp')
  const qemu = stack.use(new FakeQemu(socket, wished))
  const query = new Map(console === undefined ? [] : [['console', console]])
  const address = { text: `qemu:${socket}`, scheme: 'qemu', path: socket, query }
  const opening = openQemu(address, AbortSignal.timeout(10_000))
  const listener = await qemu.listener
  listener.tell(LISTENER, 'Scanout', 'uuuuay', [1, 1, 4, 0x2002_0888, new Uint8Array(4)])
  const opened = await opening
  if (!opened.ok) throw new Error(opened.failure.why)
  const news: GuestNews[] = []
  opened.value.onNews?.((one) => news.push(one))
  return { qemu, source: stack.use(opened.value), news }
}

describe('the size of a QEMU console', () => {
  it('is asked for as the window has it', async () => {
    const { qemu, source } = await connected()
    expect(source.info.capabilities.resize).toBe(true)
    source.request?.(wish(1281, 721))
    await expect
      .poll(() => qemu.calls)
      .toEqual([{ member: 'SetUIInfo', body: [508, 286, 0, 0, 1281, 721] }])
  })

  it('is asked for once at a time, the newest last', async () => {
    const { qemu, source } = await connected()
    qemu.isStopped = true
    for (const width of [800, 900, 1000, 1100]) source.request?.(wish(width, 600))
    await expect.poll(() => qemu.calls).toHaveLength(1)
    qemu.answerHeld()
    await expect.poll(() => qemu.calls).toHaveLength(2)
    expect(qemu.calls.map(({ body }) => body[4])).toEqual([800, 1100])
  })

  it('says once that a device does not follow', async () => {
    const { qemu, source, news } = await connected({ refuses: ['SetUIInfo'] })
    source.request?.(wish(800, 600))
    await expect.poll(() => news).toHaveLength(1)
    expect(news).toMatchObject([{ kind: 'trouble', failure: { code: 'no-resize' } }])
    source.request?.(wish(900, 600))
    await expect.poll(() => qemu.calls).toHaveLength(2)
    expect(source.gone).toBeUndefined()
    expect(news).toHaveLength(1)
  })

  it('is no matter of a text console', async () => {
    const { source } = await connected({}, '1')
    expect(source.info.capabilities.resize).toBe(false)
  })
})
