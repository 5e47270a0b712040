// SPDX-License-Identifier: GPL-2.0-or-later
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { CommandUsage } from '../../main/command.ts'
import type { CommandLine } from '../command-tables.ts'
import { root } from '../places.ts'
import {
  addressBeginnings,
  type Offer,
  offerOfOption,
  offersOfOperands,
  spellings,
} from './values.ts'

/**
 * Completion for bash 4 and newer, with nothing of the bash-completion package: the script in
 * packaging/files with its marks filled in.
 */
export function bashCompletion(line: CommandLine): string {
  const { commands } = line
  const names = commands.map(({ name }) => name)
  const beginnings = addressBeginnings(line).map(([beginning]) => beginning)
  const marks: Readonly<Record<string, string>> = {
    '@COMMANDS@': names.join(' | '),
    '@FIRST@': [...names, 'help', '--help', '--version'].join(' '),
    '@ADDRESSES@': beginnings.join(' '),
    '@VALUES@': commands.flatMap(valueCases).join('\n'),
    '@OPTIONS@': commands
      .map((command) => `      ${command.name}) ${words(optionWords(command))} ;;`)
      .join('\n'),
    '@OPERANDS@': commands
      .map(({ name, operands }) => {
        const offers = offersOfOperands(operands).map(statement)
        return `    ${name}) ${offers.join('; ') || ':'} ;;`
      })
      .join('\n'),
  }
  const file = path.join(root, 'packaging', 'files', 'completion.bash')
  return readFileSync(file, 'utf8').replace(/@[A-Z]+@/g, (mark) => {
    const text = marks[mark]
    if (text === undefined) throw new Error(`${file} has a mark ${mark} that nothing fills in`)
    return text
  })
}

/** What follows each option that takes a value, as branches of `case $command,$previous`. */
function valueCases({ name, options }: CommandUsage): string[] {
  return Object.entries(options).flatMap(([option, row]) => {
    const offer = offerOfOption(row)
    if (!offer) return []
    const pattern = spellings(option, row).map((word) => `${name},${word}`)
    return [`    ${pattern.join(' | ')}) ${statement(offer)}; return ;;`]
  })
}

function optionWords({ options }: CommandUsage): string[] {
  const own = Object.entries(options).flatMap(([name, row]) => spellings(name, row))
  return [...own, '--help', '-h']
}

function words(list: readonly string[]): string {
  return `_scanout_words '${list.join(' ')}'`
}

function statement(offer: Offer): string {
  switch (offer.kind) {
    case 'nothing':
      return ':'
    case 'words':
      return words(offer.words)
    case 'files':
      return '_scanout_files'
    case 'folders':
      return '_scanout_folders'
    case 'addresses':
      return '_scanout_addresses'
  }
}
