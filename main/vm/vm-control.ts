// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { VmAction, VmState } from '../../core/guest.ts'
import type { Result } from '../../core/result.ts'

/** A line to whoever runs the VM. It belongs to the session's maker; losing it never hurts the picture. */
export interface VmControl extends AsyncDisposable {
  /** Null where nobody can tell, or not yet. */
  readonly state: VmState | null
  /** Called after `state` changed, and again when the same thing happened once more; one listener. */
  onChange: () => void
  /** The VM's display is open: it can be followed. */
  follow(): void
  /** Lets go for the time that the display is opened, and keeps what it knows. */
  release(): void
  /** The VM is gone, and what was known of it with it. */
  forget(): void
  act(action: VmAction): Promise<Result<void, Failure>>
}
