// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { everyResource } from './every-resource.ts'

/** Numbers and links of all open descriptors, but for the one that lists them. */
function descriptors(): string {
  return readdirSync('/proc/self/fd')
    .map((number) => {
      try {
        return `${number} ${readlinkSync(`/proc/self/fd/${number}`)}`
      } catch {
        return ''
      }
    })
    .filter((line) => line !== '' && !line.includes('/proc/'))
    .join('\n')
}

const maps = () => readFileSync('/proc/self/maps', 'utf8').match(/memfd/g)?.length ?? 0

const socketPath = `${process.argv[2]}/census.sock`
/** Warm: Node opens descriptors of its own for the first of everything. */
for (const resource of everyResource(socketPath)) resource[Symbol.dispose]()
await turn()
const before = [descriptors(), maps()]
for (let i = 0; i < 50; i += 1) {
  for (const resource of everyResource(socketPath)) resource[Symbol.dispose]()
  await turn()
}
const after = [descriptors(), maps()]
const same = (i: number) => (before[i] === after[i] ? 'same' : `${before[i]} → ${after[i]}`)
process.stdout.write(`${same(0)} fds, ${same(1)} maps\n`)
