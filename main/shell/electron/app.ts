// SPDX-License-Identifier: GPL-2.0-or-later
import { writeFileSync } from 'node:fs'
import { app } from 'electron'
import { type Failure, failureLine } from '../../../core/failure.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { shim } from '../../../native-shim/index.ts'
import { openCommand } from '../../commands/open.ts'
import { viewCommand } from '../../commands/view.ts'
import type { Program } from '../../launcher/start-viewer.ts'
import { log } from '../../log.ts'
import { PrivateFolder } from '../../private-folder.ts'
import { processIo } from '../../process-io.ts'
import { tellStarter } from '../../starter.ts'
import { appFolder } from '../page-files.ts'
import { registerAppScheme } from './app-scheme.ts'
import { ElectronShell, type ShimChoice } from './electron-shell.ts'
import { RESULT_FILE } from './launch.ts'
import { textureParts } from './texture-parts.ts'

// Electron's entry: runs `scanout view …` or `scanout open` with Electron's window. Either the scanout program starts
// it and reads the result from a file, or the desktop starts the packed app.

/** The words after `--` when scanout started us; all of them in a packed app. */
function words(argv: readonly string[]): readonly string[] {
  const mark = argv.indexOf('--')
  return mark >= 0 ? argv.slice(mark + 1) : argv.slice(app.isPackaged ? 1 : 2)
}

/** One more of this program, which takes the words that follow. */
function program(): Program {
  const sandbox = process.argv.includes('--no-sandbox') ? ['--no-sandbox'] : []
  return [process.execPath, ...sandbox, ...(app.isPackaged ? [] : [appFolder()]), '--']
}

function loadShim(): ShimChoice {
  try {
    shim.counts()
    return ok(shim)
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

async function report(result: Result<void, Failure>): Promise<number> {
  if (!result.ok) await tellStarter({ scanout: 'failed', failure: result.failure })
  const file = process.env[RESULT_FILE]
  if (file) writeFileSync(file, JSON.stringify(result.ok ? null : result.failure))
  else if (!result.ok) process.stderr.write(`scanout: ${failureLine(result.failure)}\n`)
  if (result.ok) return 0
  return result.failure.code === 'usage' ? 2 : 1
}

async function main(): Promise<number> {
  const addon = loadShim()
  const zeroCopy = !words(process.argv).includes('--no-zero-copy')
  await using profile = new PrivateFolder(process.env)
  app.setPath('userData', profile.path)
  app.setPath('sessionData', profile.path)
  // The memory transport needs a window without a sandbox; every other window has one by force.
  if (!addon.ok) app.enableSandbox()
  registerAppScheme()
  const textures = zeroCopy ? textureParts(addon) : fail('--no-zero-copy was given')
  app.on('window-all-closed', () => {})
  const interruption = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => interruption.abort())
  }
  app.on('before-quit', () => interruption.abort())
  await app.whenReady()
  const shell = new ElectronShell(process.env, addon, textures)
  const io = processIo(interruption.signal)
  const [first, ...rest] = words(process.argv)
  if (first === undefined || first === 'open') {
    // The viewers that it starts have results of their own.
    const { [RESULT_FILE]: _, ...env } = process.env
    return report(await openCommand({ shell, program: program() }).run(rest, { ...io, env }))
  }
  const argv = first === 'view' ? rest : [first, ...rest]
  return report(await viewCommand(shell).run(argv, io))
}

main().then(
  (code) => app.exit(code),
  (error: unknown) => {
    log.warn(`internal error: ${error instanceof Error ? error.message : String(error)}`)
    app.exit(1)
  },
)
