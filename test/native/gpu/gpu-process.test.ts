// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fourccValue } from '../../../core/fourcc.ts'
import type { GpuImage } from '../../../main/gpu/gpu-image.ts'
import { MAX_ENDS } from '../../../main/gpu/gpu-line.ts'
import { GpuProcess } from '../../../main/gpu/gpu-process.ts'
import { shim } from '../../../native-shim/index.ts'
import { FakeGpuProgram } from '../../fakes/fake-gpu-program.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

const WIDTH = 5
const HEIGHT = 3
const STRIDE = 32
const OFFSET = 4
/** More than a busy host needs to start a process. */
const PATIENCE = 20_000

/** A picture in memory, and memory to read it into. */
function setUp(program: FakeGpuProgram, patience = PATIENCE) {
  const owned = new DisposableStack()
  const fd = owned.use(shim.createMemfd('picture', STRIDE * HEIGHT + OFFSET))
  const mapping = owned.use(shim.map(fd, 0, STRIDE * HEIGHT + OFFSET, true))
  mapping.write(
    0,
    Uint8Array.from({ length: STRIDE * HEIGHT + OFFSET }, (_, at) => at),
  )
  const target = owned.use(shim.createMemfd('target', WIDTH * 4 * HEIGHT))
  const memory = [{ fd, offset: OFFSET, stride: STRIDE, size: STRIDE * HEIGHT }]
  const fourcc = fourccValue('AR24') ?? 0
  const image: GpuImage = { width: WIDTH, height: HEIGHT, fourcc, modifier: 0n, memory }
  const gpu = owned.use(GpuProcess.start({ program: program.file, node: 'pretended', patience }))
  const pixels = () => {
    using seen = shim.map(target, 0, WIDTH * 4 * HEIGHT, false)
    return seen.copyOut(0, WIDTH * 4 * HEIGHT)
  }
  return { gpu, image, target, pixels, [Symbol.dispose]: () => owned.dispose() }
}

const expected = Uint8Array.from(
  { length: WIDTH * 4 * HEIGHT },
  (_, at) => OFFSET + Math.floor(at / (WIDTH * 4)) * STRIDE + (at % (WIDTH * 4)),
)

const openFiles = () => readdirSync('/proc/self/fd').length

async function expectGone(program: FakeGpuProgram): Promise<void> {
  await expect.poll(() => program.remaining, { timeout: PATIENCE }).toEqual([])
}

describe('a GPU in a process of its own', () => {
  it('starts nothing before it is asked', async () => {
    const program = new FakeGpuProgram('honest')
    using _set = setUp(program)
    expect(program.pids).toEqual([])
  })

  it('describes its device', async () => {
    const program = new FakeGpuProgram('honest')
    {
      using set = setUp(program)
      const devices = await set.gpu.devices()
      expect(devices.ok && devices.value).toEqual([
        {
          ...{ node: 'pretended', vendor: 'Makers', renderer: 'Pretend GPU' },
          ...{ version: 'OpenGL ES 3.2', software: true },
          ...{ importsDmaBufs: true, importsModifiers: true },
          formats: [{ fourcc: fourccValue('AR24'), modifier: 0n, externalOnly: false }],
        },
      ])
    }
    await expectGone(program)
  })

  it('reads every pixel, many at a time, in one process, and leaves no descriptor', async () => {
    const program = new FakeGpuProgram('honest')
    {
      using set = setUp(program)
      const first = await set.gpu.read(set.image, set.target)
      expect(first.ok && first.value.renderer).toBe('Pretend GPU')
      const [counts, files] = [shim.counts(), openFiles()]
      for (let round = 0; round < 20; round += 1) {
        const reads = [0, 1, 2, 3].map(() => set.gpu.read(set.image, set.target))
        for (const read of await Promise.all(reads)) expect(read.ok).toBe(true)
      }
      expect(set.pixels()).toEqual(expected)
      expect(shim.counts()).toEqual(counts)
      expect(openFiles()).toBe(files)
      expect(program.pids).toHaveLength(1)
    }
    await expectGone(program)
  })

  it('converts into a buffer whose descriptor is the caller’s', async () => {
    const program = new FakeGpuProgram('honest')
    using set = setUp(program)
    const converted = await set.gpu.convert(set.image)
    if (!converted.ok) throw new Error(converted.failure.why)
    const [memory] = converted.value.memory
    using made = memory?.fd
    expect(memory).toMatchObject({ offset: 0, stride: WIDTH * 4, size: WIDTH * 4 * HEIGHT })
    expect(made?.link()).toContain('converted')
  })

  it('draws into an earlier buffer again', async () => {
    const program = new FakeGpuProgram('honest')
    using set = setUp(program)
    const first = await set.gpu.convert(set.image)
    if (!first.ok) throw new Error(first.failure.why)
    using _made = first.value.memory[0]?.fd
    const again = await set.gpu.convert(set.image, first.value)
    expect(again.ok && again.value).toBe(first.value)
  })
})

/** What it does once pixels are wanted, and what a person reads then. */
const troubles: Readonly<Record<string, RegExp>> = {
  crashes: /Pretend GPU: its process was ended by SIGSEGV/,
  'complains and ends': /ended with status 7, after saying: no such buffer/,
  'hangs up': /Pretend GPU: .+/,
  'answers garbage': /its answer is none/,
  'answers too little': /its process ended with status 0/,
  'answers too much': /its answer is too long/,
  'answers endlessly': /its answer has 4294967295 bytes/,
  'answers another': /it answers another question/,
  'has a new status': /the status 9/,
  'sends descriptors': /came with 2 descriptors/,
  'describes nonsense': /its answer is too short/,
}

describe('a GPU process that', () => {
  it.each(Object.entries(troubles))(
    '%s is a failure in words, and is replaced a few times',
    async (manner, why) => {
      const program = new FakeGpuProgram(manner)
      const files = openFiles()
      {
        using set = setUp(program)
        const first = await set.gpu.read(set.image, set.target)
        expect(first.ok ? undefined : first.failure).toMatchObject({
          code: 'no-gpu',
          why: expect.stringMatching(why),
          remedy: expect.stringMatching(/.+/),
        })
        // Every layout is new to it: what it refused of another does not count.
        for (let more = 1; more <= MAX_ENDS + 2; more += 1) {
          const image = { ...set.image, modifier: BigInt(more) }
          expect((await set.gpu.read(image, set.target)).ok).toBe(false)
        }
        expect(program.pids).toHaveLength(MAX_ENDS)
        const last = await set.gpu.read({ ...set.image, modifier: 99n }, set.target)
        expect(last.ok ? '' : last.failure.why).toContain('3 times within a minute')
      }
      await expectGone(program)
      await expect.poll(openFiles, { timeout: PATIENCE }).toBeLessThanOrEqual(files)
    },
  )

  it('hangs is ended when its time is over', async () => {
    const program = new FakeGpuProgram('hangs', 'honest')
    {
      using set = setUp(program, 1000)
      const first = await set.gpu.read(set.image, set.target)
      expect(first.ok ? '' : first.failure.why).toContain('it did not answer in 3 s')
      await expectGone(program)
    }
    await expectGone(program)
  })

  it('crashed once is replaced, and the next reading is as good as ever', async () => {
    const program = new FakeGpuProgram('crashes', 'honest')
    using set = setUp(program)
    expect((await set.gpu.read({ ...set.image, modifier: 1n }, set.target)).ok).toBe(false)
    const next = await set.gpu.read(set.image, set.target)
    expect(next.ok ? '' : next.failure.why).toBe('')
    expect(set.pixels()).toEqual(expected)
    expect(program.pids).toHaveLength(2)
  })

  it('refuses a layout is not asked for it at every frame', async () => {
    const program = new FakeGpuProgram('refuses')
    using set = setUp(program)
    for (let frame = 0; frame < 5; frame += 1) {
      const read = await set.gpu.read(set.image, set.target)
      expect(read.ok ? '' : read.failure.why).toBe('Pretend GPU: it takes no such layout')
    }
    expect(program.pids).toHaveLength(1)
  })

  it('has no device is asked once, and does not stay', async () => {
    const program = new FakeGpuProgram('has no device')
    using set = setUp(program)
    const devices = await set.gpu.devices()
    expect(devices.ok ? '' : devices.failure.why).toBe('pretended: no driver for it')
    expect((await set.gpu.read(set.image, set.target)).ok).toBe(false)
    expect(program.pids).toHaveLength(1)
    await expectGone(program)
  })

  it('is let go while it reads costs a failure and leaves nothing', async () => {
    const program = new FakeGpuProgram('hangs')
    const set = setUp(program)
    await set.gpu.devices()
    const reading = set.gpu.read(set.image, set.target)
    set.gpu[Symbol.dispose]()
    expect((await reading).ok).toBe(false)
    set[Symbol.dispose]()
    await expectGone(program)
  })

  it('cannot be started is a failure in words', async () => {
    using gpu = GpuProcess.start({ program: '/nonexistent/scanout-gpu', node: 'pretended' })
    const devices = await gpu.devices()
    expect(devices.ok ? '' : devices.failure.why).toMatch(/could not be started|hung up|EPIPE/)
  })
})
