// SPDX-License-Identifier: GPL-2.0-or-later
import type { Channel, FourccRow } from '../../../core/fourcc.ts'
import { TILED_PITCH } from '../../../core/memory-image.ts'
import { type ModifierRow, type Tiling, tileBytes } from '../../../core/modifier.ts'

// GLSL ES 3.00 made from the rows of core/fourcc.ts and core/modifier.ts. All arithmetic on pixels is
// on integers, so that every driver draws the same bits as core's reference decoder.

/**
 * What a plane's program writes: `opaque` its colour, `over` its colour source-over what is below it,
 * `rgba` its colour and alpha as they are, `small` those averaged over some pixels, `linear` four bytes of its rows per texel, as they lie in
 * untiled memory.
 */
export type ShaderUse = 'opaque' | 'over' | 'rgba' | 'small' | 'linear'

/** One triangle that covers the viewport; no attributes. */
export const coverViewport = `#version 300 es
void main() {
  vec2 corner = vec2((gl_VertexID & 1) << 2, (gl_VertexID & 2) << 1) - 1.0;
  gl_Position = vec4(corner, 0.0, 1.0);
}
`

const head = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
`

/**
 * The fragment shader of one format in one layout. Uniforms: `memory` (R32UI of the memory image),
 * `size` of the plane, `origin` of the plane in the target, `bottomUp`, `stride` in bytes (tiled
 * layouts), `below` (what was drawn before, for `over`).
 */
export function planeShader(format: FourccRow, layout: ModifierRow, use: ShaderUse): string {
  if (use === 'linear') return `${head}${addressing(layout.tiling)}${linearMain(format)}`
  const main = use === 'small' ? smallMain(format) : colorMain(format, use)
  return `${head}${addressing(layout.tiling)}${pixelFetch(format)}${main}`
}

/** `byteAt(column, row)` and `wordAt(column, row)`: a byte column may be any, a word column is a multiple of 4. */
function addressing(tiling: Tiling | undefined): string {
  if (!tiling) {
    return `
uniform usampler2D memory;
uint wordAt(uint column, uint row) {
  return texelFetch(memory, ivec2(column >> 2, row), 0).r;
}
uint byteAt(uint column, uint row) {
  return (wordAt(column, row) >> ((column & 3u) * 8u)) & 0xffu;
}
`
  }
  const words = TILED_PITCH / 4
  return `
uniform usampler2D memory;
uniform uint stride;
uint addressOf(uint column, uint row) {
  uint across = stride / ${tiling.tileWidth}u;
  uint tile = (row / ${tiling.tileHeight}u) * across + column / ${tiling.tileWidth}u;
  uint x = column % ${tiling.tileWidth}u;
  uint y = row % ${tiling.tileHeight}u;
  return tile * ${tileBytes(tiling)}u + (${[...spread('x', tiling.xMasks), ...spread('y', tiling.yMasks)].join(' ^ ') || '0u'});
}
uint wordOf(uint address) {
  uint word = address >> 2;
  return texelFetch(memory, ivec2(word % ${words}u, word / ${words}u), 0).r;
}
uint wordAt(uint column, uint row) {
  return wordOf(addressOf(column & ~3u, row));
}
uint byteAt(uint column, uint row) {
  uint address = addressOf(column, row);
  return (wordOf(address) >> ((address & 3u) * 8u)) & 0xffu;
}
`
}

/**
 * Terms whose XOR is the masks' offset: bits that move together by the same distance become one
 * shift, any other bit selects its mask.
 */
export function spread(name: string, masks: readonly number[]): readonly string[] {
  const terms: string[] = []
  for (let k = 0; k < masks.length; ) {
    const mask = masks[k] ?? 0
    const single = mask !== 0 && (mask & (mask - 1)) === 0
    if (!single) {
      if (mask !== 0) terms.push(`((${name} >> ${k}u & 1u) * ${mask >>> 0}u)`)
      k += 1
      continue
    }
    let run = 1
    while (masks[k + run] === mask * 2 ** run) run += 1
    const low = 31 - Math.clz32(mask)
    terms.push(`((${name} >> ${k}u & ${2 ** run - 1}u) << ${low}u)`)
    k += run
  }
  return terms
}

/** `pixelAt(x, y)`: the pixel as a little-endian word. */
function pixelFetch(format: FourccRow): string {
  switch (format.bytes) {
    case 4:
      return `
uint pixelAt(uint x, uint y) {
  return wordAt(x * 4u, y);
}
`
    case 2:
      return `
uint pixelAt(uint x, uint y) {
  return (wordAt(x * 2u, y) >> ((x & 1u) * 16u)) & 0xffffu;
}
`
    default:
      throw new Error(`no fetch for ${format.bytes} bytes per pixel (${format.code})`)
  }
}

function colorMain(format: FourccRow, use: 'opaque' | 'over' | 'rgba'): string {
  const { red, green, blue, alpha } = format
  const color = [red, green, blue].map(channel).join(', ')
  const blended = use === 'over' && alpha !== undefined
  return `
uniform ivec2 size;
uniform ivec2 origin;
uniform bool bottomUp;
${blended ? 'uniform sampler2D below;' : ''}
out vec4 result;
void main() {
  ivec2 target = ivec2(gl_FragCoord.xy);
  ivec2 at = target - origin;
  int row = bottomUp ? size.y - 1 - at.y : at.y;
  uint pixel = pixelAt(uint(at.x), uint(row));
  uvec3 color = uvec3(${color});
${blended && alpha ? blend(alpha) : ''}
  result = vec4(vec3(color) / 255.0, ${use === 'rgba' && alpha ? `float(${channel(alpha)}) / 255.0` : '1.0'});
}
`
}

/** Every pixel of the target is the mean of `taps` × `taps` pixels of its part of the plane, alpha too. */
function smallMain({ red, green, blue, alpha }: FourccRow): string {
  const color = [red, green, blue].map(channel).join(', ')
  return `
uniform ivec2 size;
uniform bool bottomUp;
uniform vec2 perPixel;
uniform int taps;
out vec4 result;
void main() {
  vec4 sum = vec4(0.0);
  for (int j = 0; j < taps; j++) {
    for (int i = 0; i < taps; i++) {
      vec2 inside = (vec2(i, j) + 0.5) / float(taps) - 0.5;
      ivec2 at = min(ivec2((gl_FragCoord.xy + inside) * perPixel), size - 1);
      int row = bottomUp ? size.y - 1 - at.y : at.y;
      uint pixel = pixelAt(uint(at.x), uint(row));
      sum += vec4(uvec4(${color}, ${alpha ? channel(alpha) : '255u'}));
    }
  }
  result = sum / (255.0 * float(taps * taps));
}
`
}

/** Source-over of premultiplied colour: c + dst·(255 − a) / 255, rounded to nearest. */
function blend(alpha: Channel): string {
  return `
  uint alpha = ${channel(alpha)};
  uvec3 under = uvec3(texelFetch(below, target, 0).rgb * 255.0 + 0.5);
  uvec3 rest = under * (255u - alpha) + 128u;
  color = min(color, uvec3(alpha)) + ((rest + (rest >> 8)) >> 8);
`
}

/** One channel of `pixel` in 8 bits: replicated when it has fewer, rounded when it has more. */
function channel({ shift, bits }: Channel): string {
  const value = `((pixel >> ${shift}u) & ${2 ** bits - 1}u)`
  if (bits === 8) return value
  if (bits > 8) {
    const most = 2 ** bits - 1
    return `((${value} * 255u + ${Math.floor(most / 2)}u) / ${most}u)`
  }
  const copies: string[] = []
  for (let place = 8 - bits; place > -bits; place -= bits) {
    copies.push(place >= 0 ? `(${value} << ${place}u)` : `(${value} >> ${-place}u)`)
  }
  return `(${copies.join(' | ')})`
}

function linearMain(format: FourccRow): string {
  return `
uniform ivec2 size;
out uvec4 result;
void main() {
  uint column = uint(gl_FragCoord.x) * 4u;
  uint row = uint(gl_FragCoord.y);
  uint end = uint(size.x) * ${format.bytes}u;
  uvec4 bytes = uvec4(0);
  for (uint i = 0u; i < 4u; i++) {
    if (column + i < end) bytes[i] = byteAt(column + i, row);
  }
  result = bytes;
}
`
}

/**
 * Scales the composed picture into the view: enlarging keeps the inside of each guest pixel flat and
 * blends only its edges over one device pixel; reducing averages the guest pixels under each device
 * pixel. Uniforms: `picture`, `guest` size, `rect` (device pixels, y down: x, y, width, height),
 * `viewHeight`, `taps` per device pixel.
 */
export const smoothShader = `${head}
uniform sampler2D picture;
uniform ivec2 guest;
uniform ivec4 rect;
uniform int viewHeight;
uniform ivec2 taps;
out vec4 result;
void main() {
  vec2 device = vec2(gl_FragCoord.x, float(viewHeight) - gl_FragCoord.y) - vec2(rect.xy);
  vec2 perDevice = vec2(guest) / vec2(rect.zw);
  vec2 enlarge = max(1.0 / perDevice, vec2(1.0));
  vec2 flatPart = 0.5 - 0.5 / enlarge;
  vec3 sum = vec3(0.0);
  for (int j = 0; j < taps.y; j++) {
    for (int i = 0; i < taps.x; i++) {
      vec2 inside = (vec2(i, j) + 0.5) / vec2(taps) - 0.5;
      vec2 at = (device + inside) * perDevice;
      vec2 fromCenter = fract(at) - 0.5;
      vec2 edge = (fromCenter - clamp(fromCenter, -flatPart, flatPart)) * enlarge + 0.5;
      sum += texture(picture, (floor(at) + edge) / vec2(guest)).rgb;
    }
  }
  result = vec4(sum / float(taps.x * taps.y), 1.0);
}
`
