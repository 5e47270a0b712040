// SPDX-License-Identifier: GPL-2.0-or-later
import { shim } from '../../../native-shim/index.ts'

// Sends a memfd that holds 1, 2, 3, 4 and prints the answer.
using socket = await shim.connect(process.argv[2] ?? '')
using fd = shim.createMemfd('from a child', 4)
using mapping = shim.map(fd, 0, 4, true)
mapping.write(0, Uint8Array.of(1, 2, 3, 4))
await socket.send(new TextEncoder().encode('memfd'), [fd])
const answer = await socket.receive()
process.stdout.write(`${new TextDecoder().decode(answer?.bytes)}\n`)
