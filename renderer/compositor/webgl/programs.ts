// SPDX-License-Identifier: GPL-2.0-or-later
import * as twgl from 'twgl.js'
import type { Plane } from '../../../core/plane.ts'
import { layoutOf } from '../../../core/plane-layout.ts'
import { DEFAULT_COLOR } from '../../../core/yuv.ts'
import { ImportedTexture } from './imported-texture.ts'
import type { PlaneTexture } from './plane-texture.ts'
import {
  coverViewport,
  importedShader,
  linearShader,
  planeShader,
  type ShaderUse,
  smoothShader,
} from './shader.ts'

/** The pixels of a plane: the bytes of its memory planes, or all of them in one texture of colours. */
export type PlaneTextures = readonly PlaneTexture[] | readonly [ImportedTexture]

/** Values of a program's uniforms, by name; textures as themselves. */
export type Uniforms = Readonly<Record<string, WebGLTexture | number | boolean | readonly number[]>>

/** The programs of one context, made when first needed and kept until it ends. */
export class Programs implements Disposable {
  readonly #gl: WebGL2RenderingContext
  readonly #made = new Map<string, twgl.ProgramInfo>()

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl
  }

  get count(): number {
    return this.#made.size
  }

  /** The program that draws planes of this fourcc and modifier from such textures. */
  plane(plane: Plane, textures: PlaneTextures, use: ShaderUse): twgl.ProgramInfo {
    const { format, memory } = layoutOf(plane)
    if (textures[0] instanceof ImportedTexture) {
      const hasAlpha = format.alpha !== undefined
      const kind = hasAlpha ? 'alpha' : 'opaque'
      return this.#program(`imported ${kind} ${use}`, () => importedShader(hasAlpha, use))
    }
    const tilings = memory.map(({ tiling }) => tiling)
    const color = plane.color ?? DEFAULT_COLOR
    const hue = format.model === 'yuv' ? `${color.matrix} ${color.range}` : 'rgb'
    const key = `${layoutKey(plane)} ${hue} ${use}`
    return this.#program(key, () => planeShader(format, tilings, color, use))
  }

  /** The program that undoes the tiling of one memory plane. */
  linear(plane: Plane, at: number): twgl.ProgramInfo {
    const tiling = layoutOf(plane).memory[at]?.tiling
    return this.#program(`${layoutKey(plane)} linear ${at}`, () => linearShader(at, tiling))
  }

  /** The program that scales the composed picture by something else than a whole number. */
  smooth(): twgl.ProgramInfo {
    return this.#program('smooth', () => smoothShader)
  }

  /** Runs a program over the current viewport and scissor. */
  run(program: twgl.ProgramInfo, uniforms: Uniforms): void {
    // biome-ignore lint/correctness/useHookAtTopLevel: a GL call, not a React hook
    this.#gl.useProgram(program.program)
    twgl.setUniforms(program, uniforms)
    this.#gl.drawArrays(this.#gl.TRIANGLES, 0, 3)
  }

  [Symbol.dispose](): void {
    for (const { program } of this.#made.values()) this.#gl.deleteProgram(program)
    this.#made.clear()
  }

  #program(key: string, fragment: () => string): twgl.ProgramInfo {
    const known = this.#made.get(key)
    if (known) return known
    let log = ''
    const made = twgl.createProgramInfo(this.#gl, [coverViewport, fragment()], (text: unknown) => {
      log += String(text)
    })
    if (!made || log) throw new Error(`shader ${key} does not build: ${log}`)
    this.#made.set(key, made)
    return made
  }
}

function layoutKey({ fourcc, modifier, bit6Swizzle }: Plane): string {
  return `${fourcc} ${modifier} ${bit6Swizzle ?? ''}`
}

/** What every program needs to know of a plane's memory. */
export function memoryUniforms(plane: Plane, textures: PlaneTextures): Uniforms {
  if (textures[0] instanceof ImportedTexture) return { memory0: textures[0].texture }
  const entries = layoutOf(plane).memory.flatMap(({ grid }, at) => {
    const texture = textures[at]?.texture
    if (!texture) throw new RangeError(`no texture of memory plane ${at}`)
    const tiles = grid ? [[`grid${at}`, [grid.across, grid.down]] as const] : []
    return [[`memory${at}`, texture] as const, ...tiles]
  })
  return Object.fromEntries(entries)
}
