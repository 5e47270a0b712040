// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { channels } from '../../../../core/channels.ts'
import type { SurfaceDescription } from '../../../../core/protocol.ts'
import { fail, ok } from '../../../../core/result.ts'
import { CANARY_SURFACE } from '../../../../core/texture-canary.ts'
import { ElectronShell } from '../../../../main/shell/electron/electron-shell.ts'
import { textureParts } from '../../../../main/shell/electron/texture-parts.ts'
import type { ShellWindow } from '../../../../main/shell/shell.ts'
import { ZeroCopyMarks } from '../../../../main/zero-copy-marks.ts'
import type { Mapping } from '../../../../native-shim/api.ts'
import { ReceivedTextures } from '../../../../preload/received-textures.ts'
import {
  app,
  type BrowserWindow,
  electron,
  ipcMain,
  ipcRenderer,
  sharedTexture,
} from '../../../fakes/electron.ts'
import { FakeFd, type FakeFile } from '../../../fakes/fake-fd.ts'
import { FakeGpus } from '../../../fakes/gpus.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'
import { FakePageHandlers } from '../../../fakes/page-handlers.ts'
import { validPlane } from '../../../fakes/planes.ts'
import { emptyFrame } from '../../../fakes/source-handle.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'
import { pageFolder } from './page-client.ts'

/** Hosts may be slow. */
const patient = { timeout: 30_000 }
vi.setConfig({ testTimeout: 60_000 })

// Main's half and the preload's, joined by a fake Electron: the whole life of textures but for their pixels.

const env = { XDG_RUNTIME_DIR: temporaryFolder() }
const { plane, length } = validPlane()
const mapping: Mapping = {
  size: 0,
  writable: true,
  copyOut: () => new Uint8Array(),
  write: () => {},
  [Symbol.dispose]: () => {},
}

let clock: ManualClock
let gpus: FakeGpus
let marks: ZeroCopyMarks
let files: FakeFile[]
let page: FakePageHandlers
let opened: ShellWindow[]
/** What the page says of the test picture. */
let verdict: string
let textures: ReceivedTextures

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  electron.reset()
  app.compositing = 'enabled'
  ipcRenderer.removeAllListeners()
  ipcRenderer.sent.length = 0
  clock = new ManualClock()
  gpus = new FakeGpus()
  marks = new ZeroCopyMarks({ XDG_STATE_HOME: temporaryFolder() })
  files = []
  page = new FakePageHandlers()
  opened = []
  verdict = ''
  electron.onLoad = loadPage
})
afterEach(async () => {
  for (const window of opened) await window[Symbol.asyncDispose]()
  expect(openDescriptors()).toBe(0)
  vi.restoreAllMocks()
})

function fd(link: string, size: number): FakeFd {
  const made = new FakeFd({ link, size, open: 0 })
  files.push(made.file)
  return made
}
const openDescriptors = () => files.reduce((sum, { open }) => sum + open, 0)

const shim = {
  createMemfd: (_name: string, size: number) => fd('/memfd:canary', size),
  map: () => mapping,
  syncDmabuf: () => {},
  createUdmabuf: (_memfd: unknown, _offset: number, size: number) => fd('/dmabuf:', size),
}

/** A page is there: its preload listens, and what main and it send each other arrives. */
function loadPage(window: BrowserWindow): void {
  ipcRenderer.removeAllListeners()
  textures = new ReceivedTextures()
  textures.onTry((surface) => {
    const frame = textures.frame(surface)
    frame?.close()
    return frame ? verdict : 'it did not arrive'
  })
  window.webContents.send = (...message: unknown[]) => {
    window.webContents.sent.push(message)
    const [channel, ...args] = message
    ipcRenderer.emit(String(channel), {}, ...args)
  }
  ipcRenderer.send = (...message: unknown[]) => {
    const [channel, ...args] = message
    const { webContents } = window
    const event = { sender: webContents, senderFrame: webContents.mainFrame }
    ipcMain.emit(String(channel), event, ...args)
  }
  ipcRenderer.send(channels.framesWanted)
}

async function open(zeroCopy?: boolean): Promise<ShellWindow> {
  const pciIds = async () => ({ vendor: 0x8086, device: 0x3e92 })
  const parts = ok({ startGpu: gpus.start, pciIds, shim, marks, clock })
  const shell = new ElectronShell(env, fail('no addon'), parts, pageFolder())
  const request = {
    title: 'VM',
    fullscreen: false,
    headless: false,
    presenter: 'webgl',
    ...(zeroCopy === undefined ? {} : { zeroCopy }),
    page,
  } as const
  const result = await shell.open(request, new AbortController().signal)
  if (!result.ok) throw new Error(result.failure.why)
  opened.push(result.value)
  await expect.poll(() => result.value.sharing.reason, patient).not.toContain('it is being tried')
  return result.value
}

const described = (id: number): SurfaceDescription => ({
  id,
  identity: `dmabuf ${id}`,
  plane,
  images: [],
  sharing: 'shared-texture',
})
const nothing = new Uint8Array()
let seq = 0
/** Shows a surface, as a source does that has it in a dma-buf. */
function show(window: ShellWindow, id: number, isNew: boolean, reset = false): Promise<boolean> {
  if (isNew) window.frames.surfaceTexture(id, plane, [fd('/dmabuf:', length)])
  const surfaces = isNew ? [described(id)] : []
  const scene = [{ kind: 'primary', surface: id, x: 0, y: 0 } as const]
  return window.frames.frame(emptyFrame(++seq, { reset, surfaces, scene }), nothing)
}
const posted = () => electron.windows.at(-1)?.webContents.ports.at(-1)?.peer?.posted.length

describe('the Electron window with textures', () => {
  it('uses them when the test picture came through', async () => {
    const window = await open()
    expect(window.sharing).toMatchObject({ sharing: 'shared-texture', copying: 'stream' })
    expect(sharedTexture.sends).toEqual([CANARY_SURFACE])
    expect(sharedTexture.held).toBe(0)
  })

  it.each([
    ['is told not to', async () => open(false), '--no-zero-copy'],
    [
      'draws without a GPU',
      async () => {
        app.compositing = 'disabled_software'
        return open()
      },
      'gpu_compositing',
    ],
    [
      'got another picture',
      async () => {
        verdict = '3 of 4096'
        return open()
      },
      '3 of 4096',
    ],
    [
      'draws with a GPU that cannot be tried',
      async () => {
        app.gpuDevice = [{ vendorId: 1, deviceId: 2 }]
        return open()
      },
      '0001:0002',
    ],
  ])('copies when it %s, and says so', async (_what, start, why) => {
    const gpuDevice = app.gpuDevice
    const window = await start()
    app.gpuDevice = gpuDevice
    expect(window.sharing.sharing).toBe('stream')
    expect(window.sharing.reason).toContain(why)
    expect(sharedTexture.held).toBe(0)
    window.frames.surfaceTexture(1, plane, [fd('/dmabuf:', length)])
  })

  it('imports three buffers once in a thousand flips', async () => {
    const window = await open()
    for (let flip = 0; flip < 1000; flip += 1) {
      expect(await show(window, 1 + (flip % 3), flip < 3, flip === 0)).toBe(true)
      textures.frame(1 + (flip % 3))?.close()
    }
    expect(sharedTexture.imports.length - 1).toBe(3)
    expect(sharedTexture.sends).toEqual([CANARY_SURFACE, 1, 2, 3])
    expect(sharedTexture.imports.every(({ openFrames }) => openFrames === 0)).toBe(true)
    expect(posted()).toBe(1000)
    await window[Symbol.asyncDispose]()
    textures[Symbol.dispose]()
    expect(sharedTexture.held).toBe(0)
  })

  it('lets go of what was evicted, on both sides', async () => {
    const window = await open()
    await show(window, 1, true, true)
    await show(window, 2, true)
    await window.frames.frame(emptyFrame(++seq, { gone: [1] }), nothing)
    expect(textures.frame(1)).toBeDefined()
    clock.advance(1000)
    expect(textures.frame(1)).toBeUndefined()
    expect(sharedTexture.imports.map(({ isGone }) => isGone)).toEqual([true, true, false])
  })

  it('sends to a reloaded page what it holds, without another import', async () => {
    const window = await open()
    await show(window, 1, true, true)
    const browser = electron.windows.at(-1)
    if (!browser) throw new Error('no window')
    textures[Symbol.dispose]()
    loadPage(browser)
    expect(await show(window, 1, true, true)).toBe(true)
    expect(sharedTexture.imports).toHaveLength(2)
    expect(sharedTexture.imports[1]?.holders.size).toBe(1)
  })

  const ends = [
    [
      'the GPU process ends',
      () => app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed' }),
      'crashed',
    ],
    [
      'the page lost its graphics',
      () => textures.broken('the graphics driver was reset'),
      'was reset',
    ],
  ] as const
  it.each(ends)('copies at once when %s, and remembers it', async (_what, end, why) => {
    const window = await open()
    await show(window, 1, true, true)
    const heard = vi.fn(() => window.sharing.sharing)
    window.onSharing(heard)
    end()
    expect(heard).toHaveBeenCalledOnce()
    expect(heard).toHaveReturnedWith('stream')
    expect(window.sharing.reason).toContain(why)
    expect(sharedTexture.held).toBe(0)
    expect(textures.frame(1)).toBeUndefined()
    // What was under way the old way is dropped, what comes the new way passes.
    expect(await show(window, 2, true)).toBe(false)
    expect(await window.frames.frame(emptyFrame(++seq, { reset: true }), nothing)).toBe(true)
    await window[Symbol.asyncDispose]()
    expect((await marks.list())[0]?.why).toContain(why)
  })

  it('copies when Electron does not tell of its GPU', async () => {
    vi.spyOn(app, 'getGPUInfo').mockRejectedValueOnce(new Error('GPU access not allowed'))
    expect((await open()).sharing.reason).toContain('GPU access not allowed')
  })

  it('hears of a GPU that Chromium has not told of yet', async () => {
    app.compositing = 'disabled_off'
    app.once('gpu-info-update', () => {
      app.compositing = 'enabled'
    })
    expect((await open()).sharing.sharing).toBe('shared-texture')
  })

  it('finds no fault in a window that a person closes', async () => {
    const window = await open()
    await show(window, 1, true, true)
    sharedTexture.isGated = true
    sharedTexture.fate = 'rejects'
    const sent = show(window, 2, true)
    await expect.poll(() => sharedTexture.gates.length, patient).toBe(1)
    electron.windows.at(-1)?.destroy()
    sharedTexture.gates.shift()?.()
    expect(await sent).toBe(false)
    app.emit('child-process-gone', {}, { type: 'GPU', reason: 'killed' })
    await window[Symbol.asyncDispose]()
    expect(await marks.list()).toEqual([])
  })

  it('does not mind the end of another process', async () => {
    const window = await open()
    app.emit('child-process-gone', {}, { type: 'Utility', reason: 'clean-exit' })
    expect(window.sharing.sharing).toBe('shared-texture')
  })

  it('copies when a send fails, and never touches what comes late', async () => {
    const window = await open()
    await show(window, 1, true, true)
    sharedTexture.fate = 'comes late'
    expect(await show(window, 2, true)).toBe(false)
    expect(window.sharing).toMatchObject({ sharing: 'stream' })
    for (const deliver of sharedTexture.late) await deliver()
    textures[Symbol.dispose]()
    expect(sharedTexture.held).toBe(0)
  })

  it('asks for copies of a layout that its GPU does not take, and goes on with others', async () => {
    const window = await open()
    const refused = vi.fn()
    window.onTextureRefused(refused)
    gpus.verdict = fail({ code: 'c', what: 'w', why: 'too odd a stride', remedy: 'r' })
    expect(await show(window, 1, true, true)).toBe(false)
    expect(refused).toHaveBeenCalledOnce()
    expect(window.sharing.sharing).toBe('shared-texture')
    expect(window.sharing.reason).toBe(
      'no shared-memory: no addon; XR24 of 16 × 8 is copied, because too odd a stride',
    )
  })

  it('hears nobody else', async () => {
    const window = await open()
    const stranger = { sender: {}, senderFrame: null }
    ipcMain.emit(channels.textureBroken, stranger, 'a lie')
    ipcMain.emit(channels.textureTried, stranger, 'a lie')
    expect(window.sharing.sharing).toBe('shared-texture')
  })
})

describe('the parts of textures', () => {
  const addon = ok({
    listen: () => {
      throw new Error('not asked')
    },
    ...shim,
  })

  it('are there on a host with a GPU, and have Chromium draw by EGL', () => {
    expect(textureParts(addon, ['/dev/dri/renderD128']).ok).toBe(true)
    expect([...app.commandLine.switches]).toEqual([['use-angle', 'gl-egl']])
  })

  it('leave a person’s own choice alone', () => {
    app.commandLine.appendSwitch('use-angle', 'vulkan')
    expect(textureParts(addon, ['/dev/dri/renderD128']).ok).toBe(true)
    expect([...app.commandLine.switches]).toEqual([['use-angle', 'vulkan']])
  })

  it.each([
    ['a GPU', textureParts(addon, []), 'no GPU'],
    ['the addon', textureParts(fail('it is not built'), ['/dev/dri/renderD128']), 'not built'],
  ])('are none without %s, and change nothing', (_what, parts, why) => {
    expect(parts.ok ? '' : parts.failure).toContain(why)
    expect(app.commandLine.switches.size).toBe(0)
  })
})
