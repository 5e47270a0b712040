// SPDX-License-Identifier: GPL-2.0-or-later
// What no code can do without: bytes read and written once. Runs in Node and in a page.

const made = new Map()

/** Bytes that are all touched, the same for every asker. */
function bytesOf(name, length) {
  const known = made.get(name)
  if (known && known.length >= length) return known.subarray(0, length)
  const bytes = new Uint8Array(length).fill(7)
  made.set(name, bytes)
  return bytes
}

/** Forgets the bytes: hundreds of megabytes, which would slow what comes next. */
export function release() {
  made.clear()
}

/** Copies as many bytes, through `buffers` pairs of places in turn. */
export function copy(length, buffers = 1) {
  const pairs = Array.from({ length: buffers }, (_, at) => [
    bytesOf(`from ${at}`, length),
    bytesOf(`to ${at}`, length),
  ])
  let turn = 0
  return () => {
    const [from, to] = pairs[turn++ % buffers]
    to.set(from)
  }
}

/** Compares as many equal bytes, of `buffers` pairs in turn. */
export function compare(length, buffers = 1) {
  const pairs = Array.from({ length: buffers }, (_, at) =>
    ['from', 'to'].map((name) => Buffer.from(bytesOf(`${name} ${at}`, length).buffer, 0, length)),
  )
  let turn = 0
  return () => {
    const [one, other] = pairs[turn++ % buffers]
    if (!one.equals(other)) throw new Error('equal bytes are not equal')
  }
}

/** Several limits one after the other. */
export function sum(...limits) {
  return () => {
    for (const limit of limits) limit()
  }
}

/** The same where some are waited for. */
export function series(...limits) {
  return async () => {
    for (const limit of limits) await limit()
  }
}
