// SPDX-License-Identifier: GPL-2.0-or-later
import type { FourccRow } from '../../../core/fourcc.ts'
import type { ColorInfo } from '../../../core/plane.ts'
import type { Tiling } from '../../../core/tiling.ts'
import { addressing } from './shader-address.ts'
import { blockFetch, pixelCode, sampleFunctions } from './shader-sample.ts'

// GLSL ES 3.00 made from the rows of core/fourcc-table.ts and core/modifier-table.ts. All arithmetic on
// pixels is on integers, so that every driver draws the same bits as core's reference decoder.

/**
 * What a plane's program writes: `opaque` its colour, `over` its colour source-over what is below it,
 * `rgba` its colour and alpha as they are, `small` those averaged over some pixels.
 */
export type ShaderUse = 'opaque' | 'over' | 'rgba' | 'small'

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
 * The fragment shader of one format in one layout. Uniforms: those of {@link addressing}, `size` of the
 * plane, `bottomUp`, `origin` of the plane in the target, `below` (what was drawn before, for `over`),
 * and for `small`: `perPixel`, the pixels of the plane that one of the target stands for, and `taps`.
 *
 * @param tilings of each memory plane
 * @param color of YUV planes
 */
export function planeShader(
  format: FourccRow,
  tilings: readonly (Tiling | undefined)[],
  color: ColorInfo,
  use: ShaderUse,
): string {
  const fetches = format.planes.map(
    (shape, plane) => addressing(plane, tilings[plane]) + blockFetch(plane, shape),
  )
  const pixel = { code: pixelCode(format, color), hasAlpha: format.alpha !== undefined }
  return `${head}${fetches.join('')}${sampleFunctions}${mainOf(pixel, use)}`
}

/**
 * The same of a surface that the GPU imported: `memory0` holds its colours, in whichever order and tiles the
 * guest keeps them.
 *
 * @param hasAlpha false: what is in the alpha channel is padding
 */
export function importedShader(hasAlpha: boolean, use: ShaderUse): string {
  const alpha = hasAlpha ? '  uint alpha = texel.a;\n' : ''
  const code = `  uvec4 texel = uvec4(texelFetch(memory0, ivec2(x, y), 0) * 255.0 + 0.5);
  uvec3 color = texel.rgb;
${alpha}`
  return `${head}uniform sampler2D memory0;
${mainOf({ code, hasAlpha }, use)}`
}

/** Statements that set the `color` of the pixel (x, y) and, when it has one, its `alpha`. */
type PixelCode = { readonly code: string; readonly hasAlpha: boolean }

function mainOf(pixel: PixelCode, use: ShaderUse): string {
  return `
uniform ivec2 size;
uniform bool bottomUp;
${use === 'small' ? smallMain(pixel) : colorMain(pixel, use)}`
}

function colorMain({ code, hasAlpha }: PixelCode, use: Exclude<ShaderUse, 'small'>): string {
  const blended = use === 'over' && hasAlpha
  const alpha = use === 'rgba' && hasAlpha ? 'float(alpha) / 255.0' : '1.0'
  return `
uniform ivec2 origin;
${blended ? 'uniform sampler2D below;' : ''}
out vec4 result;
void main() {
  ivec2 target = ivec2(gl_FragCoord.xy);
  ivec2 at = target - origin;
  uint x = uint(at.x);
  uint y = uint(bottomUp ? size.y - 1 - at.y : at.y);
${code}${blended ? blend : ''}
  result = vec4(vec3(color) / 255.0, ${alpha});
}
`
}

/** Every pixel of the target is the mean of `taps` × `taps` pixels of its part of the plane, alpha too. */
function smallMain({ code, hasAlpha }: PixelCode): string {
  return `
uniform vec2 perPixel;
uniform int taps;
out vec4 result;
void main() {
  vec4 sum = vec4(0.0);
  for (int j = 0; j < taps; j++) {
    for (int i = 0; i < taps; i++) {
      vec2 inside = (vec2(i, j) + 0.5) / float(taps) - 0.5;
      ivec2 at = min(ivec2((gl_FragCoord.xy + inside) * perPixel), size - 1);
      uint x = uint(at.x);
      uint y = uint(bottomUp ? size.y - 1 - at.y : at.y);
${code}
      sum += vec4(uvec4(color, ${hasAlpha ? 'alpha' : '255u'}));
    }
  }
  result = sum / (255.0 * float(taps * taps));
}
`
}

/** Source-over of premultiplied colour: c + dst·(255 − a) / 255, rounded to nearest. */
const blend = `
  uvec3 under = uvec3(texelFetch(below, target, 0).rgb * 255.0 + 0.5);
  uvec3 rest = under * (255u - alpha) + 128u;
  color = min(color, uvec3(alpha)) + ((rest + (rest >> 8)) >> 8);
`

/**
 * Writes four bytes of the rows of one memory plane per texel, as they lie in untiled memory. Uniforms:
 * those of {@link addressing} and `rowBytes`.
 */
export function linearShader(plane: number, tiling: Tiling | undefined): string {
  return `${head}${addressing(plane, tiling)}
uniform uint rowBytes;
out uvec4 result;
void main() {
  uint column = uint(gl_FragCoord.x) * 4u;
  uint row = uint(gl_FragCoord.y);
  uvec4 bytes = uvec4(0);
  for (uint i = 0u; i < 4u; i++) {
    if (column + i < rowBytes) bytes[i] = bytesAt${plane}(column + i, row) & 0xffu;
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
