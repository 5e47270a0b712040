// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { checkPlane } from '../../../core/check-plane.ts'
import { fourccRow } from '../../../core/fourcc.ts'
import { layoutNeed } from '../../../core/plane-layout.ts'

// The kernel's own cases of what ADDFB2 accepts (KUnit drm_framebuffer_test) and of least pitches
// (drm_format_test). Where Scanout differs on purpose the table below says why.

type FramebufferCase = {
  readonly id: string
  readonly name: string
  readonly accept: boolean
  readonly width: number
  readonly height: number
  readonly fourcc: string | null
  readonly offsets: readonly number[]
  readonly pitches: readonly number[]
  readonly modifier: readonly string[]
}
type PitchCase = {
  readonly fourcc: string
  readonly plane: number
  readonly width: number
  readonly min_pitch: number
}
const vectors = JSON.parse(
  readFileSync(new URL('../../vectors/metadata.json', import.meta.url), 'utf8'),
) as { framebuffer_cases: readonly FramebufferCase[]; min_pitch: readonly PitchCase[] }

/** Cases that are decided otherwise here, by name. */
const otherwise: Readonly<Record<string, { readonly accept: boolean; readonly because: RegExp }>> =
  {
    // The kernel lets drivers know more modifiers than drm_fourcc.h has rows; here nobody can decode it.
    'ABGR8888 Valid buffer modifier': { accept: false, because: /0x0000000000000010/ },
    // The kernel test's device ends at 4096 × 4096; Scanout's limit is 16384.
    'ABGR8888 Invalid width': { accept: true, because: /^$/ },
    // A plane has one modifier, no flags and no handles: these mistakes cannot be said.
    'NV12 different  modifier per-plane': { accept: true, because: /^$/ },
    'NV12 Valid modifiers without DRM_MODE_FB_MODIFIERS': { accept: true, because: /^$/ },
    'NV12 Handle for inexistent plane': { accept: true, because: /^$/ },
    'X0L2 Normal sizes': { accept: false, because: /fourcc X0L2/ },
  }

describe('the framebuffers of the kernel tests', () => {
  it.each(vectors.framebuffer_cases)('$id $name', (c) => {
    const count = c.pitches.findLastIndex((pitch) => pitch !== 0) + 1
    const extra = c.name === 'ABGR8888 Extra pitches without DRM_MODE_FB_MODIFIERS'
    const memory = c.pitches.slice(0, extra ? 1 : count).map((stride, at) => ({
      buffer: 0,
      offset: c.offsets[at] ?? 0,
      stride,
      // The kernel asks for no more than 4 GiB; here the buffer is as long as it must be.
      size: Math.max(1, stride * c.height),
    }))
    const claim = {
      kind: 'primary',
      fourcc: c.fourcc ?? '0x00000000',
      modifier: BigInt(c.modifier[0] ?? '0x0'),
      width: c.width,
      height: c.height,
      memory,
      x: 0,
      y: 0,
      bottomUp: false,
    }
    const checked = checkPlane(claim, [{ size: 2 ** 33 }])
    const expected = otherwise[c.name]
    expect(checked.ok).toBe(expected?.accept ?? c.accept)
    if (expected) expect(checked.ok ? '' : checked.failure.why).toMatch(expected.because)
  })

  it('are those of which the differences are listed', () => {
    const names = new Set(vectors.framebuffer_cases.map(({ name }) => name))
    expect(Object.keys(otherwise).filter((name) => !names.has(name))).toEqual([])
  })
})

describe('the least strides of the kernel tests', () => {
  const known = vectors.min_pitch.filter(
    ({ fourcc, plane, width }) => width >= 1 && fourccRow(fourcc)?.planes[plane],
  )

  it('have cases for formats that are decoded', () => {
    expect(known.length).toBe(38)
  })

  // Its widths are those of the memory plane, in pixels that share a block counted once.
  it.each(known)('$fourcc plane $plane of $width: $min_pitch', (c) => {
    const shape = fourccRow(c.fourcc)?.planes[c.plane]
    if (!shape) throw new Error('filtered above')
    // KUnit has widths far above the limit: they only show that nothing overflows.
    const exact = BigInt(c.width) * BigInt(shape.bytes)
    const layout = { bytes: shape.bytes, width: c.width, height: 1, tiling: undefined }
    expect(BigInt(layoutNeed(layout, c.min_pitch).minStride)).toBe(exact)
    expect(BigInt(c.min_pitch)).toBe(exact)
  })
})
