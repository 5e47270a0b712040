// SPDX-License-Identifier: GPL-2.0-or-later

/** Least to most urgent; `SCANOUT_LOG` names the least that is written, `warn` when unset. */
export const logLevels = ['debug', 'info', 'warn'] as const
export type LogLevel = (typeof logLevels)[number]

/** Longer records are cut: a page or a guest must not fill a disk with one line. */
const MAX_RECORD = 2000

function threshold(): number {
  const wanted = process.env['SCANOUT_LOG']
  const index = logLevels.indexOf(wanted as LogLevel)
  return index < 0 ? logLevels.indexOf('warn') : index
}

/** One record, one line on stderr; control characters are escaped, because texts come from guests. */
function write(level: LogLevel, text: string): void {
  if (logLevels.indexOf(level) < threshold()) return
  const line = [...text.slice(0, MAX_RECORD)].map(printable).join('')
  process.stderr.write(`scanout: ${level === 'warn' ? '' : `${level}: `}${line}\n`)
}

function printable(character: string): string {
  const code = character.charCodeAt(0)
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0)
  return control ? `\\x${code.toString(16).padStart(2, '0')}` : character
}

/** The only way in which product code writes something that nobody asked for. */
export const log = {
  debug: (text: string): void => write('debug', text),
  info: (text: string): void => write('info', text),
  warn: (text: string): void => write('warn', text),
}
