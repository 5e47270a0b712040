// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../../core/failure.ts'
import type { VmAction, VmState } from '../../core/guest.ts'
import { ok, type Result } from '../../core/result.ts'
import type { VmControl } from '../../main/vm/vm-control.ts'

/** A VM that does what a test says, and writes down what it is told. */
export class FakeVmControl implements VmControl {
  onChange: () => void = () => {}
  state: VmState | null = null
  readonly told: string[] = []

  change(state: VmState | null): void {
    this.state = state
    this.onChange()
  }

  follow(): void {
    this.told.push('follow')
  }

  release(): void {
    this.told.push('release')
  }

  forget(): void {
    this.told.push('forget')
    this.change(null)
  }

  async act(action: VmAction): Promise<Result<void, Failure>> {
    this.told.push(action)
    return ok(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
