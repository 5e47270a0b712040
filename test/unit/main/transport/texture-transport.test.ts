// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fail, ok } from '../../../../core/result.ts'
import { CANARY_SURFACE, canaryBytes } from '../../../../core/texture-canary.ts'
import type { TextureInfo } from '../../../../main/transport/texture-info.ts'
import { TextureTransport } from '../../../../main/transport/texture-transport.ts'
import { ZeroCopyMarks } from '../../../../main/zero-copy-marks.ts'
import type { Mapping } from '../../../../native-shim/api.ts'
import { FakeFd, type FakeFile } from '../../../fakes/fake-fd.ts'
import { FakeGpus, gpuDevice, gpuRefusal } from '../../../fakes/gpus.ts'
import { ManualClock } from '../../../fakes/manual-clock.ts'
import { validPlane } from '../../../fakes/planes.ts'
import { emptyFrame } from '../../../fakes/source-handle.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

/** Hosts may be slow. */
const patient = { timeout: 30_000 }
vi.setConfig({ testTimeout: 60_000 })

const { plane, length } = validPlane()
const ids = { vendor: 0x8086, device: 0x3e92 }

let clock: ManualClock
let gpus: FakeGpus
let marks: ZeroCopyMarks
let files: FakeFile[]
let written: Uint8Array[]
let imported: TextureInfo[]
let calls: string[]
let compositing: string
/** Runs with every send. */
let sends: () => void
let udmabufs: boolean
let gpuGone: ((why: string) => void) | undefined
let transport: TextureTransport | undefined

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  clock = new ManualClock()
  gpus = new FakeGpus()
  marks = new ZeroCopyMarks({ XDG_STATE_HOME: temporaryFolder() })
  files = []
  written = []
  imported = []
  calls = []
  compositing = 'enabled'
  sends = () => {}
  udmabufs = true
})
afterEach(async () => {
  await transport?.[Symbol.asyncDispose]()
  vi.restoreAllMocks()
})

function fd(link: string, size: number): FakeFd {
  const made = new FakeFd({ link, size, open: 0 })
  files.push(made.file)
  return made
}

const mapping: Mapping = {
  size: 0,
  writable: true,
  copyOut: () => new Uint8Array(),
  write: (_offset, bytes) => written.push(bytes),
  [Symbol.dispose]: () => {},
}

function open(): TextureTransport {
  const host = {
    importer: {
      import: (info: TextureInfo) => {
        imported.push(info)
        return {
          send: async (surface: number) => {
            sends()
            calls.push(`send ${surface}`)
          },
          release: () => calls.push('release'),
        }
      },
      forget: (surface: number) => calls.push(`forget ${surface}`),
      stop: () => calls.push('stop'),
    },
    windowGpu: async () => ok({ compositing, ids }),
    tryCanary: () => calls.push('try'),
    onGpuGone: (listener: (why: string) => void) => {
      gpuGone = listener
      return () => {
        gpuGone = undefined
      }
    },
  }
  const shim = {
    createMemfd: (_name: string, size: number) => fd('/memfd:canary', size),
    map: () => mapping,
    createUdmabuf: (_memfd: unknown, _offset: number, size: number) => {
      if (udmabufs) return fd('/dmabuf:', size)
      throw Object.assign(new Error('no'), { code: 'EACCES', syscall: 'open' })
    },
  }
  const pciIds = async () => ids
  transport = new TextureTransport(host, { startGpu: gpus.start, pciIds, shim, marks, clock })
  return transport
}

/** Judges with a page that answers so, or not at all (null). */
async function judged(answer: string | null = ''): Promise<string | undefined> {
  const made = open()
  const judging = made.judge()
  await expect.poll(() => calls.includes('try'), patient).toBe(true)
  if (answer === null) clock.advance(1500)
  else made.tried(answer)
  return judging
}

const openDescriptors = () => files.reduce((sum, { open: count }) => sum + count, 0)

describe('textures in a window', () => {
  it('are used once the test picture arrived', async () => {
    expect(await judged()).toBeUndefined()
    expect(written[0]).toEqual(canaryBytes())
    expect(imported).toMatchObject([
      { pixelFormat: 'bgra', codedSize: { width: 64, height: 64 }, modifier: '0' },
    ])
    expect(calls).toEqual([`send ${CANARY_SURFACE}`, 'try', `forget ${CANARY_SURFACE}`, 'release'])
    expect(gpus.started).toEqual([undefined, '/dev/dri/renderD128'])
    expect(await marks.list()).toEqual([])
    expect(openDescriptors()).toBe(0)
  })

  it('are tried with memory of the GPU’s own where it gives any', async () => {
    gpus.memory = (size) => fd('/dmabuf:', size)
    expect(await judged()).toBeUndefined()
    expect(imported[0]?.planes).toMatchObject([{ stride: 512, size: 512 * 64 }])
    expect(written[0]).toEqual(canaryBytes())
    expect(openDescriptors()).toBe(0)
  })

  it('are tried on the window’s GPU before anything is imported', async () => {
    gpus.verdict = fail(gpuRefusal)
    expect(await open().judge()).toBe('the driver says no')
    expect(imported).toEqual([])
    expect(openDescriptors()).toBe(0)
  })

  it.each([
    [
      'the window has no GPU',
      () => {
        compositing = 'disabled_software'
      },
      'without a GPU',
    ],
    [
      'no GPU answers',
      () => {
        gpus.devices = fail(gpuRefusal)
      },
      'the driver says no',
    ],
    [
      'it has no test picture',
      () => {
        udmabufs = false
      },
      '/dev/udmabuf cannot be used (EACCES)',
    ],
  ])('are not when %s', async (_what, change, why) => {
    change()
    expect(await open().judge()).toContain(why)
    expect(imported).toEqual([])
    expect(openDescriptors()).toBe(0)
    expect(await marks.list()).toEqual([])
  })

  it('are not when the GPU takes too long', async () => {
    gpus.isSilent = true
    const judging = open().judge()
    await expect.poll(() => clock.pending, patient).toBeGreaterThan(0)
    clock.advance(2000)
    expect(await judging).toBe('the GPU did not answer in time')
  })

  it.each([
    ['wrong', '7 of 4096 test pixels arrived as others'],
    ['too late', null],
  ])('are not when the test picture comes back %s, nor the next time', async (_what, answer) => {
    const objection = await judged(answer)
    expect(objection).toBe(answer ?? 'the test picture did not come back in time')
    expect((await marks.find(gpuDevice()))?.why).toBe(objection)
    await transport?.[Symbol.asyncDispose]()
    calls.length = 0
    expect(await open().judge()).toContain(String(objection))
    expect(calls).toEqual([])
  })

  it('leave word before they are tried, in case nobody comes back', async () => {
    const judging = open().judge()
    await expect.poll(() => calls.includes('try'), patient).toBe(true)
    expect((await marks.list())[0]?.why).toContain('did not come back')
    await transport?.[Symbol.asyncDispose]()
    expect(await judging).toBe('the window was closed')
    // Closing is no crash.
    expect(await marks.list()).toEqual([])
  })

  it('end when the GPU process does, at once and for the next run too', async () => {
    await judged()
    const broken = vi.fn()
    if (!transport) throw new Error('no transport')
    transport.onBroken = broken
    transport.share(1, plane, [fd('/dmabuf:', length)])
    const surfaces = [
      { id: 1, identity: 'x', plane, images: [], sharing: 'shared-texture' as const },
    ]
    expect(await transport.ready(emptyFrame(1, { reset: true, surfaces }))).toBe(true)
    calls.length = 0
    gpuGone?.('the window’s GPU process ended (crashed)')
    expect(calls).toEqual(['release', 'stop'])
    expect(broken.mock.calls).toEqual([['the window’s GPU process ended (crashed)']])
    transport.break('again')
    expect(broken).toHaveBeenCalledOnce()
    await transport[Symbol.asyncDispose]()
    expect((await marks.find(gpuDevice()))?.why).toContain('crashed')
    expect(openDescriptors()).toBe(0)
  })

  it('are not found guilty of a page that was loaded again, nor touched by frames meanwhile', async () => {
    const made = open()
    const judging = made.judge()
    await expect.poll(() => calls.includes('try'), patient).toBe(true)
    expect(await made.ready(emptyFrame(1, { reset: true }))).toBe(true)
    clock.advance(1400)
    expect(calls).not.toContain('release')
    made.tried('')
    expect(await judging).toBeUndefined()
    await made[Symbol.asyncDispose]()
    const again = open()
    sends = () => {
      again.pageLeft()
      throw new Error('the page is gone')
    }
    expect(await again.judge()).toContain('loaded again')
    expect(await marks.list()).toEqual([])
  })

  it('fail their test when the GPU process ends over it', async () => {
    const judging = open().judge()
    await expect.poll(() => calls.includes('try'), patient).toBe(true)
    gpuGone?.('the window’s GPU process ended (crashed)')
    expect(await judging).toContain('crashed')
    expect(await marks.list()).toHaveLength(1)
  })

  it('keep no process for a GPU that nobody asks', async () => {
    await judged()
    expect(gpus.running).toBe(1)
    clock.advance(10_000)
    expect(gpus.running).toBe(0)
    transport?.share(1, plane, [fd('/dmabuf:', length)])
    await expect.poll(() => imported.length, patient).toBe(2)
    expect(gpus.running).toBe(1)
    await transport?.[Symbol.asyncDispose]()
    expect(gpus.running).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('of one layout are tried once', async () => {
    await judged()
    const tried = gpus.probed.length
    for (const surface of [1, 2, 3]) transport?.share(surface, plane, [fd('/dmabuf:', length)])
    await expect.poll(() => imported.length, patient).toBe(4)
    transport?.forgetAll()
    transport?.share(1, plane, [fd('/dmabuf:', length)])
    await expect.poll(() => imported.length, patient).toBe(5)
    // The first three were asked about at once.
    expect(gpus.probed.length).toBeLessThanOrEqual(tried + 3)
  })

  it('leave a layout to be copied when the GPU takes a second over it', async () => {
    await judged()
    if (!transport) throw new Error('no transport')
    const refused = vi.fn()
    transport.onRefused = refused
    gpus.isSilent = true
    transport.share(1, plane, [fd('/dmabuf:', length)])
    await expect.poll(() => gpus.probed.length, patient).toBe(2)
    clock.advance(1000)
    await expect.poll(() => refused.mock.calls.length, patient).toBe(1)
    expect(refused.mock.calls[0]?.[1]).toBe(
      'XR24 of 16 × 8 is copied, because the GPU did not answer in time',
    )
    expect(openDescriptors()).toBe(0)
  })

  it('let go of a GPU that does not answer when the window closes', async () => {
    gpus.isSilent = true
    const judging = open().judge()
    await expect.poll(() => gpus.running, patient).toBe(1)
    await transport?.[Symbol.asyncDispose]()
    expect(gpus.running).toBe(0)
    expect(await judging).toBeDefined()
  })
})
