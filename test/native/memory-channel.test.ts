// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MemoryChannel } from '../../main/transport/memory-channel.ts'
import type { Fd } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { SharedSurfaces } from '../../preload/shared-surfaces.ts'
import { emptyFrame } from '../fakes/source-handle.ts'

// Both ends of the shared-memory transport with the real addon, in one process; only Electron between
// them is missing.

type Got = { surface: number; image: number; buffer: SharedArrayBuffer; size: number }

let channel: MemoryChannel
let surfaces: SharedSurfaces
let got: Got[]
let before: { fds: number; mappings: number }

beforeEach(() => {
  vi.stubGlobal('crossOriginIsolated', true)
  before = shim.counts()
  got = []
  channel = new MemoryChannel(shim, process.env)
  surfaces = new SharedSurfaces(shim, (surface, image, buffer, size) => {
    got.push({ surface, image, buffer, size })
    channel.mapped(surface, image)
  })
})
afterEach(async () => {
  surfaces[Symbol.dispose]()
  await channel[Symbol.asyncDispose]()
  vi.unstubAllGlobals()
  await vi.waitFor(() => expect(shim.counts()).toEqual(before))
})

/** A memfd as a source makes it, and its writer's view. */
function memory(size: number, fill: number): Fd {
  const memfd = shim.createMemfd('test', size)
  using mapping = shim.map(memfd, 0, size, true)
  mapping.write(0, new Uint8Array(size).fill(fill))
  return memfd
}

function serve(): Promise<string> {
  const tried = Promise.withResolvers<string>()
  surfaces.serve(channel.socketPath, tried.resolve).catch((error: unknown) => {
    tried.resolve(String(error))
  })
  return tried.promise
}

describe('shared memory', () => {
  it('is believed once the canary was read through mapped pages', async () => {
    expect(await serve()).toBe('')
  })

  it('is not used by a page that is not isolated', async () => {
    vi.stubGlobal('crossOriginIsolated', false)
    expect(await serve()).toContain('not cross-origin isolated')
  })

  it('shows what the source writes, without a copy', async () => {
    await serve()
    const memfd = memory(100_000, 7)
    using writer = shim.map(memfd, 0, 100_000, true)
    channel.share(3, 0, memfd, 100_000)
    expect(await channel.ready(emptyFrame(1))).toBe(true)
    expect(got).toMatchObject([{ surface: 3, image: 0, size: 100_000 }])
    const bytes = new Uint8Array(got[0]?.buffer ?? new ArrayBuffer(0))
    expect(bytes[99_999]).toBe(7)
    writer.write(99_999, Uint8Array.of(9))
    expect(bytes[99_999]).toBe(9)
  })

  it('holds a frame until the page can read its surfaces', async () => {
    channel.share(1, 0, memory(4096, 1), 4096)
    let isReady = false
    const ready = channel.ready(emptyFrame(1)).then((mapped) => {
      isReady = mapped
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(isReady).toBe(false)
    await serve()
    await ready
    expect(isReady).toBe(true)
  })

  it('lets go of what is gone, and of everything that a reset does not name', async () => {
    await serve()
    for (const id of [1, 2, 3]) channel.share(id, 0, memory(4096, id), 4096)
    await channel.ready(emptyFrame(1))
    const held = shim.counts().fds
    await channel.ready(emptyFrame(2, { gone: [1] }))
    expect(shim.counts().fds).toBe(held - 1)
    await channel.ready(emptyFrame(3, { reset: true }))
    expect(shim.counts().fds).toBe(held - 3)
  })

  it('comes again whole for a page that was reloaded', async () => {
    await serve()
    channel.share(1, 0, memory(4096, 5), 4096)
    await channel.ready(emptyFrame(1))
    surfaces[Symbol.dispose]()
    surfaces = new SharedSurfaces(shim, (surface, image, buffer, size) => {
      got.push({ surface, image, buffer, size })
      channel.mapped(surface, image)
    })
    await serve()
    await vi.waitFor(() => expect(got.length).toBe(2))
    expect(new Uint8Array(got[1]?.buffer ?? new ArrayBuffer(1))[0]).toBe(5)
  })

  it('gives pages back when the page forgets a surface', async () => {
    await serve()
    channel.share(1, 0, memory(4096, 5), 4096)
    await channel.ready(emptyFrame(1))
    const { mappings } = shim.counts()
    surfaces.forget(1)
    surfaces.forget(1)
    expect(shim.counts().mappings).toBe(mappings - 1)
    expect(new Uint8Array(got[0]?.buffer ?? new ArrayBuffer(1))[0]).toBe(0)
  })

  it('refuses memory that could shrink or is too short', async () => {
    const path = '/proc/self/exe'
    await serve()
    const failed = vi.fn()
    surfaces[Symbol.dispose]()
    surfaces = new SharedSurfaces(shim, failed)
    const served = surfaces.serve(channel.socketPath, () => {})
    channel.share(1, 0, shim.openFile(path, false), 4096)
    await expect(served).rejects.toThrow('could shrink')
    surfaces[Symbol.dispose]()
    surfaces = new SharedSurfaces(shim, failed)
    const again = surfaces.serve(channel.socketPath, () => {})
    await channel.ready(emptyFrame(1, { reset: true }))
    channel.share(2, 0, memory(4096, 1), 8192)
    await expect(again).rejects.toThrow('4096 bytes, not 8192')
    expect(failed).not.toHaveBeenCalled()
  })

  it('travels over a socket that nobody else can reach', async () => {
    expect(statSync(channel.socketPath).mode & 0o777).toBe(0o600)
    expect(statSync(channel.socketPath.replace(/\/memory$/, '')).mode & 0o777).toBe(0o700)
    await channel[Symbol.asyncDispose]()
    expect(existsSync(channel.socketPath)).toBe(false)
  })
})
