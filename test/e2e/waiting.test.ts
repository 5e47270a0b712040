// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeQemu, LISTENER } from '../fakes/fake-qemu.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'
import { App } from './app.ts'

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack.disposeAsync()
  stack = new AsyncDisposableStack()
})

/** pixman's x8r8g8b8. */
const XRGB = 0x20020888

/** A QEMU at a socket; resolves once its picture was sent to a viewer. */
async function qemuAt(socket: string): Promise<FakeQemu> {
  const qemu = stack.use(new FakeQemu(socket))
  const listener = await qemu.listener
  const bytes = new Uint8Array(64 * 64 * 4).fill(200)
  listener.tell(LISTENER, 'Scanout', 'uuuuay', [64, 64, 256, XRGB, bytes])
  return qemu
}

const socketOf = () => path.join(temporaryFolder(), 'qmp')

describe('a VM that is not there', () => {
  it('ends the command at once unless it is waited for', async () => {
    await using app = new App([`qemu:${socketOf()}`, '--headless'])
    expect(await app.ended).toMatchObject({ code: 1 })
  })

  it('is shown as soon as it is there, without a window too', async () => {
    const socket = socketOf()
    await using app = new App([`qemu:${socket}`, '--wait', '--headless', '--frames', '1'])
    await app.browser()
    await delay(1500)
    await qemuAt(socket)
    expect(await app.ended).toMatchObject({ code: 0 })
  })

  it('is waited for until Ctrl-C', async () => {
    await using app = new App([`qemu:${socketOf()}`, '--wait', '--headless'])
    await app.browser()
    await delay(1500)
    app.kill('SIGINT')
    expect(await app.ended).toMatchObject({ code: 0 })
  })

  it('lets a screenshot wait as well', async () => {
    const socket = socketOf()
    await using app = new App(['screenshot', `qemu:${socket}`, '--wait', '-o', 'one.png'])
    await delay(1500)
    await qemuAt(socket)
    expect(await app.ended).toMatchObject({ code: 0 })
  })
})

describe('a VM that goes away', () => {
  it('is shown again when it is back', async () => {
    const socket = socketOf()
    const wish = ['--reconnect', '--wait', '--headless']
    await using app = new App([`qemu:${socket}`, ...wish, '--stats', 'stats.json'])
    const first = await qemuAt(socket)
    await delay(3000)
    await first[Symbol.asyncDispose]()
    await delay(500)
    // Nobody but the program would take the second one's picture.
    await qemuAt(socket)
    await delay(1500)
    app.kill('SIGINT')
    expect(await app.ended).toMatchObject({ code: 0 })
    const { frames } = JSON.parse(readFileSync(path.join(app.home, 'stats.json'), 'utf8'))
    expect(frames).toBeGreaterThanOrEqual(2)
  })

  it('ends the command unless it is to be shown again', async () => {
    const socket = socketOf()
    await using app = new App([`qemu:${socket}`, '--wait', '--headless'])
    const qemu = await qemuAt(socket)
    await delay(1000)
    await qemu[Symbol.asyncDispose]()
    const ended = await app.ended
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^scanout: .*fake.*: /m)
  })
})
