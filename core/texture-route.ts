// SPDX-License-Identifier: GPL-2.0-or-later
import { type FourccRow, fourccs } from './fourcc.ts'
import { INVALID } from './modifier.ts'
import type { Plane } from './plane.ts'

// Which planes the window's GPU takes as they lie in the guest's dma-bufs. Electron's sharedTexture knows six
// pixel formats; two of them keep every bit (facts of its API and of Chromium's upload of VideoFrames).

/** Electron's name for the order of the bytes of a pixel. */
export type TexturePixelFormat = 'bgra' | 'rgba'

/** The way of a format's pixels into a texture, and why it is not a better one. */
export type TextureRoute =
  /** The dma-buf itself; padding comes as alpha and is ignored in the shader. */
  | { readonly kind: 'import'; readonly pixelFormat: TexturePixelFormat }
  /** A dma-buf that a GPU fills from it. */
  | { readonly kind: 'convert'; readonly because: string }
  /** The bytes, by the next best transport. */
  | { readonly kind: 'copy'; readonly because: string }

/** Formats that are imported as they are, by the order of their bytes. X formats go as their twins. */
const imported: Readonly<Record<string, TexturePixelFormat>> = {
  AR24: 'bgra',
  XR24: 'bgra',
  AB24: 'rgba',
  XB24: 'rgba',
}

/** Bits of a channel that GPUs bring to 8 otherwise than the tables: 5 and 6 by arithmetic, 10 in Mesa's llvmpipe. */
const unevenBits: readonly number[] = [5, 6, 10]

const routes = new Map(fourccs.map((row) => [row.code, routeOf(row)]))

/** The route of a format; undefined for one that cannot be decoded at all. */
export function textureRoute(fourcc: string): TextureRoute | undefined {
  return routes.get(fourcc)
}

/**
 * The route of a checked plane. Only layouts that are told are imported: LINEAR and explicit modifiers, never
 * INVALID, which one driver takes for what another refuses.
 *
 * @param readable the CPU can read its memory
 */
export function planeRoute(plane: Plane, readable: boolean): TextureRoute {
  if (plane.modifier === INVALID) return copy('nobody says how its pixels lie')
  if (plane.bit6Swizzle) return copy('no modifier tells of its swizzled addresses')
  if (plane.kind === 'cursor' && readable) {
    return copy("the desktop's own pointer is made of its bytes")
  }
  return routes.get(plane.fourcc) ?? copy('its format has no route')
}

function routeOf(row: FourccRow): TextureRoute {
  const pixelFormat = imported[row.code]
  if (pixelFormat) return { kind: 'import', pixelFormat }
  if (row.model === 'yuv') return copy('a driver would choose how YUV becomes RGB')
  const [red, green, blue] = row.color
  if (red && red === green && green === blue) return copy('its values are indices, not colours')
  if (row.bytes === 3) return copy('no GPU samples pixels of 3 bytes')
  if (row.numbers === 'float') return copy('a GPU rounds half a step either way')
  const isUneven = row.color.some((channel) => channel && unevenBits.includes(channel.bits))
  if (isUneven) return copy('not every GPU rounds its channels to the same 8 bits')
  return { kind: 'convert', because: 'the window takes 8 bits a channel' }
}

function copy(because: string): TextureRoute {
  return { kind: 'copy', because }
}

/** A modifier as sharedTexture takes it: decimal digits of 64 unsigned bits; hex would be read as LINEAR. */
export function modifierDigits(modifier: bigint): string {
  return BigInt.asUintN(64, modifier).toString()
}

/**
 * Names all of a plane that decides whether a GPU takes it: what one buffer was refused for, another of the same
 * layout is, too. Strides and offsets belong to it, because GPUs want them aligned each in its own way.
 */
export function textureLayout({ fourcc, modifier, width, height, memory }: Plane): string {
  const places = memory.map(({ offset, stride }) => `${offset}+${stride}`)
  return [fourcc, modifierDigits(modifier), `${width}x${height}`, ...places].join(' ')
}
