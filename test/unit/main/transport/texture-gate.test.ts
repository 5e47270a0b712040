// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { fail, ok } from '../../../../core/result.ts'
import {
  deviceObjection,
  type GateFacts,
  pciIds,
  windowDevice,
} from '../../../../main/transport/texture-gate.ts'
import { gpuDevice, llvmpipe } from '../../../fakes/gpus.ts'

const intel = { vendor: 0x8086, device: 0x3e92 }
const nvidia = { vendor: 0x10de, device: 0x1eb8 }
const second = gpuDevice({ node: '/dev/dri/renderD129', renderer: 'NVIDIA T4' })
const facts: GateFacts = {
  window: { compositing: 'enabled', ids: intel },
  devices: ok([gpuDevice(), second, llvmpipe]),
  idsOf: (node) => (node === '/dev/dri/renderD128' ? intel : nvidia),
}

describe('the GPU of a window', () => {
  it('is found among those of the host by its PCI numbers', () => {
    expect(windowDevice(facts)).toMatchObject({ value: { node: '/dev/dri/renderD128' } })
    const other = { ...facts, window: { compositing: 'enabled', ids: nvidia } }
    expect(windowDevice(other)).toMatchObject({ value: { renderer: 'NVIDIA T4' } })
  })

  it('is the only one where Chromium does not tell', () => {
    const window = { compositing: 'enabled', ids: undefined }
    const alone = { ...facts, window, devices: ok([gpuDevice(), llvmpipe]) }
    expect(windowDevice(alone).ok).toBe(true)
    expect(windowDevice({ ...facts, window })).toMatchObject({
      failure: expect.stringContaining('one of several'),
    })
  })

  it.each([
    [
      'draws in software',
      { window: { compositing: 'disabled_software', ids: intel } },
      'without a GPU',
    ],
    ['cannot be asked', { devices: fail('no EGL') }, 'no EGL'],
    ['is software', { devices: ok([llvmpipe]) }, 'reaches no GPU'],
    [
      'is another',
      { window: { compositing: 'enabled', ids: { vendor: 1, device: 2 } } },
      '0001:0002',
    ],
    ['is not in sysfs', { idsOf: () => undefined }, '8086:3e92'],
  ] as [string, Partial<GateFacts>, string][])('is none when it %s', (_what, change, why) => {
    const found = windowDevice({ ...facts, ...change })
    expect(found.ok).toBe(false)
    if (!found.ok) expect(found.failure).toContain(why)
  })
})

describe('a GPU', () => {
  it('may be tried when its driver says that it can', () => {
    expect(deviceObjection(gpuDevice(), undefined)).toBeUndefined()
    expect(deviceObjection(gpuDevice({ formats: [] }), undefined)).toBeUndefined()
  })

  it.each([
    ['software', llvmpipe, 'the processor draws'],
    ['without imports', gpuDevice({ importsDmaBufs: false }), 'imports no dma-bufs'],
    ['without modifiers', gpuDevice({ importsModifiers: false }), 'no modifiers'],
    [
      'without linear pictures',
      gpuDevice({ formats: [{ fourcc: 1, modifier: 0n, externalOnly: false }] }),
      'no linear',
    ],
    [
      'with external ones alone',
      gpuDevice({ formats: [{ fourcc: 0x34325241, modifier: 0n, externalOnly: true }] }),
      'no linear',
    ],
  ])('%s is not tried', (_what, device, why) => {
    expect(deviceObjection(device, undefined)).toContain(why)
  })

  it('that failed the last time is not tried, with the reason and the way out', () => {
    const mark = { gpu: 'x', why: 'the GPU was reset', at: '2026-01-01T00:00:00Z' }
    const objection = deviceObjection(gpuDevice(), mark)
    expect(objection).toContain('the GPU was reset')
    expect(objection).toContain('scanout inspect --gpu --forget')
  })
})

describe('a DRM node', () => {
  it('that is not there has no PCI numbers', async () => {
    expect(await pciIds('/dev/dri/renderD999')).toBeUndefined()
  })
})
