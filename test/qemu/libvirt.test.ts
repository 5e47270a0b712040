// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parseAddress } from '../../main/source/address.ts'
import { openLibvirt } from '../../main/source/qemu/open.ts'
import type { VirshEvent } from '../../main/source/qemu/virsh.ts'
import type { Source } from '../../main/source/source.ts'
import { expectNoLeaks } from '../native/no-leaks.ts'
import { BusDaemon } from './bus-daemon.ts'
import { installed } from './installed.ts'
import { LibvirtSession } from './libvirt-session.ts'
import { pictureOf } from './viewer.ts'

expectNoLeaks()

const isHere = ['virtqemud', 'libvirtd'].some(installed) && installed('virsh') !== undefined
const wanted = 'apt-get install libvirt-daemon-driver-qemu libvirt-clients'
const p2p = "<graphics type='dbus' p2p='yes'/>"
let libvirt: LibvirtSession
let stack = new AsyncDisposableStack()

function open(name: string, uri = libvirt.uri) {
  const address = parseAddress(`libvirt:${name}?uri=${encodeURIComponent(uri)}`)
  if (!address.ok) throw new Error(address.failure.why)
  return openLibvirt(address.value, AbortSignal.timeout(20_000))
}

async function opened(name: string): Promise<Source> {
  const result = await open(name)
  if (!result.ok) throw new Error(`${result.failure.why}. ${result.failure.remedy}`)
  return stack.use(result.value)
}

/** A running domain that ends with the test. */
async function running(name: string, graphics: string): Promise<void> {
  await libvirt.define(name, graphics)
  await libvirt.command('start', name)
  stack.defer(async () => {
    await libvirt.command('undefine', name)
    libvirt.kill(name)
  })
}

describe.skipIf(!isHere)(`a libvirt domain (${wanted})`, () => {
  beforeAll(async () => {
    libvirt = new LibvirtSession()
    await libvirt.started()
  })
  afterEach(async () => {
    await stack.disposeAsync()
    stack = new AsyncDisposableStack()
  })
  afterAll(() => libvirt[Symbol.asyncDispose]())

  it('is shown, by name, UUID and number, however it is called', async () => {
    const name = "-x; it's <wïn> & 10"
    await running(name, p2p)
    const [uuid = '', number = ''] = await Promise.all(
      ['domuuid', 'domid'].map(async (verb) => (await libvirt.command(verb, name)).trim()),
    )
    for (const word of [name, uuid, number]) {
      const source = await opened(word)
      expect(source.info).toMatchObject({ name, console: { type: 'Graphic' } })
      await expect.poll(() => pictureOf(source).width, { timeout: 20_000 }).toBe(720)
      source[Symbol.dispose]()
    }
  })

  it('without a D-Bus display is told what to add, and how', async () => {
    await running('plain', '')
    const result = await open('plain')
    if (result.ok) throw new Error('it was opened')
    expect(result.failure.code).toBe('no-display')
    expect(result.failure.remedy).toContain(p2p)
    expect(result.failure.remedy).toContain(`virsh --connect=${libvirt.uri} edit plain`)
  })

  it('on a bus is found there, beside others', async () => {
    const address = `unix:path=${libvirt.folder}/bus`
    const config = path.join(libvirt.folder, 'bus.conf')
    const rules = ['user', 'own', 'send_destination', 'receive_sender'].map(
      (what) => `<allow ${what}="*"/>`,
    )
    const policy = `<policy context="default">${rules.join('')}</policy>`
    writeFileSync(config, `<busconfig><listen>${address}</listen>${policy}</busconfig>`)
    const bus = stack.use(new BusDaemon(address, config))
    await bus.started()
    const graphics = `<graphics type='dbus' address='${address}'/>`
    for (const name of ['first', 'second']) await running(name, graphics)
    for (const name of ['first', 'second']) {
      const source = await opened(name)
      expect(source.info.name).toBe(name)
      source[Symbol.dispose]()
    }
  })

  it('that is off is told how to start it', async () => {
    await libvirt.define('off', p2p)
    const result = await open('off')
    await libvirt.command('undefine', 'off')
    expect(result).toMatchObject({ ok: false, failure: { code: 'not-running' } })
    expect(!result.ok && result.failure.why).toContain('shut off')
    expect(!result.ok && result.failure.remedy).toContain('start off')
  })

  it('that nobody knows is told where it was looked for', async () => {
    const result = await open('nobody')
    expect(result).toMatchObject({ ok: false, failure: { code: 'not-found' } })
    expect(!result.ok && result.failure.why).toContain(libvirt.uri)
    const nowhere = await open('nobody', 'qemu+unix:///session?socket=/nowhere')
    expect(nowhere).toMatchObject({ ok: false, failure: { code: 'no-libvirt' } })
  })

  it('is stated to be gone within a second', async () => {
    await running('mortal', p2p)
    const source = await opened('mortal')
    const killedAt = performance.now()
    libvirt.kill('mortal')
    await expect.poll(() => source.gone?.code, { interval: 20 }).toBe('vm-gone')
    expect(performance.now() - killedAt).toBeLessThan(1000)
  })

  it('goes to the newest viewer, and says so to the other one', async () => {
    await running('shared', p2p)
    const first = await opened('shared')
    const second = await opened('shared')
    await expect.poll(() => first.gone?.code, { timeout: 3000 }).toBe('hung-up')
    expect(second.gone).toBeUndefined()
  })

  it('reports what happens to it', async () => {
    await running('lively', p2p)
    const seen: VirshEvent[] = []
    const ends: Error[] = []
    using _events = libvirt.virsh.events(
      'lively',
      (event) => seen.push(event),
      (why) => ends.push(why),
    )
    // Nothing tells when virsh listens.
    const isSuspended = () => seen.some(({ detail }) => detail === 'Suspended Paused')
    for (let tries = 0; tries < 50 && !isSuspended(); tries += 1) {
      await libvirt.command('suspend', 'lively')
      await delay(50)
      await libvirt.command('resume', 'lively')
    }
    expect(isSuspended()).toBe(true)
    await libvirt.command('destroy', 'lively')
    await libvirt.command('start', 'lively')
    const started = { name: 'lifecycle', detail: 'Started Booted' }
    await expect.poll(() => seen).toContainEqual(started)
    expect(ends).toEqual([])
  })
})
