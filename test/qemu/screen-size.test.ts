// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, describe, expect, it } from 'vitest'
import type { GuestNews } from '../../core/guest-channel.ts'
import type { Source } from '../../main/source/source.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { guestHindrance } from './guest/files.ts'
import { LinuxGuest } from './linux-guest.ts'
import { view } from './viewer.ts'
import { VirtualMachine } from './virtual-machine.ts'

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

async function start(...args: readonly string[]): Promise<{ source: Source; news: GuestNews[] }> {
  const vm = stack.use(new VirtualMachine(args))
  await vm.started()
  const source = stack.use(await view(vm.socket))
  const news: GuestNews[] = []
  source.onNews?.((one) => news.push(one))
  return { source, news }
}
const wish = { kind: 'resize', width: 1281, height: 721, widthMm: 339, heightMm: 191 } as const

describe('the wish for a size', () => {
  it.each(['std', 'qxl'])('is refused by %s, which is told', async (vga) => {
    const { source, news } = await start('-vga', vga)
    source.request?.(wish)
    await expect
      .poll(() => news, { timeout: 5000 })
      .toMatchObject([
        {
          kind: 'trouble',
          failure: { why: expect.stringContaining('SetUIInfo is not supported') },
        },
      ])
  })

  it.each(['virtio-vga', 'virtio-gpu-pci'])('is taken by %s', async (device) => {
    const { source, news } = await start('-vga', 'none', '-device', device)
    // One that is refused comes back at once; the last of several has been answered by then.
    for (const width of [800, 900, 1000]) source.request?.({ ...wish, width })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(news).toEqual([])
    expect(source.gone).toBeUndefined()
  })

  it.skipIf(guestHindrance !== undefined)('is fulfilled by a guest that follows', async () => {
    const guest = stack.use(await LinuxGuest.start({ display: 'virtio-gpu' }))
    await guest.command('follow')
    const source = stack.use(await view(guest.socket))
    for (const [width, height] of [
      [800, 600],
      [1000, 700],
      [1281, 721],
    ] as const) {
      source.request?.({ ...wish, width, height })
    }
    await expect
      .poll(() => source.refresh()[0]?.status, { timeout: 20_000, interval: 50 })
      .toMatchObject({ state: 'shown', plane: { width: 1281, height: 721 } })
  })
})
