// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openQemu } from '../../main/source/qemu/open.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { GuestAgent } from './guest-agent.ts'
import { serialRelayDisk } from './serial-relay.ts'
import { type Qemu, VirtualMachine } from './virtual-machine.ts'
import { VncClipboard } from './vnc-clipboard.ts'

expectNoLeaks()

let stack = new AsyncDisposableStack()
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'clipboard-'))
})
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
  rmSync(folder, { recursive: true })
})

/** The host's own, and newer ones from the cache that host/newer-qemu.mjs fills. */
const qemus = [
  { name: 'this host', isHere: true, qemu: undefined },
  ...['trixie', 'sid'].map((suite) => {
    const folder = fileURLToPath(new URL(`../../.cache/qemu-${suite}`, import.meta.url))
    const isHere = existsSync(`${folder}/complete`)
    return { name: `Debian ${suite}`, isHere, qemu: { program: `${folder}/qemu` } }
  }),
]
let qemu: Qemu | undefined

const slow = { timeout: 20_000 }

async function start(...args: readonly string[]): Promise<VirtualMachine> {
  const vm = stack.use(new VirtualMachine(['-vga', 'std', ...args], undefined, qemu))
  await vm.started()
  await expect.poll(() => vm.execute('query-status'), slow).toBeDefined()
  return vm
}

/** Scanout's side, sharing. */
async function viewer({ socket }: VirtualMachine) {
  const address = { text: `qemu:${socket}`, scheme: 'qemu', path: socket, query: new Map() }
  const opened = await openQemu(address, AbortSignal.timeout(20_000))
  if (!opened.ok) throw new Error(opened.failure.why)
  const source = stack.use(opened.value)
  const texts: string[] = []
  const troubles: string[] = []
  source.onNews?.((news) => {
    if (news.kind === 'clipboard-text') texts.push(news.text)
    if (news.kind === 'trouble') troubles.push(news.failure.why)
  })
  const share = (on: boolean) => source.request?.({ kind: 'clipboard-share', on })
  const copy = (text: string) => source.request?.({ kind: 'clipboard-text', text })
  share(true)
  return { source, texts, troubles, share, copy }
}

/** A guest that is nothing but the wire to an agent in this test. */
async function guestWithAgent() {
  const disk = path.join(folder, 'disk')
  const wire = path.join(folder, 'wire')
  writeFileSync(disk, serialRelayDisk())
  const vm = await start(
    ...['-drive', `file=${disk},format=raw,if=ide,snapshot=on`],
    ...['-chardev', 'qemu-vdagent,id=agent,name=vdagent,clipboard=on', '-serial', 'chardev:agent'],
    ...['-chardev', `socket,id=wire,path=${wire},server=on,wait=off`, '-serial', 'chardev:wire'],
  )
  const agent = stack.use(await GuestAgent.open(wire))
  // What comes before the guest's program runs, its firmware throws away.
  for (let tries = 0; tries < 40 && !agent.heard.includes('capabilities'); tries += 1) {
    agent.announce()
    await delay(500)
  }
  expect(agent.heard).toContain('capabilities')
  agent.heard.length = 0
  return { vm, agent }
}

describe.each(qemus)('the clipboard of the QEMU of $name', (row) => {
  beforeAll(() => {
    qemu = row.qemu
  })
  it.skipIf(!row.isHere)('is offered, and gives our text to another peer of it', async () => {
    const vnc = path.join(folder, 'vnc')
    const vm = await start('-vnc', `unix:${vnc}`)
    const { source, copy, troubles } = await viewer(vm)
    expect(source.info.capabilities.clipboard).toBe(true)
    const other = stack.use(await VncClipboard.open(vnc))
    for (const [at, text] of ['one', 'grüße, 世界 😀', 'x'.repeat(500_000)].entries()) {
      copy(text)
      await expect.poll(() => other.offers, slow).toBe(at + 1)
      other.request()
      await expect.poll(() => other.heard.at(-1), slow).toBe(text)
    }
    expect(troubles).toEqual([])
  })

  it.skipIf(!row.isHere)(
    'goes both ways between us and an agent in the guest, by its serials',
    async () => {
      const { vm, agent } = await guestWithAgent()
      const { texts, copy, troubles } = await viewer(vm)
      copy('from the host')
      await expect.poll(() => agent.heard, slow).toContain('grab 1')
      agent.paste()
      await expect.poll(() => agent.texts, slow).toEqual(['from the host'])
      agent.copy('grüße aus dem Gast', 2)
      await expect.poll(() => texts, slow).toEqual(['grüße aus dem Gast'])
      copy('again from the host')
      await expect.poll(() => agent.heard, slow).toContain('grab 3')
      agent.paste()
      await expect.poll(() => agent.texts.at(-1), slow).toBe('again from the host')
      // Both copied at once: the tie is the host's, and the guest's later one wins again.
      agent.copy('a tie', 3)
      agent.copy('later', 4)
      await expect.poll(() => texts.at(-1), slow).toBe('later')
      expect(texts).not.toContain('a tie')
      expect(troubles).toEqual([])
    },
  )

  it.skipIf(!row.isHere)('is not shared before and after it is wanted', async () => {
    const { vm, agent } = await guestWithAgent()
    const { texts, copy, share } = await viewer(vm)
    copy('shared')
    await expect.poll(() => agent.heard, slow).toContain('grab 1')
    agent.copy('heard', 2)
    await expect.poll(() => texts, slow).toEqual(['heard'])
    share(false)
    copy('secret')
    agent.heard.length = 0
    agent.copy('not heard', 3)
    agent.paste()
    share(true)
    for (let serial = 4; !texts.includes('heard again'); serial += 1) {
      agent.copy('heard again', serial)
      await delay(100)
    }
    expect(texts).toEqual(['heard', 'heard again'])
    // QEMU itself answers that there is nothing.
    expect(agent.texts.join('')).toBe('')
    expect(agent.heard.filter((one) => one.startsWith('grab'))).toEqual([])
  })

  it.skipIf(!row.isHere)(
    'is ours again after a viewer that broke off with a higher serial',
    async () => {
      const vnc = path.join(folder, 'vnc')
      const vm = await start('-vnc', `unix:${vnc}`)
      const first = await viewer(vm)
      const other = stack.use(await VncClipboard.open(vnc))
      for (let at = 1; at <= 5; at += 1) {
        first.copy(`text ${at}`)
        await expect.poll(() => other.offers, slow).toBe(at)
      }
      // The next viewer takes the display over while the first still holds the clipboard.
      const second = await viewer(vm)
      await expect.poll(() => first.source.gone?.code, slow).toBe('hung-up')
      second.copy('of the second')
      await expect
        .poll(() => {
          other.request()
          return other.heard.at(-1)
        }, slow)
        .toBe('of the second')
      expect(second.troubles).toEqual([])
    },
  )
})
