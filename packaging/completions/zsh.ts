// SPDX-License-Identifier: GPL-2.0-or-later
import type { CommandUsage } from '../../main/command.ts'
import type { CommandLine } from '../command-tables.ts'
import { addressBeginnings, type Offer, offerOfOperand, offerOfOption, quoted } from './values.ts'

/** Completion for zsh 5 and newer, as the autoloaded function _scanout. */
export function zshCompletion(line: CommandLine): string {
  const pairs = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([word, meaning]) => `    ${quoted(`${word.replaceAll(':', '\\:')}:${meaning}`)}`)
  return [
    '#compdef scanout',
    '# SPDX-License-Identifier: GPL-2.0-or-later',
    '# Completion of scanout for zsh, made of its command tables.',
    '',
    '_scanout_addresses() {',
    '  local -a addresses=(',
    ...pairs(addressBeginnings(line)),
    '  )',
    "  _describe -t addresses address addresses -S ''",
    '  _files',
    '}',
    '',
    '_scanout_commands() {',
    '  local -a commands=(',
    ...pairs(line.commands.map(({ name, summary }) => [name, summary] as const)),
    '  )',
    '  _describe -t commands command commands',
    '  _scanout_addresses',
    '}',
    '',
    '_scanout() {',
    '  local command=view',
    '  if ((CURRENT == 2)) && [[ $words[2] != -* ]]; then',
    '    _scanout_commands',
    '    return',
    '  fi',
    '  case $words[2] in',
    `    ${line.commands.map(({ name }) => name).join(' | ')})`,
    '      command=$words[2]',
    '      shift words',
    '      ((CURRENT--))',
    '      ;;',
    '  esac',
    '  case $command in',
    ...line.commands.flatMap(branch),
    '  esac',
    '}',
    '',
    '_scanout "$@"',
    '',
  ].join('\n')
}

function branch({ name, operands, options }: CommandUsage): string[] {
  const words = Object.entries(options).map(([option, row]) => {
    const help = `[${escaped(row.help)}]`
    const offer = offerOfOption(row)
    const value =
      offer === undefined
        ? ''
        : `:${escaped(row.type === 'text' || row.type === 'integer' ? row.metavar : option)}:${action(offer)}`
    if (row.short === undefined) return quoted(`--${option}${help}${value}`)
    return `'(-${row.short} --${option})'{-${row.short},--${option}}${quoted(`${help}${value}`)}`
  })
  const last = operands.map((operand, at) => {
    const place = operand.repeats ? '*' : `${at + 1}`
    return quoted(`${place}:${escaped(operand.metavar)}:${action(offerOfOperand(operand))}`)
  })
  const rows = ["'(-h --help)'{-h,--help}'[this text]'", ...words, ...last]
  return [
    `    ${name})`,
    `      _arguments -S \\`,
    ...rows.map((row, at) => `        ${row}${at + 1 < rows.length ? ' \\' : ''}`),
    '      ;;',
  ]
}

/** For the parts of an _arguments specification. */
function escaped(text: string): string {
  return text.replace(/[\\:[\]]/g, (sign) => `\\${sign}`)
}

function action(offer: Offer): string {
  switch (offer.kind) {
    case 'nothing':
      return ' '
    case 'words':
      return `(${offer.words.map((word) => word.replaceAll(':', '\\:')).join(' ')})`
    case 'files':
      return '_files'
    case 'folders':
      return '_files -/'
    case 'addresses':
      return '_scanout_addresses'
  }
}
