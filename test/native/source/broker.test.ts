// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Io } from '../../../main/command.ts'
import { broker } from '../../../main/commands/broker.ts'
import { capturePlanes } from '../../../main/source/capture-planes.ts'
import { DemoDevice } from '../../../main/source/demo/device.ts'
import { DeviceSource } from '../../../main/source/device-source.ts'
import { openPlanes } from '../../../main/source/planes/open.ts'
import { PlanesServer } from '../../../main/source/planes/server.ts'
import { PlanesSource } from '../../../main/source/planes/source.ts'
import { shim } from '../../../native-shim/index.ts'
import { picture } from '../../conformance/plane-device.ts'
import { expectNoLeaks } from '../no-leaks.ts'
import { info, pointer, show } from './demo-host.ts'

expectNoLeaks()

let stack = new AsyncDisposableStack()
afterEach(async () => {
  await stack[Symbol.asyncDispose]()
  stack = new AsyncDisposableStack()
})

function serve(transport: 'dmabuf' | 'region' = 'dmabuf') {
  const device = new DemoDevice(shim)
  device.setTransport(transport)
  const map = device.mapDmabuf.bind(device)
  const now = () => performance.now()
  const source = stack.use(new DeviceSource({ info, device, transport, map, now }))
  const server = stack.use(new PlanesServer(shim, source))
  /** A viewer of its own, greeted. */
  const join = async () => {
    const [near, far] = shim.socketPair()
    const served = server.serve(far)
    const viewer = new PlanesSource(shim, near, info, now)
    stack.defer(async () => {
      viewer[Symbol.dispose]()
      expect(await served).toBeUndefined()
    })
    expect(await viewer.greeted()).toBeUndefined()
    return viewer
  }
  return { device, source, server, join }
}

/** What the viewer sees of the primary plane once it asked. */
async function see(viewer: PlanesSource) {
  await viewer.fetch()
  const [reading] = viewer.refresh()
  const { planes } = capturePlanes(shim, reading ? [reading] : [])
  const status = reading?.status
  return {
    state: status?.state,
    byte: planes[0]?.buffers[0]?.[0],
    verdict: status?.state === 'refused' ? status.verdict.code : undefined,
  }
}

describe('a broker', () => {
  it('hands planes to several viewers with one GET a buffer', async () => {
    const { device, join } = serve()
    const viewers = [await join(), await join(), await join()]
    for (let flip = 0; flip < 12; flip += 1) {
      if (flip < 3) show(device, { ...picture, slot: flip }, 10 + flip)
      else device.setPlane('primary', { ...picture, slot: flip % 3 })
      for (const viewer of viewers) {
        expect(await see(viewer)).toMatchObject({ state: 'shown', byte: 10 + (flip % 3) })
      }
    }
    expect(device.gets()).toBe(3)
  })

  it('tells cursors with their place and hotspot, and when they move', async () => {
    const { device, join } = serve()
    show(device, pointer, 1)
    const viewer = await join()
    await viewer.fetch()
    device.setPlane('cursor', { ...pointer, x: -2 })
    await viewer.fetch()
    const status = viewer.refresh()[2]?.status
    expect(status?.state === 'shown' && status.plane).toMatchObject({
      x: -2,
      hotspot: { x: 1, y: 2 },
    })
  })

  it('hands out buffers again that a viewer let go', async () => {
    const { device, join } = serve()
    const viewer = await join()
    for (let round = 0; round < 40; round += 1) {
      const slot = round % 10 >= 8 ? 16 + (round % 10) : round % 10
      if (round < 10) {
        device.makeBuffer(slot, picture.size)
        device.loadPixels(slot, 0, Uint8Array.of(slot))
      }
      device.setPlane('primary', { ...picture, slot })
      await viewer.fetch()
      // What crossed on the way is settled with the next request.
      expect(await see(viewer)).toMatchObject({ state: 'shown', byte: slot })
    }
  })

  it('never mistakes a new buffer under an old id for the old one', async () => {
    const { device, join } = serve()
    show(device, picture, 1)
    const viewer = await join()
    expect(await see(viewer)).toMatchObject({ byte: 1 })
    device.makeBuffer(0, picture.size)
    device.loadPixels(0, 0, Uint8Array.of(2))
    expect(await see(viewer)).toMatchObject({ byte: 2 })
  })

  it('copies regions, whose memory only the device could map', async () => {
    const { device, join } = serve('region')
    show(device, picture, 5)
    const viewers = [await join(), await join()]
    for (const byte of [5, 6, 7]) {
      device.loadPixels(0, 0, Uint8Array.of(byte))
      for (const viewer of viewers) expect(await see(viewer)).toMatchObject({ byte })
    }
  })

  it('copies tiled regions tile by tile', async () => {
    const { device, join } = serve('region')
    show(device, { ...picture, modifier: 0x0100_0000_0000_0002n }, 9)
    expect(await see(await join())).toMatchObject({ state: 'shown', byte: 9 })
  })

  it('passes on what cannot be shown, for the viewer to judge', async () => {
    const { device, join } = serve()
    show(device, picture, 1)
    const viewer = await join()
    device.setPlane('primary', { ...picture, fourcc: 0x3231564e })
    expect(await see(viewer)).toMatchObject({ state: 'refused' })
    device.setPlane('primary', { ...picture, height: 9999 })
    expect(await see(viewer)).toMatchObject({ state: 'refused', verdict: 'truncated' })
    device.disable('primary')
    expect(await see(viewer)).toMatchObject({ state: 'disabled' })
  })

  it('tells the end to everybody', async () => {
    const { server, source, join } = serve()
    const viewer = await join()
    const gone = Promise.withResolvers<void>()
    viewer.onWake(() => viewer.gone && gone.resolve())
    const failure = { code: 'vm-gone', what: 'a', why: 'b', remedy: 'c' }
    source.end(failure)
    await server.end(failure)
    await gone.promise
    expect(viewer.gone).toEqual(failure)
  })

  it.each(['GET / HTTP/1.1\r\n\r\n', '\x02\0\0\0{}', '\xff\xff\xff\xff', '\x04\0\0\0null'])(
    'turns a viewer away that says %j and serves the others',
    async (nonsense) => {
      const { device, server, join } = serve()
      show(device, picture, 3)
      const viewer = await join()
      const [near, far] = shim.socketPair()
      stack.use(near)
      const served = server.serve(far)
      await near.send(Buffer.from(nonsense, 'latin1'))
      expect(await served).toMatchObject({ code: 'bad-protocol' })
      expect(await see(viewer)).toMatchObject({ byte: 3 })
    },
  )
})

describe('scanout broker', () => {
  function command(...argv: string[]) {
    const folder = mkdtempSync(path.join(tmpdir(), 'scanout-broker-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const stop = new AbortController()
    const ready = Promise.withResolvers<string>()
    const write = async (text: string | Uint8Array) => ready.resolve(String(text))
    const stdout = { write, isTerminal: false }
    const io: Io = { stdout, stderr: stdout, env: {}, cwd: folder, signal: stop.signal }
    const socket = path.join(folder, 's')
    return { folder, socket, stop, ready: ready.promise, run: () => broker.run(argv, io) }
  }

  it('serves a source until it is stopped, and takes its socket away', async () => {
    const { socket, stop, ready, run } = command(
      'demo:?size=64x64&still=1',
      '-l',
      's',
      '--mode',
      '0660',
    )
    const running = run()
    expect(await ready).toContain(socket)
    expect(statSync(socket).mode & 0o777).toBe(0o660)
    const address = { text: 'planes+unix:s', scheme: 'planes+unix', path: socket, query: new Map() }
    const opened = await openPlanes(address, stop.signal)
    if (!opened.ok) throw new Error(opened.failure.why)
    using viewer = opened.value
    expect(viewer.refresh().map(({ status }) => status.state)).toEqual(['shown', 'absent', 'shown'])
    expect(viewer.info.name).toBe('Built-in guest')
    stop.abort()
    expect(await running).toMatchObject({ ok: true })
    expect(existsSync(socket)).toBe(false)
  })

  it('ends with the VM', async () => {
    const { run } = command('demo:?size=64x64&gone=1', '-l', 's')
    const ended = await run()
    expect(ended.ok || ended.failure.code).toBe('vm-gone')
  })

  it.each([
    [['demo:'], 'usage'],
    [['nonsense', '-l', 's'], 'usage'],
    [['demo:', '-l', 's', '--mode', '0777'], 'usage'],
    [['demo:', '-l', 's', '--owner', 'me'], 'usage'],
    [['demo:?fourcc=none', '-l', 's'], 'usage'],
    [['demo:', '-l', 'no/such/folder/s'], 'no-socket'],
    [['demo:', '-l', 'taken'], 'no-socket'],
    [['vfio:00000000-0000-0000-0000-000000000000', '-l', 's'], 'not-found'],
  ])('says what is wrong with %j', async (argv, code) => {
    const { folder, run } = command(...argv)
    writeFileSync(path.join(folder, 'taken'), '')
    const ended = await run()
    expect(ended.ok || ended.failure.code).toBe(code)
  })
})
