// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import type { Failure } from '../../core/failure.ts'
import type { Capture } from '../../core/plane.ts'
import { fail, ok, type Result } from '../../core/result.ts'
import { composeCapture, type StraightPicture } from '../capture/picture.ts'
import { lastingAddress } from '../recent.ts'
import { viewWords } from '../session-file/view-words.ts'
import type { Viewing } from '../session-file/viewing.ts'
import type { Address } from '../source/source.ts'
import { type Launcher, LauncherFolder } from './launcher-folder.ts'
import { ownProgram } from './program.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type LauncherRequest = {
  readonly address: Address
  readonly name: string
  /** How its viewer opens; `wait` and `reconnect` always hold. */
  readonly wish: { readonly [K in keyof Viewing['wish']]?: Viewing['wish'][K] | undefined }
  /** What the VM shows now; undefined when nobody knows. */
  readonly picture: StraightPicture | undefined
  /** Also as an icon on the desktop itself. */
  readonly onDesktop?: boolean
  /** Absolute folder that relative paths are meant from. */
  readonly cwd: string
}

/** Makes a launcher that opens a VM's viewer, waits for the VM, and shows it again after it was away. */
export async function makeLauncher(
  { address, name, wish, picture, onDesktop = false, cwd }: LauncherRequest,
  env: Environment,
): Promise<Result<Launcher, Failure>> {
  const whole = address.scheme === 'demo' ? address.text : lastingAddress(address, cwd)
  if (whole === undefined) {
    const what = `cannot make a launcher for ${address.text}`
    const why = 'it names something of this moment, which is another thing tomorrow'
    return fail({ code: 'usage', what, why, remedy: 'Use an address that lasts: libvirt:NAME' })
  }
  const { qmp, ...rest } = wish
  const options = {
    ...rest,
    ...(qmp === undefined ? {} : { qmp: path.resolve(cwd, qmp) }),
    wait: true,
    reconnect: true,
  }
  const command = [ownProgram(env), ...viewWords(whole, options)] as const
  const folder = await LauncherFolder.of(env)
  return folder.create({ name, address: whole, command, picture, onDesktop })
}

/** The picture of a capture; undefined where there is none to be made. */
export async function launcherPicture(
  capture: Result<Capture, Failure>,
): Promise<Result<StraightPicture, Failure>> {
  if (!capture.ok) return capture
  const picture = await composeCapture(capture.value, { plane: 'all', cursor: false }, 'native')
  return picture.ok ? ok(picture.value) : picture
}
