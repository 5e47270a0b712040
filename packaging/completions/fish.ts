// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandUsage } from '../../main/command.ts'
import type { CommandLine } from '../command-tables.ts'
import { addressBeginnings, type Offer, offerOfOption, offersOfOperands } from './values.ts'

/** Completion for fish 3 and newer. */
export function fishCompletion(line: CommandLine): string {
  const names = line.commands.map(({ name }) => name).join(' ')
  const addresses = addressBeginnings(line).map(
    ([beginning, meaning]) => `${beginning}\\t${meaning}`,
  )
  return [
    '# SPDX-License-Identifier: GPL-2.0-or-later',
    '# Completion of scanout for fish, made of its command tables.',
    `set -l commands ${names}`,
    'complete -c scanout -f',
    'function __scanout_addresses',
    ...addresses.map((row) => `  printf '%b\\n' ${quoted(row)}`),
    'end',
    'complete -c scanout -n "not __fish_seen_subcommand_from $commands" -l help -s h -d "this text"',
    'complete -c scanout -n "not __fish_seen_subcommand_from $commands" -l version -s V -d "the version"',
    ...line.commands.map(
      ({ name, summary }) =>
        `complete -c scanout -n "not __fish_seen_subcommand_from $commands" -a ${name} -d ${quoted(summary)}`,
    ),
    `complete -c scanout -n "not __fish_seen_subcommand_from $commands" -F -a '(__scanout_addresses)'`,
    ...line.commands.flatMap(rows),
    '',
  ].join('\n')
}

function rows({ name, operands, options }: CommandUsage): string[] {
  const when =
    name === 'view'
      ? '"__fish_seen_subcommand_from view; or not __fish_seen_subcommand_from $commands"'
      : `"__fish_seen_subcommand_from ${name}"`
  const lines = Object.entries(options).map(([option, row]) => {
    const offer = offerOfOption(row)
    const short = row.short === undefined ? '' : ` -s ${row.short}`
    const value =
      offer === undefined ? '' : ` -r${offer.kind === 'files' ? '' : ' -f'}${choices(offer)}`
    return `complete -c scanout -n ${when} -l ${option}${short}${value} -d ${quoted(row.help)}`
  })
  for (const offer of offersOfOperands(operands)) {
    lines.push(`complete -c scanout -n "__fish_seen_subcommand_from ${name}"${choices(offer)}`)
  }
  return lines
}

function choices(offer: Offer): string {
  switch (offer.kind) {
    case 'nothing':
      return ''
    case 'words':
      return ` -a ${quoted(offer.words.join(' '))}`
    case 'files':
      return ' -F'
    case 'folders':
      return " -a '(__fish_complete_directories)'"
    case 'addresses':
      return " -F -a '(__scanout_addresses)'"
  }
}

/** fish knows only \\ and \' inside single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
