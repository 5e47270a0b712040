// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../../core/failure.ts'
import { type FourccRow, fourccRow, fourccs } from '../../../core/fourcc.ts'
import { LINEAR, type ModifierRow, modifiers, modifierText } from '../../../core/modifier.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import type { Address } from '../source.ts'
import { canDraw, canPack } from './framebuffer.ts'

/** What the built-in guest does; every part can be chosen in the address. */
export type DemoOptions = {
  readonly width: number
  readonly height: number
  readonly format: FourccRow
  readonly layout: ModifierRow
  /** Buffers that the guest flips between. */
  readonly buffers: number
  readonly hasHotspot: boolean
  readonly hasCursor: boolean
  readonly hasOverlay: boolean
  readonly framesPerSecond: number
  /** The picture never changes. */
  readonly isStill: boolean
  /** Seconds between mode changes; 0: none. */
  readonly modeSeconds: number
  /** Of every 100 queries of the primary plane this many fail with EFAULT. */
  readonly errorPercent: number
  readonly isMappable: boolean
  readonly transport: 'dmabuf' | 'region'
  /** The guest has its display off. */
  readonly isBlank: boolean
  /** Seconds until the VM ends; 0: it stays. */
  readonly goneSeconds: number
}

/** Names a person may write for a modifier beside its hex value. */
const layoutNames: ReadonlyMap<string, bigint> = new Map([
  ['linear', LINEAR],
  ['x', 0x0100_0000_0000_0001n],
  ['y', 0x0100_0000_0000_0002n],
  ['4', 0x0100_0000_0000_0009n],
])

/** Reads the options of a `demo:` address; failures have code `usage`. */
export function parseDemoOptions({ text, query }: Address): Result<DemoOptions, Failure> {
  const wrong: string[] = []
  const choose = <T>(
    name: string,
    fallback: T,
    read: (value: string) => T | undefined,
    form: string,
  ): T => {
    const value = query.get(name)
    if (value === undefined) return fallback
    const chosen = read(value)
    if (chosen === undefined) wrong.push(`${name}=${value} is not ${form}`)
    return chosen ?? fallback
  }
  const flag = (name: string, fallback: boolean) =>
    choose(name, fallback, (value) => flags.get(value), '0 or 1')
  const whole = (name: string, fallback: number, min: number, max: number) =>
    choose(name, fallback, (value) => wholeNumber(value, min, max), `from ${min} to ${max}`)

  const codes = fourccs
    .filter(canPack)
    .map(({ code }) => code.trim())
    .join(', ')
  const size = choose('size', { width: 1920, height: 1080 }, readSize, 'WIDTHxHEIGHT, 16 to 8192')
  const options: DemoOptions = {
    ...size,
    format: choose('fourcc', xrgb, readFormat, `one of ${codes}`),
    layout: choose('modifier', linear, readLayout, 'linear, x, y, 4 or a modifier in hexadecimal'),
    buffers: whole('buffers', 3, 1, 3),
    hasHotspot: flag('hotspot', true),
    hasCursor: flag('cursor', true),
    hasOverlay: flag('overlay', false),
    framesPerSecond: whole('fps', 30, 1, 240),
    isStill: flag('still', false),
    modeSeconds: whole('modes', 0, 0, 3600),
    errorPercent: whole('errors', 0, 0, 100),
    isMappable: flag('mappable', true),
    transport: choose('transport', 'dmabuf', readTransport, 'dmabuf or region'),
    isBlank: flag('blank', false),
    goneSeconds: whole('gone', 0, 0, 3600),
  }
  if (!canDraw(options.format, options.layout)) {
    wrong.push(`fourcc=${options.format.code} cannot be drawn in ${options.layout.name}`)
  }
  if (wrong.length === 0) return ok(options)
  return fail({
    code: 'usage',
    what: `cannot use address ${text}`,
    why: wrong.join(', '),
    remedy: 'Correct it or leave it out',
  })
}

function row<T>(found: T | undefined): T {
  if (!found) throw new Error('a row of the tables is missing')
  return found
}

const xrgb = row(fourccRow('XR24'))
const linear = row(modifiers.find(({ value }) => value === LINEAR))
const flags = new Map([
  ['0', false],
  ['1', true],
])

function wholeNumber(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max ? value : undefined
}

function readSize(text: string): { width: number; height: number } | undefined {
  const [, w = '', h = ''] = /^(\d+)x(\d+)$/.exec(text) ?? []
  const width = wholeNumber(w, 16, 8192)
  const height = wholeNumber(h, 16, 8192)
  return width !== undefined && height !== undefined ? { width, height } : undefined
}

function readFormat(text: string): FourccRow | undefined {
  const row = fourccRow(text.padEnd(4))
  return row && canPack(row) ? row : undefined
}

function readLayout(text: string): ModifierRow | undefined {
  const value = layoutNames.get(text.toLowerCase())
  return modifiers.find((known) => known.value === value || modifierText(known.value) === text)
}

function readTransport(text: string): 'dmabuf' | 'region' | undefined {
  return text === 'dmabuf' || text === 'region' ? text : undefined
}
