// SPDX-License-Identifier: GPL-2.0-or-later
import { decodeRgba8, linearise } from '../../core/decode.ts'
import type { DecodeTarget } from '../../core/decode-job.ts'
import type { Failure } from '../../core/failure.ts'
import { type FourccRow, fourccRow } from '../../core/fourcc.ts'
import { modifierRow } from '../../core/modifier.ts'
import type { CapturedPlane, Plane } from '../../core/plane.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import type { Layout, PixelFormat } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import { log } from '../log.ts'

/** What turns planes into plain pixels. All engines give the same bytes; they differ in what they prove. */
export const engineNames = ['auto', 'native', 'reference', 'webgl'] as const
export type EngineName = (typeof engineNames)[number]

/** The option of every command that decodes. */
export const engineOption = {
  type: 'choice',
  choices: engineNames,
  default: 'auto',
  help: 'what decodes the pixels',
} as const

/** Decodes captured planes until it is disposed. */
export interface Engine extends AsyncDisposable {
  readonly name: Exclude<EngineName, 'auto'>
  /** As core/decode.ts: `rgba8` is in picture order, `linear` in memory order; rows tight. */
  decode(captured: CapturedPlane, to: DecodeTarget): Promise<Result<Uint8Array, Failure>>
}

/** Engines that are always there and hold nothing. */
export type CpuEngineName = Exclude<EngineName, 'webgl'>

/** `auto` is the addon, and the reference where the addon cannot be loaded. */
export function cpuEngine(name: CpuEngineName): Result<Engine, Failure> {
  if (name === 'reference') return ok(referenceEngine)
  try {
    shim.counts()
    return ok(nativeEngine)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    if (name === 'auto') {
      log.info(`decoding without the addon: ${why}`)
      return ok(referenceEngine)
    }
    return fail({
      code: 'no-addon',
      what: 'cannot decode with the native engine',
      why,
      remedy: 'Run npm run build, or use --engine reference',
    })
  }
}

const referenceEngine: Engine = {
  name: 'reference',
  decode: async ({ plane, buffers }, to) =>
    ok(to === 'linear' ? linearise(plane, buffers) : decodeRgba8(plane, buffers)),
  [Symbol.asyncDispose]: async () => {},
}

const nativeEngine: Engine = {
  name: 'native',
  decode: async (captured, to) => {
    const { bytes, layout, format } = shape(captured)
    if (to === 'linear') return ok(shim.linearise(bytes, layout))
    const rgba = shim.decodeRgba8(bytes, layout, format)
    return ok(captured.plane.bottomUp ? turnedOver(rgba, captured.plane) : rgba)
  },
  [Symbol.asyncDispose]: async () => {},
}

/** A captured plane in the addon's terms. */
function shape({ plane, buffers }: CapturedPlane): {
  readonly bytes: Uint8Array
  readonly layout: Layout
  readonly format: PixelFormat
} {
  const format = fourccRow(plane.fourcc)
  const modifier = modifierRow(plane.modifier)
  const memory = plane.memory[0]
  const bytes = memory && buffers[memory.buffer]
  if (!format || !modifier || !bytes) throw new Error(`plane was not checked: ${plane.fourcc}`)
  const layout = {
    width: plane.width,
    height: plane.height,
    bytes: format.bytes,
    offset: memory.offset,
    stride: memory.stride,
    tiling: modifier.tiling,
  }
  return { bytes, layout, format: pixelFormat(format) }
}

/** Zero bits of alpha mean opaque. */
function pixelFormat({ bytes, red, green, blue, alpha }: FourccRow): PixelFormat {
  return { bytes, channels: [red, green, blue, alpha ?? { shift: 0, bits: 0 }] }
}

/** The rows of an RGBA picture in the opposite order. */
function turnedOver(rgba: Uint8Array, { width, height }: Plane): Uint8Array {
  const turned = new Uint8Array(rgba.length)
  const row = width * 4
  for (let y = 0; y < height; y += 1) {
    turned.set(rgba.subarray(y * row, (y + 1) * row), (height - 1 - y) * row)
  }
  return turned
}
