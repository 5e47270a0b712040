// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as delay } from 'node:timers/promises'
import { shim } from '../../../native-shim/index.ts'

// Installs our guard by a harmless read and then receives a SIGBUS that has nothing to do with it.
const handled = process.argv[2] === 'handled'
using fd = shim.createMemfd('guarded', 4096)
using mapping = shim.map(fd, 0, 4096, false)
if (handled) process.on('SIGBUS', () => process.stdout.write('SIGBUS heard\n'))
mapping.copyOut(0, 4096)
process.kill(process.pid, 'SIGBUS')
await delay(300)
