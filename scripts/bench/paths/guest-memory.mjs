// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of a guest as a source maps it: memfds with pictures in them.
import { changed, noise } from './pictures.mjs'

/** A memfd of these bytes and its mapping, as `PlaneMemory`. */
export function memoryOf(shim, owned, bytes) {
  const fd = owned.use(shim.createMemfd('scanout-bench', bytes.length))
  const mapping = owned.use(shim.map(fd, 0, bytes.length, true))
  mapping.write(0, bytes)
  return { mappings: [mapping], dmabufs: [] }
}

/** Two states of a plane's memory that differ in one part alone; the same memory twice without a part. */
export function statesOf(shim, owned, plane, part, seed = 1) {
  const { stride, offset, size } = plane.memory[0]
  const before = noise(offset + size, seed)
  const first = memoryOf(shim, owned, before)
  return part ? [first, memoryOf(shim, owned, changed(before, stride, part))] : [first, first]
}
