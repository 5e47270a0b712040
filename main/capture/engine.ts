// SPDX-License-Identifier: GPL-2.0-or-later
import { decodeRgba8, linearise } from '../../core/decode.ts'
import type { DecodeTarget } from '../../core/decode-job.ts'
import type { Failure } from '../../core/failure.ts'
import type { FourccRow } from '../../core/fourcc.ts'
import { joinBytes } from '../../core/join-bytes.ts'
import type { CapturedPlane } from '../../core/plane.ts'
import { layoutOf, withBit6Swizzle } from '../../core/plane-layout.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { DEFAULT_COLOR, yuvRule } from '../../core/yuv.ts'
import type { LaidMemory, PixelFormat } from '../../native-shim/api.ts'
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

/** The option of commands that read X and Y tiles of old Intel machines. */
export const swizzleOption = {
  type: 'choice',
  choices: ['bit6'],
  help: 'memory of Intel GPUs up to gen 7 whose controller swizzles bit 6 of addresses',
} as const

/** Captured planes as {@link swizzleOption} says that they lie. */
export function swizzled(
  planes: readonly CapturedPlane[],
  wish: 'bit6' | undefined,
): readonly CapturedPlane[] {
  if (wish === undefined) return planes
  return planes.map((captured) => ({ ...captured, plane: withBit6Swizzle(captured.plane) }))
}

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
  decode: async ({ plane, buffers }, to) => {
    const { format, memory } = layoutOf(plane)
    const planes = memory.map((layout): LaidMemory => {
      const bytes = buffers[layout.buffer]
      if (!bytes) throw new Error(`buffer ${layout.buffer} was not captured`)
      return { memory: bytes, layout }
    })
    if (to === 'rgba8') return ok(shim.decodeRgba8(planes, pixelFormat(format, plane.color), plane))
    const parts = planes.map(({ memory: bytes, layout }) => shim.linearise(bytes, layout))
    return ok(joinBytes(parts))
  },
  [Symbol.asyncDispose]: async () => {},
}

/** A format in the addon's terms. */
export function pixelFormat(format: FourccRow, color = DEFAULT_COLOR): PixelFormat {
  const { planes, numbers, model, alpha } = format
  const bits = format.color[0]?.bits ?? 8
  return {
    planes,
    channels: [...format.color, alpha],
    half: numbers === 'float',
    yuv: model === 'yuv' ? yuvRule(color, bits) : undefined,
  }
}
