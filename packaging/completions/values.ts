// SPDX-License-Identifier: GPL-2.0-or-later
import type { Operand, Option } from '../../main/arguments.ts'
import type { CommandLine } from '../command-tables.ts'

/** What a shell may offer for a word. */
export type Offer =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'files' }
  | { readonly kind: 'folders' }
  | { readonly kind: 'addresses' }
  | { readonly kind: 'words'; readonly words: readonly string[] }

/** By the table's own word for the value: FILE, SOCKET, DIR and ADDRESS say what they are. */
function byMetavar(metavar: string): Offer {
  if (/ADDRESS|WHAT/.test(metavar)) return { kind: 'addresses' }
  if (/FILE|SOCKET|DUMP/.test(metavar)) return { kind: 'files' }
  if (/FOLDER|DIR/.test(metavar)) return { kind: 'folders' }
  return { kind: 'nothing' }
}

/** What follows an option; undefined for a flag, which nothing follows. */
export function offerOfOption(option: Option): Offer | undefined {
  if (option.type === 'flag') return undefined
  if (option.type === 'choice') return { kind: 'words', words: option.choices }
  return byMetavar(option.metavar)
}

/** What may stand for an operand. */
export function offerOfOperand({ metavar, choices }: Operand): Offer {
  return choices === undefined ? byMetavar(metavar) : { kind: 'words', words: choices }
}

/** The same for shells that do not count operands: each kind of offer once, in order. */
export function offersOfOperands(operands: readonly Operand[]): readonly Offer[] {
  return operands
    .map(offerOfOperand)
    .filter(
      ({ kind }, at, all) =>
        kind !== 'nothing' &&
        (kind === 'words' || all.findIndex((one) => one.kind === kind) === at),
    )
}

/** The beginnings of addresses: `demo:`, `vfio+pid:`; each with what it names. */
export function addressBeginnings({
  addresses,
}: CommandLine): readonly (readonly [string, string])[] {
  const found = new Map<string, string>()
  for (const [forms, meaning] of addresses) {
    for (const form of forms.split(', ')) {
      const [scheme] = form.split(':', 1)
      if (!found.has(`${scheme}:`)) found.set(`${scheme}:`, meaning)
    }
  }
  return [...found]
}

/** The words of an option: `--name`, and `-n` if it has one. */
export function spellings(name: string, option: Option): readonly string[] {
  return option.short === undefined ? [`--${name}`] : [`--${name}`, `-${option.short}`]
}

/** For single quotes of sh, bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
