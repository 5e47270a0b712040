// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import type { Point } from '../../../core/geometry.ts'
import { modifierText } from '../../../core/modifier.ts'
import { type MemoryPlane, type Plane, type PlaneClaim, planeKinds } from '../../../core/plane.ts'
import { fail, ok, type Result } from '../../../core/result.ts'

// A plane dump: a JSON file beside the files with the bytes.
// {"scanoutDump":1,"planes":[{"kind","fourcc","modifier":"0x…","width","height","x","y","hotX","hotY",
//   "bottomUp","color"?,"memory":[{"file","offset","stride","size"}]}]}

/** Version of the format that is written and read. */
export const DUMP_VERSION = 1
/** More text than this is no dump. */
export const MAX_DUMP_TEXT = 1 << 20
const MAX_MEMORY_PLANES = 4

/** One plane of a dump: a claim to be checked, and the files that its buffers are. */
export type DumpPlane = { readonly claim: PlaneClaim; readonly files: readonly string[] }

type Fields = Readonly<Record<string, unknown>>

/** Reads the text of a dump. Only its shape is judged here; `checkPlane` judges the numbers. */
export function parseDump(text: string, name: string): Result<readonly DumpPlane[], Failure> {
  try {
    return ok(readDump(JSON.parse(text)))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return fail(badDump(name, error.message))
  }
}

export function badDump(name: string, why: string): Failure {
  return {
    code: 'bad-dump',
    what: `cannot read dump ${name}`,
    why,
    remedy: 'Use a file that scanout dump wrote',
  }
}

function readDump(value: unknown): readonly DumpPlane[] {
  const { scanoutDump, planes } = fields(value, 'the file')
  if (scanoutDump !== DUMP_VERSION) {
    const version = JSON.stringify(scanoutDump) ?? 'missing'
    throw new SyntaxError(`scanoutDump is ${version.slice(0, 40)}, not ${DUMP_VERSION}`)
  }
  const read = list(planes, 'planes', planeKinds.length).map(readPlane)
  const kinds = read.map(({ claim }) => claim.kind)
  const twice = kinds.find((kind, at) => kinds.indexOf(kind) !== at)
  if (twice !== undefined) throw new SyntaxError(`it has two ${twice} planes`)
  return read
}

function readPlane(value: unknown, at: number): DumpPlane {
  const where = `planes[${at}]`
  const plane = fields(value, where)
  const { kind, fourcc, memory } = plane
  if (!planeKinds.some((known) => known === kind)) {
    throw new SyntaxError(`${where}.kind is none of ${planeKinds.join(', ')}`)
  }
  const files: string[] = []
  const claim = {
    kind: text(kind, `${where}.kind`),
    fourcc: text(fourcc, `${where}.fourcc`),
    modifier: modifier(plane, where),
    width: number(plane, 'width', where),
    height: number(plane, 'height', where),
    memory: list(memory, `${where}.memory`, MAX_MEMORY_PLANES).map((entry, index) =>
      readMemory(entry, `${where}.memory[${index}]`, files),
    ),
    x: number(plane, 'x', where),
    y: number(plane, 'y', where),
    hotspot: hotspot(plane, where),
    bottomUp: flag(plane, where),
    ...color(plane, where),
  }
  return { claim, files }
}

/** Buffers are numbered by the order in which their files are named first. */
function readMemory(value: unknown, where: string, files: string[]): MemoryPlane {
  const entry = fields(value, where)
  const { file } = entry
  const name = text(file, `${where}.file`)
  if (!files.includes(name)) files.push(name)
  return {
    buffer: files.indexOf(name),
    offset: number(entry, 'offset', where),
    stride: number(entry, 'stride', where),
    size: number(entry, 'size', where),
  }
}

function fields(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new SyntaxError(`${where} is no JSON object`)
}

function list(value: unknown, where: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new SyntaxError(`${where} is no list`)
  if (value.length > most) {
    throw new SyntaxError(`${where} has ${value.length} entries, at most ${most} are allowed`)
  }
  return value
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new SyntaxError(`${where} is no text`)
  return value
}

function number(from: Fields, name: string, where: string): number {
  const value = from[name]
  if (typeof value !== 'number') throw new SyntaxError(`${where}.${name} is no number`)
  return value
}

function flag({ bottomUp }: Fields, where: string): boolean {
  if (typeof bottomUp === 'boolean') return bottomUp
  throw new SyntaxError(`${where}.bottomUp is neither true nor false`)
}

function modifier({ modifier: value }: Fields, where: string): bigint {
  if (typeof value === 'string' && /^0x[0-9a-fA-F]{1,16}$/.test(value)) return BigInt(value)
  throw new SyntaxError(`${where}.modifier is no hexadecimal text of up to 64 bits`)
}

function hotspot(plane: Fields, where: string): Point | undefined {
  const { hotX, hotY } = plane
  if ((hotX ?? null) === null && (hotY ?? null) === null) return undefined
  return { x: number(plane, 'hotX', where), y: number(plane, 'hotY', where) }
}

function color({ color: value }: Fields, where: string): Pick<PlaneClaim, 'color'> {
  if (value === undefined || value === null) return {}
  const { matrix, range } = fields(value, `${where}.color`)
  return {
    color: {
      matrix: text(matrix, `${where}.color.matrix`),
      range: text(range, `${where}.color.range`),
    },
  }
}

/** One plane as the format writes it; `files[i]` holds buffer i. */
export function dumpRecord(plane: Plane, files: readonly string[]): Fields {
  const { kind, fourcc, width, height, x, y, hotspot: hot, bottomUp } = plane
  return {
    kind,
    fourcc,
    modifier: modifierText(plane.modifier),
    width,
    height,
    x,
    y,
    hotX: hot?.x ?? null,
    hotY: hot?.y ?? null,
    bottomUp,
    ...(plane.color ? { color: plane.color } : {}),
    memory: plane.memory.map(({ buffer, offset, stride, size }) => ({
      file: files[buffer],
      offset,
      stride,
      size,
    })),
  }
}
