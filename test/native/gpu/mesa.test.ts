// SPDX-License-Identifier: GPL-2.0-or-later
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeRgba8 } from '../../../core/decode.ts'
import { type FourccRow, fourccs, fourccText } from '../../../core/fourcc.ts'
import { LINEAR, modifierRow } from '../../../core/modifier.ts'
import type { Plane } from '../../../core/plane.ts'
import { layoutNeed, planeLayouts } from '../../../core/plane-layout.ts'
import { planeImage } from '../../../main/gpu/gpu-image.ts'
import { GpuProcess } from '../../../main/gpu/gpu-process.ts'
import { gpuProgram } from '../../../main/gpu/gpu-program.ts'
import type { Fd } from '../../../native-shim/api.ts'
import { shim } from '../../../native-shim/index.ts'
import { expectNoLeaks } from '../no-leaks.ts'

// scanout-gpu with Mesa of Debian 13, from the cache that kernel-lab/host/newer-mesa.mjs fills. Without a
// device its software renderer takes any memfd for a dma-buf.

const folder = fileURLToPath(new URL('../../../.cache/mesa-trixie', import.meta.url))
const isHere = existsSync(`${folder}/complete`)
process.env['SCANOUT_GPU'] = gpuProgram()
const start = () => GpuProcess.start({ program: `${folder}/scanout-gpu`, patience: 20_000 })

expectNoLeaks()

const WIDTH = 66
const HEIGHT = 34

/** A plane of a format, every memory plane in a buffer of its own. */
function planeOf(row: FourccRow): Plane {
  const modifier = modifierRow(LINEAR)
  const layouts = modifier && planeLayouts(row, modifier, { width: WIDTH, height: HEIGHT })
  const memory = (layouts ?? []).map((layout, buffer) => {
    const stride = Math.ceil(layoutNeed(layout, 2 ** 16).minStride / 64) * 64
    return { buffer, offset: 0, stride, size: stride * layout.height }
  })
  const size = { width: WIDTH, height: HEIGHT }
  const color = { matrix: 'bt601', range: 'limited' } as const
  const place = { x: 0, y: 0, bottomUp: false, modifier: LINEAR }
  const plane: Plane = { kind: 'primary', fourcc: row.code, memory, ...size, ...place }
  return row.model === 'yuv' ? { ...plane, color } : plane
}

function noise(size: number): Uint8Array<ArrayBuffer> {
  let state = 7
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

function memfdOf(bytes: Uint8Array): Fd {
  const fd = shim.createMemfd('plane', bytes.length)
  using mapping = shim.map(fd, 0, bytes.length, true)
  mapping.write(0, bytes)
  return fd
}

/** What was read. */
function contents(target: Fd): Uint8Array {
  const size = WIDTH * HEIGHT * 4
  using mapping = shim.map(target, 0, size, false)
  return mapping.copyOut(0, size)
}

/** The largest step between what was read (AR24) and what the reference decoder makes of it (RGBA). */
function largestStep(read: Uint8Array, expected: Uint8Array): number {
  const order = [2, 1, 0, 3]
  return read.reduce((most, value, at) => {
    const channel = order[at % 4] ?? 0
    const wanted = expected[at - (at % 4) + channel] ?? 0
    return Math.max(most, Math.abs(value - wanted))
  }, 0)
}

/** Of 255: eight bits stay what they are, more or fewer are rounded, YUV is calculated. */
function tolerance(row: FourccRow): number {
  if (row.model === 'yuv') return 3
  return row.color.every((channel) => channel === undefined || channel.bits === 8) ? 0 : 1
}

describe.skipIf(!isHere)('Mesa 25 without a device', () => {
  it('reads every format that it lists as the reference decoder does', async () => {
    using gpu = start()
    const devices = await gpu.devices()
    if (!devices.ok) throw new Error(devices.failure.why)
    const formats = devices.value.flatMap((device) => device.formats)
    const listed = new Set(formats.map(({ fourcc }) => fourccText(fourcc)))
    const external = formats.filter(({ externalOnly }) => externalOnly)
    const isExternal = new Set(external.map(({ fourcc }) => fourccText(fourcc)))
    const seen = { flat: 0, external: 0 }
    for (const row of fourccs.filter(({ code, note }) => listed.has(code) && note === undefined)) {
      const plane = planeOf(row)
      const bytes = plane.memory.map(({ size }) => noise(size))
      using owned = new DisposableStack()
      const fds = bytes.map((one) => owned.use(memfdOf(one)))
      const target = owned.use(shim.createMemfd('target', WIDTH * HEIGHT * 4))
      const read = await gpu.read(planeImage(plane, fds), target)
      // Its software takes one memory plane.
      if (plane.memory.length > 1 && !read.ok) {
        expect(read.failure.why, row.code).toMatch(/llvmpipe.*eglCreateImage failed with EGL_/)
        continue
      }
      expect(read.ok ? '' : read.failure.why, row.code).toBe('')
      const step = largestStep(contents(target), decodeRgba8(plane, bytes))
      expect(step, row.code).toBeLessThanOrEqual(tolerance(row))
      seen[isExternal.has(row.code) ? 'external' : 'flat'] += 1
    }
    expect(seen.flat).toBeGreaterThan(10)
    expect(seen.external).toBeGreaterThan(4)
  })

  const [xr24] = fourccs.filter(({ code }) => code === 'XR24')

  it('is never given a buffer that is shorter than its layout, which would crash it', async () => {
    if (!xr24) throw new Error('no XR24')
    using gpu = start()
    const plane = planeOf(xr24)
    const [memory] = plane.memory
    if (!memory) throw new Error('no memory')
    using fd = memfdOf(noise(memory.size))
    using target = shim.createMemfd('target', WIDTH * HEIGHT * 4)
    const lies = [
      { ...plane, height: HEIGHT * 1000 },
      { ...plane, memory: [{ ...memory, size: memory.size + 1 }] },
      { ...plane, memory: [{ ...memory, offset: memory.size }] },
      { ...plane, memory: [{ ...memory, stride: 2 ** 40 }] },
      { ...plane, width: 60_000 },
    ]
    for (const lie of lies) {
      const read = await gpu.read(planeImage(lie, [fd]), target)
      expect(read.ok ? 'it was read' : read.failure.why).toMatch(
        /bytes.*are needed|does not fit|at most \d+ pixels/,
      )
    }
    const honest = await gpu.read(planeImage(plane, [fd]), target)
    expect(honest.ok ? '' : honest.failure.why).toBe('')
  })

  it('says why when the memory to read into is too short', async () => {
    if (!xr24) throw new Error('no XR24')
    using gpu = start()
    const plane = planeOf(xr24)
    using fd = memfdOf(noise(plane.memory[0]?.size ?? 0))
    using target = shim.createMemfd('target', WIDTH * HEIGHT * 4 - 1)
    const read = await gpu.read(planeImage(plane, [fd]), target)
    expect(read.ok ? '' : read.failure.why).toContain('the memory to read into is too short')
  })
})
