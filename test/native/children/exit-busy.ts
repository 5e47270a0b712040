// SPDX-License-Identifier: GPL-2.0-or-later
import { everyResource } from './every-resource.ts'

// Ends with one of everything open and a callback on its way.
everyResource(`${process.argv[2]}/exit.sock`)
setTimeout(() => process.exit(7), 20)
