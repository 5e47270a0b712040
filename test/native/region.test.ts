// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { type RegionAccess, readEdid, writeEdid } from '../../native-shim/edid-region.ts'
import { parseRegionInfo } from '../../native-shim/region-info.ts'
import { failing } from './native-error.ts'

type Capability = { id: number; version: number; next: number; data?: number[] }

/** `struct vfio_region_info` with capabilities at the offsets that are given. */
function regionInfo(
  fields: { flags?: number; capOffset?: number; size?: bigint; offset?: bigint },
  capabilities: Record<number, Capability> = {},
  length = 128,
): Uint8Array {
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, length, true)
  view.setUint32(4, fields.flags ?? 8, true)
  view.setUint32(8, 9, true)
  view.setUint32(12, fields.capOffset ?? 32, true)
  view.setBigUint64(16, fields.size ?? 4096n, true)
  view.setBigUint64(24, fields.offset ?? 0x2000n, true)
  for (const [at, { id, version, next, data = [] }] of Object.entries(capabilities)) {
    view.setUint16(Number(at), id, true)
    view.setUint16(Number(at) + 2, version, true)
    view.setUint32(Number(at) + 4, next, true)
    data.forEach((value, i) => void view.setUint32(Number(at) + 8 + 4 * i, value, true))
  }
  return bytes
}

describe('parseRegionInfo', () => {
  it('reads what mbochs says of its EDID region', () => {
    const type = { id: 2, version: 1, next: 0, data: [1, 1] }
    const bytes = regionInfo({ flags: 0xb }, { 32: type }, 48)
    expect(parseRegionInfo(bytes)).toEqual({
      index: 9,
      flags: 0xb,
      size: 4096,
      offset: 0x2000,
      capabilities: [{ id: 2, version: 1, type: 1, subtype: 1 }],
    })
  })

  it('follows a chain in its order, forwards and backwards', () => {
    const bytes = regionInfo(
      { capOffset: 80 },
      { 80: { id: 1, version: 3, next: 32 }, 32: { id: 2, version: 1, next: 0, data: [7, 8] } },
    )
    expect(parseRegionInfo(bytes).capabilities).toEqual([
      { id: 1, version: 3 },
      { id: 2, version: 1, type: 7, subtype: 8 },
    ])
  })

  it('looks for no capability where the flag is not set', () => {
    expect(parseRegionInfo(regionInfo({ flags: 7 })).capabilities).toEqual([])
  })

  it.each([0, 16, 31, 121, 128, 0xffff_ffff])('ends the chain at the offset %d', (capOffset) => {
    expect(parseRegionInfo(regionInfo({ capOffset })).capabilities).toEqual([])
  })

  it('ends a chain that bites its tail', () => {
    const bytes = regionInfo({}, { 32: { id: 5, version: 1, next: 32 } })
    expect(parseRegionInfo(bytes).capabilities).toHaveLength(64)
  })

  it('does not read a type beyond the end', () => {
    const bytes = regionInfo({ capOffset: 120 }, { 120: { id: 2, version: 1, next: 0 } })
    expect(parseRegionInfo(bytes).capabilities).toEqual([{ id: 2, version: 1 }])
  })

  it('is EOVERFLOW for numbers that JavaScript cannot hold', () => {
    const call = 'VFIO_DEVICE_GET_REGION_INFO'
    const max = 0xffff_ffff_ffff_ffffn
    expect(() => parseRegionInfo(regionInfo({ size: max }))).toThrow(failing('EOVERFLOW', call))
    expect(() => parseRegionInfo(regionInfo({ offset: max }))).toThrow(failing('EOVERFLOW', call))
    expect(() => parseRegionInfo(new Uint8Array(31))).toThrow(failing('EPROTO', call))
  })
})

type Behaviour = { readonly ignores?: number; readonly corrupts?: boolean }

/** A region that keeps what is written, like mbochs, and notes every access. */
function fakeRegion({ ignores, corrupts = false }: Behaviour = {}) {
  const bytes = new Uint8Array(4096)
  const registers = new Uint32Array(bytes.buffer, 0, 6)
  registers.set([2048, 1024, 0, 1920, 1440, 0])
  const log: string[] = []
  const region: RegionAccess = {
    read: (offset, length) => bytes.slice(offset, offset + length),
    write: (offset, written) => {
      const value = offset < 24 ? new Uint32Array(written.slice().buffer)[0] : written.length
      log.push(`${offset}=${value}`)
      if (offset === ignores) return
      bytes.set(written, offset)
      if (corrupts && offset === 2048) bytes[2048 + 7] = 0xee
    },
  }
  return { region, registers, bytes, log }
}

const blob = () => Uint8Array.from({ length: 256 }, (_, i) => i)

describe('the EDID region', () => {
  it('tells its limits and its link', () => {
    const { region, registers } = fakeRegion()
    const limits = { offset: 2048, maxSize: 1024, size: 0, maxWidth: 1920, maxHeight: 1440 }
    expect(readEdid(region)).toEqual({ ...limits, linkUp: false })
    registers[5] = 1
    expect(readEdid(region).linkUp).toBe(true)
    registers[5] = 99
    expect(readEdid(region).linkUp).toBe(false)
  })

  it('is written link down, size, blob, pause, link up', async () => {
    const { region, bytes, log } = fakeRegion()
    const started = performance.now()
    await writeEdid(region, blob(), undefined)
    expect(performance.now() - started).toBeGreaterThan(95)
    expect(log).toEqual(['20=2', '8=256', '2048=256', '20=1'])
    expect(bytes.subarray(2048, 2048 + 256)).toEqual(blob())
  })

  it.each([0, 1, 127, 1025, 1152])(
    'refuses a blob of %i bytes and leaves the link alone',
    async (length) => {
      const { region, log } = fakeRegion()
      await expect(writeEdid(region, new Uint8Array(length), undefined)).rejects.toThrow(RangeError)
      expect(log).toEqual([])
    },
  )

  it('says which register did not take its value', async () => {
    const { region } = fakeRegion({ ignores: 8 })
    const written = writeEdid(region, blob(), undefined)
    await expect(written).rejects.toThrow(failing('EIO', 'pwrite'))
    await expect(written).rejects.toThrow('EDID register 8 holds 0 instead of 256')
  })

  it('says which byte came back different, and puts the link up again', async () => {
    const { region, registers } = fakeRegion({ corrupts: true })
    await expect(writeEdid(region, blob(), undefined)).rejects.toThrow('EDID byte 7 holds 238')
    expect(registers[5]).toBe(1)
  })

  it('puts the link up at once when it is aborted in the pause', async () => {
    const { region, registers, log } = fakeRegion()
    const abort = new AbortController()
    const written = writeEdid(region, blob(), abort.signal)
    expect(registers[5]).toBe(2)
    abort.abort()
    expect(registers[5]).toBe(1)
    log.length = 0
    await expect(written).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
    expect(log).toEqual([])
  })

  it('touches nothing when it is aborted before', async () => {
    const { region, log } = fakeRegion()
    await expect(writeEdid(region, blob(), AbortSignal.abort())).rejects.toThrow()
    expect(log).toEqual([])
  })
})
