// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { Toast } from '../store.ts'
import { sentence } from './sentence.ts'

/** What the guest could not do, in a line. */
export function troubleToast({ what, why, remedy }: Failure): Toast {
  const title = what.charAt(0).toUpperCase() + what.slice(1)
  return { kind: 'failed', title, detail: `${sentence(why)} ${sentence(remedy)}`, reveal: false }
}
