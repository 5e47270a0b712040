// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findBusVms } from '../../main/discovery/bus.ts'
import { parseAddress } from '../../main/source/address.ts'
import { openQemuBus } from '../../main/source/qemu/open.ts'
import type { Source } from '../../main/source/source.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { BusDaemon } from './bus-daemon.ts'
import { installed } from './installed.ts'
import { speakerGuest } from './speaker.ts'
import { difference, pictureOf } from './viewer.ts'
import { VirtualMachine } from './virtual-machine.ts'
import { VncClipboard } from './vnc-clipboard.ts'

expectNoLeaks()

const uuids = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
const slow = { timeout: 20_000 }
let folder = ''
let stack = new AsyncDisposableStack()
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bus-test-'))
})
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
  rmSync(folder, { recursive: true })
})

async function startBus(address = `unix:path=${folder}/bus`): Promise<BusDaemon> {
  const bus = stack.use(new BusDaemon(address))
  await bus.started()
  return bus
}

async function startVm(bus: BusDaemon, ...args: readonly string[]): Promise<VirtualMachine> {
  return startOn(bus, '', ['-vga', 'std', ...args])
}

/** @param extra more of `-display`, with its comma */
async function startOn(bus: BusDaemon, extra: string, args: readonly string[]) {
  const vm = stack.use(new VirtualMachine(args, `dbus,addr=${bus.address}${extra}`))
  await vm.started()
  // The monitor is there before it listens, and before the display is on the bus.
  await expect.poll(() => vm.execute('query-status'), { timeout: 20_000 }).toBeDefined()
  return vm
}

function open(text: string) {
  const address = parseAddress(text)
  if (!address.ok) throw new Error(address.failure.why)
  return openQemuBus(address.value, AbortSignal.timeout(20_000))
}

async function opened(text: string): Promise<Source> {
  const result = await open(text)
  if (!result.ok) throw new Error(result.failure.why)
  return stack.use(result.value)
}

const isHere = installed('dbus-daemon') !== undefined
describe.skipIf(!isHere)('QEMUs on a D-Bus bus (apt-get install dbus-daemon)', () => {
  it('are told apart by their names', async () => {
    const bus = await startBus()
    const vms = [await startVm(bus, '-name', 'one'), await startVm(bus, '-name', 'wïn 10')]
    const any = await open(`qemu+dbus:${bus.address}`)
    const addresses = ['one', 'w%C3%AFn%2010'].map((name) => `qemu+dbus:${bus.address}?vm=${name}`)
    if (any.ok) throw new Error('one was chosen')
    expect(any.failure.code).toBe('ambiguous')
    for (const address of addresses) expect(any.failure.remedy).toContain(address)
    const listed = (await findBusVms(bus.address)).map(({ address }) => address)
    expect(listed.toSorted()).toEqual(addresses.toSorted())
    for (const [at, address] of addresses.entries()) {
      const source = await opened(address)
      expect(source.info.name).toBe(['one', 'wïn 10'][at])
      const isSame = async () => {
        const dump = await vms[at]?.screendump()
        return dump && difference(pictureOf(source), dump)
      }
      await expect.poll(isSame, { timeout: 20_000, interval: 100 }).toBe(0)
    }
  })

  it('are told apart by their UUIDs when their names are the same', async () => {
    const bus = await startBus()
    for (const uuid of uuids) await startVm(bus, '-uuid', uuid)
    const named = await open(`qemu+dbus:${bus.address}?vm=lab`)
    expect(named).toMatchObject({ ok: false, failure: { code: 'ambiguous' } })
    for (const uuid of uuids) {
      expect(!named.ok && named.failure.remedy).toContain(`?vm=${uuid}`)
      expect((await opened(`qemu+dbus:${bus.address}?vm=${uuid}`)).info.name).toBe('lab')
    }
  })

  it('need no name when there is one, on a socket without a file too', async () => {
    const bus = await startBus(`unix:abstract=scanout-test-${process.pid}`)
    await startVm(bus)
    expect((await opened(`qemu+dbus:${bus.address}`)).info.name).toBe('lab')
  })

  it('serve two viewers side by side', async () => {
    const bus = await startBus()
    const vm = await startVm(bus)
    const first = await opened(`qemu+dbus:${bus.address}`)
    const second = await opened(`qemu+dbus:${bus.address}`)
    first.input?.([{ kind: 'key', qnum: 0x1e, down: true }])
    first[Symbol.dispose]()
    expect(second.gone).toBeUndefined()
    const isSame = async () => difference(pictureOf(second), await vm.screendump())
    await expect.poll(isSame, { timeout: 20_000, interval: 100 }).toBe(0)
  })

  it('ask for the text of our clipboard, and forget who left', async () => {
    const bus = await startBus()
    const vnc = path.join(folder, 'vnc')
    await startVm(bus, '-vnc', `unix:${vnc}`)
    const source = await opened(`qemu+dbus:${bus.address}`)
    const other = stack.use(await VncClipboard.open(vnc))
    source.request?.({ kind: 'clipboard-share', on: true })
    source.request?.({ kind: 'clipboard-text', text: 'grüße' })
    await expect.poll(() => other.offers, slow).toBe(1)
    other.request()
    await expect.poll(() => other.heard.at(-1), slow).toBe('grüße')
    // QEMU has one clipboard: who leaves the bus must not keep it.
    source[Symbol.dispose]()
    const next = await opened(`qemu+dbus:${bus.address}`)
    next.request?.({ kind: 'clipboard-share', on: true })
    next.request?.({ kind: 'clipboard-text', text: 'of the next' })
    await expect
      .poll(() => {
        other.request()
        return other.heard.at(-1)
      }, slow)
      .toBe('of the next')
  })

  it('are heard', async () => {
    const bus = await startBus()
    await startOn(bus, ',audiodev=snd', speakerGuest(440, 10))
    const source = await opened(`qemu+dbus:${bus.address}`)
    expect(source.info.capabilities.audio).toBe(true)
    const kinds = new Set<string>()
    source.onNews?.(({ kind }) => kinds.add(kind))
    source.request?.({ kind: 'sound', on: true })
    await expect.poll(() => [...kinds], slow).toContain('sound')
  })

  it('are stated to be gone within a second', async () => {
    const bus = await startBus()
    const vm = await startVm(bus)
    const source = await opened(`qemu+dbus:${bus.address}`)
    const killedAt = performance.now()
    vm.kill()
    await expect.poll(() => source.gone?.code, { interval: 20 }).toBe('vm-gone')
    expect(performance.now() - killedAt).toBeLessThan(1000)
  })

  it('outlive their bus, which is stated', async () => {
    const bus = await startBus()
    const vm = await startVm(bus)
    const source = await opened(`qemu+dbus:${bus.address}`)
    await bus[Symbol.asyncDispose]()
    await expect.poll(() => source.gone, { timeout: 2000 }).toMatchObject({ code: 'hung-up' })
    expect(await vm.execute('query-status')).toMatchObject({ status: 'running' })
  })

  it('are missed on a bus without any, and where there is no bus', async () => {
    const bus = await startBus()
    const empty = await open(`qemu+dbus:${bus.address}`)
    expect(empty).toMatchObject({ ok: false, failure: { code: 'not-found' } })
    expect(!empty.ok && empty.failure.remedy).toContain('-display dbus')
    const nowhere = await open(`qemu+dbus:unix:path=${folder}/nothing`)
    expect(nowhere).toMatchObject({ ok: false, failure: { code: 'not-found' } })
    await startVm(bus)
    const other = await open(`qemu+dbus:${bus.address}?vm=other`)
    expect(!other.ok && other.failure.remedy).toBe(`Use qemu+dbus:${bus.address}?vm=lab`)
  })
})
