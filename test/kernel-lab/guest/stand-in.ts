// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for a VM's process: holds a vfio device, and hands its fd to whoever connects.
//
//   stand-in.ts UUID [SOCKET]
import { shim } from '../../../native-shim/index.ts'

const [uuid, socket] = process.argv.slice(2)
const device = shim.openVfioMdev(uuid ?? '')
if (socket) void serve(socket)
else setInterval(() => device.info(), 60_000)
process.stdout.write('ready\n')

async function serve(path: string): Promise<void> {
  using listener = shim.listen(path)
  for (;;) {
    using visitor = await listener.accept()
    await visitor?.send(Uint8Array.of(0), [device.fd])
  }
}
