// SPDX-License-Identifier: GPL-2.0-or-later
import path from 'node:path'
import { ok } from '../../core/result.ts'
import type { Io } from '../command.ts'
import { launcherPicture, makeLauncher } from '../launchers/make-launcher.ts'
import type { SessionParts } from '../session.ts'
import type { Address } from '../source/source.ts'

/** Characters that a menu still shows. */
const MOST_NAME = 100

type Shown = {
  readonly address: Address
  /** What a person called the window. */
  readonly title: string | undefined
  readonly viewOnly: boolean
  readonly qmp: string | undefined
}

/** Makes the launcher of the VM that a window shows, which opens it with the same rights. */
export function launcherMaker(shown: Shown, io: Io): NonNullable<SessionParts['createLauncher']> {
  const { address, title, viewOnly, qmp } = shown
  const wish = {
    title,
    'view-only': viewOnly,
    qmp: qmp === undefined ? undefined : path.resolve(io.cwd, qmp),
  }
  return async (name, capture) => {
    const picture = await launcherPicture(capture)
    const made = await makeLauncher(
      {
        address,
        name: name.slice(0, MOST_NAME),
        wish,
        picture: picture.ok ? picture.value : undefined,
        cwd: io.cwd,
      },
      io.env,
    )
    return made.ok ? ok({ name: made.value.name, path: made.value.file }) : made
  }
}
