// SPDX-License-Identifier: GPL-2.0-or-later
import * as twgl from 'twgl.js'
import { fourccRow } from '../../../core/fourcc.ts'
import { modifierRow } from '../../../core/modifier.ts'
import type { Plane } from '../../../core/plane.ts'
import { coverViewport, planeShader, type ShaderUse, smoothShader } from './shader.ts'

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

  /** The program that draws planes of this fourcc and modifier. */
  plane(plane: Plane, use: ShaderUse): twgl.ProgramInfo {
    const format = fourccRow(plane.fourcc)
    const layout = modifierRow(plane.modifier)
    if (!format || !layout) throw new Error(`plane was not checked: ${plane.fourcc}`)
    const key = `${format.code} ${layout.value} ${use}`
    return this.#program(key, () => planeShader(format, layout, use))
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
