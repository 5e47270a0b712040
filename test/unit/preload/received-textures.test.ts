// SPDX-License-Identifier: GPL-2.0-or-later
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { channels } from '../../../core/channels.ts'
import { ReceivedTextures } from '../../../preload/received-textures.ts'
import { ipcRenderer, sharedTexture } from '../../fakes/electron.ts'
import type { FakeImported, FakeVideoFrame } from '../../fakes/fake-shared-texture.ts'

let textures: ReceivedTextures

beforeEach(() => {
  ipcRenderer.removeAllListeners()
  ipcRenderer.sent.length = 0
  sharedTexture.reset()
  textures = new ReceivedTextures()
})

async function send(surface: unknown): Promise<FakeImported> {
  const imported = sharedTexture.importSharedTexture({
    textureInfo: {
      pixelFormat: 'bgra',
      codedSize: { width: 4, height: 4 },
      handle: { nativePixmap: { modifier: '0', planes: [{ fd: 3, size: 64 }] } },
    },
  })
  await sharedTexture.sendSharedTexture({ importedSharedTexture: imported }, surface)
  return imported
}
const frameOf = (surface: number) => textures.frame(surface) as unknown as FakeVideoFrame

describe('textures in a page', () => {
  it('give as many frames as are asked for, each to be closed by whoever asked', async () => {
    const imported = await send(7)
    for (let flip = 0; flip < 100; flip += 1) frameOf(7).close()
    expect(imported.openFrames).toBe(0)
    expect(imported.holders.size).toBe(1)
    expect(textures.frame(8)).toBeUndefined()
  })

  it('are held until main wants them gone', async () => {
    const [one, two] = [await send(1), await send(2)]
    ipcRenderer.emit(channels.textureGone, {}, 1)
    ipcRenderer.emit(channels.textureGone, {}, 1)
    ipcRenderer.emit(channels.textureGone, {}, 9)
    expect([one.holders.size, two.holders.size]).toEqual([0, 1])
    expect(textures.frame(1)).toBeUndefined()
  })

  it('give way to one that comes under their name', async () => {
    const [before, after] = [await send(1), await send(1)]
    expect([before.holders.size, after.holders.size]).toEqual([0, 1])
    expect(frameOf(1).texture).toBe(after)
  })

  it('go with the page', async () => {
    const imported = await send(1)
    textures[Symbol.dispose]()
    textures[Symbol.dispose]()
    expect(imported.holders.size).toBe(0)
  })

  it('that come after main gave up are neither held nor released', async () => {
    const held = await send(1)
    sharedTexture.fate = 'comes late'
    await expect(send(2)).rejects.toThrow('timed out')
    ipcRenderer.emit(channels.texturesStopped)
    expect(held.holders.size).toBe(0)
    for (const deliver of sharedTexture.late) await deliver()
    expect(textures.frame(2)).toBeUndefined()
    expect(() => textures[Symbol.dispose]()).not.toThrow()
  })

  it('without a name are refused', async () => {
    await expect(send('1')).rejects.toThrow('without its name')
  })

  it('are judged when main asks, however late the judge comes', () => {
    ipcRenderer.emit(channels.textureTry, {}, 0)
    expect(ipcRenderer.sent).toEqual([])
    const judge = vi.fn(() => 'too green')
    textures.onTry(judge)
    expect(judge).toHaveBeenCalledExactlyOnceWith(0)
    ipcRenderer.emit(channels.textureTry, {}, 0)
    textures.broken('why')
    expect(ipcRenderer.sent).toEqual([
      [channels.textureTried, 'too green'],
      [channels.textureTried, 'too green'],
      [channels.textureBroken, 'why'],
    ])
  })
})
