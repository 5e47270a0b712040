// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plane } from '../../../core/plane.ts'
import { fromWire } from '../../../core/wire.ts'
import type { Pixels } from './picture.ts'

/** A plane that lies somewhere in the noise, and what it looks like. */
export type Sample = {
  /** Its memory planes lie in buffer 0, which begins at {@link from}. */
  readonly plane: Plane
  /** Byte of the noise; a multiple of a page. */
  readonly from: number
  /** Bytes of the buffer. */
  readonly length: number
  /** First byte of its RGBA among the pictures. */
  readonly picture: number
}

/** Files of a folder of samples; host/draw-samples.ts writes them. */
export const sampleFiles = {
  samples: 'samples.json',
  noise: 'noise.bin',
  pictures: 'pictures.bin',
} as const

const area = ({ plane }: Sample) => plane.width * plane.height

/** Every sample, one stretch of random bytes that holds all their memory, and their pictures. */
export class Samples {
  readonly all: readonly Sample[]
  readonly noise: Uint8Array
  readonly #pictures: Uint8Array

  constructor(folder = process.env['LAB_SAMPLES'] ?? '') {
    const read = (name: keyof typeof sampleFiles) =>
      readFileSync(path.join(folder, sampleFiles[name]))
    this.all = fromWire(read('samples').toString()) as readonly Sample[]
    this.noise = read('noise')
    this.#pictures = read('pictures')
  }

  /** The largest sample of a format in a layout. */
  find(fourcc: string, modifier: bigint): Sample {
    const found = this.all
      .filter(({ plane }) => plane.fourcc === fourcc && plane.modifier === modifier)
      .sort((a, b) => area(b) - area(a))
    if (!found[0]) throw new Error(`no sample of ${fourcc} in ${modifier}`)
    return found[0]
  }

  pixels({ plane: { width, height }, picture }: Sample): Pixels {
    const rgba = this.#pictures.subarray(picture, picture + width * height * 4)
    return { width, height, rgba }
  }
}
