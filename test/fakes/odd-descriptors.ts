// SPDX-License-Identifier: GPL-2.0-or-later
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Fd } from '../../native-shim/api.ts'
import { shim } from '../../native-shim/index.ts'
import type { Random } from './random.ts'

/** Sizes of files in memory: none, a page, more than memory, more than can be mapped, more than a number holds. */
const memorySizes = [0n, 4096n, 2n ** 40n, 2n ** 52n, 2n ** 60n]

/** Descriptors of every kind: what a picture may lie in, and what would block, lie or fail. */
export class OddDescriptors implements Disposable {
  readonly #all: readonly Fd[]
  readonly #owned: DisposableStack

  constructor() {
    using owned = new DisposableStack()
    const fileIn = (parent: string, size: bigint) => {
      const folder = mkdtempSync(path.join(parent, 'odd-descriptor-'))
      owned.defer(() => rmSync(folder, { recursive: true }))
      const file = path.join(folder, 'file')
      writeFileSync(file, '')
      // Node's own truncate knows no such sizes.
      execFileSync('truncate', ['-s', `${size}`, file])
      return shim.openFile(file, true)
    }
    const fds = [
      ...[1, 31, 32, 4096, 65_536].map((size) => shim.createMemfd('odd', size)),
      ...memorySizes.map((size) => fileIn('/dev/shm', size)),
      fileIn(tmpdir(), 4096n),
      ...['/dev/null', '/dev/zero', '/', '/proc/self/status'].map((name) =>
        shim.openFile(name, false),
      ),
      ...shim.socketEnds(),
    ]
    for (const fd of fds) owned.use(fd)
    this.#all = fds
    this.#owned = owned.move()
  }

  pick(random: Random, count: number): readonly Fd[] {
    return Array.from({ length: count }, () => random.pick(this.#all))
  }

  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]()
  }
}
