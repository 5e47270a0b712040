// SPDX-License-Identifier: GPL-2.0-or-later
import { shim } from '../../../native-shim/index.ts'

// Dies without removing its socket.
shim.listen(process.argv[2] ?? '')
process.kill(process.pid, 'SIGKILL')
