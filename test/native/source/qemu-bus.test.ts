// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BUS, type BusHandlers } from '../../../main/source/qemu/bus.ts'
import { connectVm, openBus } from '../../../main/source/qemu/bus-line.ts'
import { findVms } from '../../../main/source/qemu/bus-vms.ts'
import type { MessageBus } from '../../../main/source/qemu/message-bus.ts'
import { FakeBus, type FakeBusWish, STRANGER, VM } from '../../fakes/fake-bus.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

let folder = ''
let stack = new AsyncDisposableStack()
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'fake-bus-'))
})
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
  rmSync(folder, { recursive: true })
})

function start(wish: FakeBusWish = {}): { fake: FakeBus; address: string } {
  const socket = path.join(folder, 'bus')
  return { fake: stack.use(new FakeBus(socket, wish)), address: `unix:path=${socket}` }
}

async function connected(wish: FakeBusWish = {}): Promise<{ fake: FakeBus; bus: MessageBus }> {
  const { fake, address } = start(wish)
  const opened = await openBus(address)
  if (!opened.ok) throw new Error(opened.failure.why)
  return { fake, bus: stack.use(opened.value) }
}

/** What came from the VM that is followed. */
async function following(wish: FakeBusWish = {}) {
  const { fake, bus } = await connected(wish)
  const heard: string[] = []
  const handlers: BusHandlers = {
    onCall: (call) => {
      heard.push(`call ${call.message.member}`)
      call.answer()
    },
    onSignal: (signal) => heard.push(`signal ${signal.member}`),
    onEnd: (why) => heard.push(`end: ${why}`),
  }
  const peer = stack.use(await bus.follow(VM, handlers))
  /** All that was said before has been heard when this is over. */
  const settled = () => peer.call({ ...question, member: 'GetAll' })
  return { fake, bus, peer, heard, settled }
}

const question = { path: '/org/qemu/Display1/VM', interface: 'org.example' }
const news = { path: '/a', interface: 'org.example', member: 'News' }

describe('somebody on a bus', () => {
  it('is asked by name, and nobody else can answer for him', async () => {
    const { fake, bus } = await connected({ isVmSilent: true })
    const asked = bus.at(VM).call({ ...question, member: 'Ask' })
    await expect.poll(() => fake.calls.at(-1)?.member).toBe('Ask')
    expect(fake.calls.at(-1)?.destination).toBe(VM)
    const replySerial = fake.calls.at(-1)?.serial ?? 0
    const lie = { signature: 's', body: ['lie'] }
    for (const sender of [STRANGER, '', BUS]) {
      fake.say({ type: 'reply', sender, replySerial, ...lie })
    }
    fake.say({ type: 'error', sender: STRANGER, error: 'org.example.Lie', replySerial, ...lie })
    fake.say({ type: 'reply', sender: VM, replySerial, signature: 's', body: ['truth'] })
    expect((await asked).body).toEqual(['truth'])
  })

  it('who is not there any more is excused by the bus', async () => {
    const { fake, bus } = await connected({ isVmSilent: true })
    const asked = bus.at(VM).call({ ...question, member: 'Ask' })
    await expect.poll(() => fake.calls.at(-1)?.member).toBe('Ask')
    const replySerial = fake.calls.at(-1)?.serial ?? 0
    const error = `${BUS}.Error.ServiceUnknown`
    fake.say({ type: 'error', sender: BUS, error, replySerial, signature: 's', body: ['gone'] })
    await expect(asked).rejects.toMatchObject({ code: error, message: 'gone' })
  })

  it('is followed by two rules, and by no other name', async () => {
    const { fake, bus } = await following()
    const rules = fake.calls.filter(({ member }) => member === 'AddMatch').map(({ body }) => body)
    expect(rules).toHaveLength(2)
    expect(rules[0]?.[0]).toContain(`member='NameOwnerChanged',arg0='${VM}'`)
    expect(rules[1]).toEqual([`type='signal',sender='${VM}'`])
    const handlers = { onEnd: () => {} }
    for (const name of ['org.qemu', '', ":1.7',type='method_call", ':'.repeat(300)]) {
      await expect(bus.follow(name, handlers)).rejects.toThrow(RangeError)
    }
  })

  it('is the only one who may call, and gets the answer', async () => {
    const { fake, heard, settled } = await following()
    for (const sender of [STRANGER, '', BUS, VM]) fake.say({ type: 'call', sender, ...news })
    await settled()
    await expect.poll(() => fake.answers.length).toBe(4)
    expect(heard).toEqual(['call News'])
    const outcome = fake.answers.map(({ type, error, destination }) => [type, error, destination])
    const denied = `${BUS}.Error.AccessDenied`
    expect(outcome).toEqual([
      ['error', denied, STRANGER],
      ['error', denied, undefined],
      ['error', denied, BUS],
      ['reply', undefined, VM],
    ])
  })

  it('may not be called for before he is followed', async () => {
    const { fake } = await connected()
    fake.say({ type: 'call', sender: VM, ...news })
    await expect.poll(() => fake.answers.length).toBe(1)
    expect(fake.answers[0]?.error).toContain('AccessDenied')
  })

  it('is the only one whose signals are heard', async () => {
    const { fake, heard, settled } = await following()
    for (const sender of [STRANGER, '', BUS, VM]) fake.say({ type: 'signal', sender, ...news })
    await settled()
    expect(heard).toEqual(['signal News'])
  })

  it('ends when the bus says so, and only then', async () => {
    const { fake, heard, peer, settled } = await following()
    fake.tellOwner(VM, '', STRANGER)
    fake.tellOwner(STRANGER, '')
    fake.tellOwner(VM, ':1.8')
    await settled()
    expect(heard).toEqual([])
    expect(peer.isEnded).toBe(false)
    fake.tellOwner(VM, '')
    await expect.poll(() => heard).toEqual(['end: it left the bus'])
    expect(peer.isEnded).toBe(true)
    await expect(settled()).rejects.toMatchObject({ code: 'closed' })
  })

  it('ends with the bus', async () => {
    const { fake, heard } = await following()
    fake.hangUp()
    await expect.poll(() => heard).toHaveLength(1)
    expect(heard[0]).toMatch(/^end: /)
  })
})

describe('VMs on a bus', () => {
  // biome-ignore format: one row per answer
  const rows: readonly (readonly [FakeBusWish, readonly string[]])[] = [
    [{ owners: [VM, STRANGER] },                                     [VM, STRANGER]],
    [{ owners: [] },                                                 []],
    [{ owners: [VM, 'org.example', ":1.1'", ''] },                   [VM]],
    [{ owners: Array.from({ length: 500 }, (_, at) => `:1.${at}`) }, Array.from({ length: 64 }, (_, at) => `:1.${at}`)],
    [{ ownersAnswer: { signature: 's', body: [VM] } },               []],
    [{ ownersAnswer: { signature: '', body: [] } },                  []],
    [{ isVmSilent: true },                                           []],
  ]
  it.each(rows)('are who answers in time: %j', async (wish, owners) => {
    const { bus } = await connected(wish)
    const vms = await findVms(bus, 300)
    expect(vms.map(({ owner }) => owner)).toEqual(owners)
    expect(vms.map(({ name }) => name)).toEqual(owners.map((owner) => `vm of ${owner}`))
  })

  it('are connected with their process', async () => {
    const { address } = start({ owners: [STRANGER, VM] })
    const line = await connectVm(address, `vm of ${VM}`, { onEnd: () => {} })
    if (!line.ok) throw new Error(line.failure.why)
    stack.use(line.value.peer)
    expect(line.value).toMatchObject({ vm: `vm of ${VM}`, pid: 4711 })
  })
})

describe('a bus that does not let us in', () => {
  // biome-ignore format: one row per bus
  const rows: readonly (readonly [FakeBusWish, string])[] = [
    [{ isShut: true },                              'no-permission'],
    [{ handshake: 'REJECTED EXTERNAL\r\n' },        'no-permission'],
    [{ handshake: 'SSH-2.0-OpenSSH\r\n' },          'bad-protocol'],
  ]
  it.each(rows)('is told in words: %j', async (wish, code) => {
    const { address } = start(wish)
    expect(await openBus(address)).toMatchObject({ ok: false, failure: { code } })
  })

  it('is not waited for longer than wished', async () => {
    const { address } = start({ handshake: '' })
    const opened = await openBus(address, 100)
    expect(opened).toMatchObject({ ok: false, failure: { code: 'bad-protocol' } })
    expect(!opened.ok && opened.failure.why).toContain('100 ms')
  })

  it('is found at the first socket where one is', async () => {
    const { address } = start()
    const opened = await openBus(`unix:path=${folder}/nothing;${address}`)
    if (!opened.ok) throw new Error(opened.failure.why)
    stack.use(opened.value)
    const nowhere = await openBus(`unix:path=${folder}/nothing;unix:path=${folder}/neither`)
    expect(nowhere).toMatchObject({ ok: false, failure: { code: 'not-found' } })
  })
})
