// SPDX-License-Identifier: GPL-2.0-or-later
import { setTimeout as delay } from 'node:timers/promises'
import { view } from './viewer.ts'

// A viewer in a process of its own, to be killed: says when it shows the guest of a monitor's socket.

const source = await view(process.argv[2] ?? '')
while (source.refresh()[0]?.status.state !== 'shown') await delay(10)
process.stdout.write('shown\n')
setInterval(() => source.refresh(), 20)
