// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { type Failure, failureLine, plainText } from '../../core/failure.ts'
import { ok, type Result } from '../../core/result.ts'
import type { Io } from '../command.ts'
import { type OtherViewer, viewerSocket } from '../one-viewer.ts'
import type { Address } from '../source/source.ts'
import { tellStarter } from '../starter.ts'

/** Options that decide whether two viewers of a VM are the same. */
type PlaceOptions = {
  readonly 'view-only': boolean
  readonly qmp: string | undefined
  readonly frames: number | undefined
  readonly stats: string | undefined
}

/**
 * The socket at which a second start finds a viewer. Undefined for one that counts frames, because it is
 * a measurement, and for a device that this process alone was given.
 */
export function viewerPlace(address: Address, options: PlaceOptions, io: Io): string | undefined {
  const { 'view-only': viewOnly, qmp, frames, stats } = options
  const isMeasured = frames !== undefined || stats !== undefined
  if (isMeasured || address.scheme === 'vfio+fd') return undefined
  const monitor = qmp === undefined ? undefined : path.resolve(io.cwd, qmp)
  return viewerSocket({ address, viewOnly, qmp: monitor }, io.cwd, io.env)
}

/** Says where the window is that the person asked for. */
export async function sayOther(
  { pid, raised }: OtherViewer,
  address: Address,
  io: Io,
): Promise<Result<void, Failure>> {
  const open = `${address.text} is shown already, by process ${pid}`
  const then = raised.ok
    ? 'its window was brought to the front'
    : failureLine({ ...raised.failure, remedy: `${raised.failure.remedy}, or add --another` })
  await tellStarter(
    raised.ok ? { scanout: 'shown' } : { scanout: 'failed', failure: raised.failure },
  )
  await io.stderr.write(`scanout: ${plainText(open)}; ${then}\n`)
  return ok(undefined)
}
