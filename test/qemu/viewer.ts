// SPDX-License-Identifier: GPL-2.0-or-later
import { capturePlanes } from '../../main/source/capture-planes.ts'
import { openQemu } from '../../main/source/qemu/open.ts'
import type { Source } from '../../main/source/source.ts'
import { shim } from '../../native-shim/index.ts'
import type { Dump } from './virtual-machine.ts'

/** Tries to open a console of the QEMU behind a monitor's socket, as the program does. */
export function openConsole(socket: string, query: Readonly<Record<string, string>> = {}) {
  const text = `qemu:${socket}`
  const address = { text, scheme: 'qemu', path: socket, query: new Map(Object.entries(query)) }
  return openQemu(address, AbortSignal.timeout(20_000))
}

/** @throws Error when it cannot be opened */
export async function view(socket: string): Promise<Source> {
  const result = await openConsole(socket)
  if (!result.ok) throw new Error(result.failure.why)
  return result.value
}

/** The primary plane as it is now; empty when there is none. */
export function pictureOf(source: Source): Dump {
  const [primary] = capturePlanes(shim, source.refresh(), 'primary').planes
  if (!primary) return { width: 0, height: 0, rgb: new Uint8Array() }
  const { width, height, memory } = primary.plane
  const [bytes] = primary.buffers
  const stride = memory[0]?.stride ?? 0
  if (!bytes) throw new Error('a plane without a buffer')
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let from = y * stride; from < y * stride + width * 4; from += 4, at += 3) {
      rgb[at] = bytes[from + 2] ?? 0
      rgb[at + 1] = bytes[from + 1] ?? 0
      rgb[at + 2] = bytes[from] ?? 0
    }
  }
  return { width, height, rgb }
}

/** The first pixel of the primary plane, 0xRRGGBB; undefined when there is none. */
export function firstPixel(source: Source): number | undefined {
  const memory = source.refresh().find(({ status }) => status.kind === 'primary')?.memory
  const [blue = 0, green = 0, red = 0] = memory?.mappings[0]?.copyOut(0, 3) ?? []
  return memory && (red << 16) | (green << 8) | blue
}

/** What the cursor plane is: where, with which hotspot, and its bytes without gaps. */
export function cursorOf(source: Source) {
  const [cursor] = capturePlanes(shim, source.refresh(), 'cursor').planes
  if (!cursor) return undefined
  const { x, y, hotspot, width, height, fourcc } = cursor.plane
  return { x, y, hotspot, width, height, fourcc, bytes: cursor.buffers[0] ?? new Uint8Array() }
}

/** How many pixels two pictures differ in; of pictures of different sizes all. */
export function difference(one: Dump, other: Dump): number {
  const pixels = Math.max(one.width * one.height, other.width * other.height)
  if (one.width !== other.width || one.height !== other.height) return pixels
  if (Buffer.compare(one.rgb, other.rgb) === 0) return 0
  let differing = 0
  for (let at = 0; at < pixels * 3; at += 3) {
    const isSame = [0, 1, 2].every((c) => one.rgb[at + c] === other.rgb[at + c])
    if (!isSame) differing += 1
  }
  return differing
}
