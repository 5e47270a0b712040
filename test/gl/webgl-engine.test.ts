// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeRgba8, linearise } from '../../core/decode.ts'
import { failureLine } from '../../core/failure.ts'
import { openWebglEngine } from '../../main/capture/webgl.ts'
import { FakeIo } from '../fakes/fake-io.ts'
import { pairs } from '../fakes/pairs.ts'
import { randomPlane } from '../fakes/planes.ts'

// `--engine webgl` as the command line has it: the built page in the distribution's Chromium.

/** All but the many that AMD has of one kind. */
const chosen = pairs.filter(({ name }) => !name.includes('AMD') || name.includes('GFX12'))

describe('the webgl engine', () => {
  it('equals the reference in every format and layout, and leaves nothing behind', async () => {
    using fake = new FakeIo()
    const runtime = mkdtempSync(path.join(tmpdir(), 'scanout-runtime-'))
    const env = { ...process.env, XDG_RUNTIME_DIR: runtime }
    {
      const opened = await openWebglEngine({ ...fake.io, env })
      if (!opened.ok) throw new Error(failureLine(opened.failure))
      await using engine = opened.value
      expect(readdirSync(runtime)).toHaveLength(1)
      for (const { code, layout } of chosen) {
        for (const bottomUp of [false, true]) {
          const wish = { width: 131, height: 37, padding: 9, offset: 8192, bottomUp }
          const captured = randomPlane({ ...wish, fourcc: code, modifier: layout.value }, 5)
          const { plane, buffers } = captured
          const rgba = await engine.decode(captured, 'rgba8')
          if (!rgba.ok) throw new Error(failureLine(rgba.failure))
          const where = `${code} ${layout.name} ${bottomUp}`
          expect(Buffer.compare(rgba.value, decodeRgba8(plane, buffers)), where).toBe(0)
          const linear = await engine.decode(captured, 'linear')
          if (!linear.ok) throw new Error(failureLine(linear.failure))
          expect(Buffer.compare(linear.value, linearise(plane, buffers)), where).toBe(0)
        }
      }
    }
    expect(readdirSync(runtime)).toEqual([])
    rmSync(runtime, { recursive: true })
  })

  it('says what is missing when there is no browser', async () => {
    using fake = new FakeIo()
    const opened = await openWebglEngine({ ...fake.io, env: { PATH: '/nonexistent' } })
    if (opened.ok) throw new Error('a browser was found')
    expect(failureLine(opened.failure)).toMatch(/^cannot decode with WebGL: .*Chromium.*\. .+/)
  })

  it('fails in words when the browser ends', async () => {
    using fake = new FakeIo()
    const env = { ...process.env, SCANOUT_BROWSER: '/bin/true' }
    const opened = await openWebglEngine({ ...fake.io, env })
    if (!opened.ok) throw new Error(failureLine(opened.failure))
    await using engine = opened.value
    const decoded = await engine.decode(randomPlane(), 'rgba8')
    expect(decoded).toMatchObject({ ok: false, failure: { code: 'browser-ended' } })
  })

  it('gives up when it is interrupted', async () => {
    using fake = new FakeIo()
    const env = { ...process.env, SCANOUT_BROWSER: '/bin/cat' }
    const opened = await openWebglEngine({ ...fake.io, env })
    if (!opened.ok) throw new Error(failureLine(opened.failure))
    await using engine = opened.value
    fake.interrupt()
    const decoded = await engine.decode(randomPlane(), 'rgba8')
    expect(decoded.ok).toBe(false)
  })
})
