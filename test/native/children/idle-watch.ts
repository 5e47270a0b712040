// SPDX-License-Identifier: GPL-2.0-or-later
import { shim } from '../../../native-shim/index.ts'

// Waits for its parent, which outlives it: Node ends with 13, an await that nothing will settle.
const watch = shim.watchProcess(process.ppid)
process.stdout.write('watching\n')
await watch.ended
