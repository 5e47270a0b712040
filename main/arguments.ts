// SPDX-License-Identifier: GPL-2.0-or-later
import { parseArgs } from 'node:util'
import type { Failure } from '../core/failure.ts'
import { fail, ok, type Result } from '../core/result.ts'
import { didYouMean } from './nearest.ts'

/** One option, `--name` by its key in the table. */
export type Option = {
  /** One line for `-h`, without a period. */
  readonly help: string
  /** One letter. */
  readonly short?: string
} & (
  | { readonly type: 'flag' }
  | {
      readonly type: 'text'
      readonly metavar: string
      readonly required?: boolean
      readonly default?: string
    }
  | {
      readonly type: 'choice'
      readonly choices: readonly string[]
      readonly required?: boolean
      readonly default?: string
    }
  | {
      readonly type: 'integer'
      readonly metavar: string
      readonly min: number
      readonly max: number
      readonly required?: boolean
      readonly default?: number
    }
)
export type OptionTable = Readonly<Record<string, Option>>

/** One word that is no option, in order. Only the last may repeat. */
export type Operand = {
  readonly metavar: string
  readonly help: string
  readonly optional?: boolean
  readonly repeats?: boolean
  /** All that it can be, where that is a list; the command itself checks. */
  readonly choices?: readonly string[]
}
export type OperandTable = readonly Operand[]

type Given<O, V> = O extends { readonly required: true } | { readonly default: string | number }
  ? V
  : V | undefined
type OptionValue<O extends Option> = O extends { readonly type: 'flag' }
  ? boolean
  : O extends { readonly type: 'integer' }
    ? Given<O, number>
    : O extends { readonly type: 'choice'; readonly choices: readonly (infer C)[] }
      ? Given<O, C>
      : Given<O, string>
type OperandValue<P extends Operand> = P extends { readonly repeats: true }
  ? readonly string[]
  : P extends { readonly optional: true }
    ? string | undefined
    : string

/** What the command line said, by the types of the command's own tables. */
export type ParsedArguments<P extends OperandTable, O extends OptionTable> = {
  readonly options: { readonly [K in keyof O]: OptionValue<O[K]> }
  /** One value per row of the operand table. */
  readonly operands: { readonly [K in keyof P]: OperandValue<P[K]> }
}

export type ArgumentTables<P extends OperandTable, O extends OptionTable> = {
  readonly name: string
  readonly operands: P
  readonly options: O
}

type Value = string | number | boolean | undefined

/** Width of what `-h` prints. */
const COLUMNS = 96

const misuse = (what: string, why: string, remedy: string) =>
  fail<Failure>({ code: 'usage', what, why, remedy })

/**
 * Reads a command line by its tables. The last of a repeated option counts; `--` ends the options;
 * `-h` or `--help` anywhere before it wins over every mistake.
 */
export function parseArguments<const P extends OperandTable, const O extends OptionTable>(
  tables: ArgumentTables<P, O>,
  argv: readonly string[],
): Result<ParsedArguments<P, O> | 'help', Failure> {
  const table: OptionTable = tables.options
  const { tokens } = parseArgs({
    args: [...argv],
    options: parseArgsOptions(table),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const isHelp = (token: (typeof tokens)[number]) =>
    token.kind === 'option' && token.name === 'help' && token.value === undefined
  if (tokens.some(isHelp)) return ok('help')

  const see = `Run scanout ${tables.name} -h for its options`
  const given = new Map<string, Value>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const option = Object.hasOwn(table, token.name) ? table[token.name] : undefined
    if (!option) {
      const names = [...Object.keys(table), 'help'].map((name) => `--${name}`)
      const why = `${tables.name} has no such option`
      return misuse(`unknown option ${token.rawName}`, why, didYouMean(token.rawName, names) ?? see)
    }
    const value = optionValue(token.rawName, option, token.value, token.inlineValue === true)
    if (!value.ok) return value
    given.set(token.name, value.value)
  }

  const operands = operandValues(tables, words)
  if (!operands.ok) return operands
  const options: Record<string, Value> = {}
  for (const [name, option] of Object.entries(table)) {
    const value = given.get(name) ?? (option.type === 'flag' ? false : option.default)
    if (value === undefined && option.type !== 'flag' && option.required) {
      const spelling = optionSpelling(name, option)
      return misuse(`${tables.name} needs ${spelling}`, 'it was not given', see)
    }
    options[name] = value
  }
  return ok({ options, operands: operands.value } as ParsedArguments<P, O>)
}

function parseArgsOptions(table: OptionTable) {
  const rows = Object.entries(table).map(([name, option]) => [
    name,
    {
      type: option.type === 'flag' ? ('boolean' as const) : ('string' as const),
      ...(option.short === undefined ? {} : { short: option.short }),
    },
  ])
  return { ...Object.fromEntries(rows), help: { type: 'boolean' as const, short: 'h' } }
}

function optionValue(
  spelled: string,
  option: Option,
  text: string | undefined,
  inline: boolean,
): Result<Value, Failure> {
  if (option.type === 'flag') {
    if (text === undefined) return ok(true)
    return misuse(`${spelled} takes no value`, `it was given ${text}`, `Write ${spelled} alone`)
  }
  const wants = option.type === 'choice' ? option.choices.join('|') : option.metavar
  const number = option.type === 'integer'
  const looksLikeOption = !inline && text !== undefined && (number ? /^-\D/ : /^-./).test(text)
  if (text === undefined || text === '' || looksLikeOption) {
    const found = looksLikeOption ? `${text} follows` : 'nothing follows'
    return misuse(`${spelled} needs a value`, found, `Write ${spelled} ${wants}`)
  }
  switch (option.type) {
    case 'text':
      return ok(text)
    case 'choice': {
      if (option.choices.includes(text)) return ok(text)
      const remedy = didYouMean(text, option.choices) ?? `Write ${spelled} ${wants}`
      return misuse(
        `${spelled} cannot be ${text}`,
        `it is one of ${option.choices.join(', ')}`,
        remedy,
      )
    }
    case 'integer': {
      const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      if (value >= option.min && value <= option.max) return ok(value)
      const why = `it is a whole number from ${option.min} to ${option.max}`
      return misuse(`${spelled} cannot be ${text}`, why, `Write ${spelled} ${wants}`)
    }
  }
}

function operandValues(
  tables: ArgumentTables<OperandTable, OptionTable>,
  words: readonly string[],
): Result<readonly (string | undefined | readonly string[])[], Failure> {
  const { name, operands } = tables
  const form = `Write scanout ${name} ${operands.map(operandSpelling).join(' ')}`.trimEnd()
  const values: (string | undefined | readonly string[])[] = []
  for (const [at, operand] of operands.entries()) {
    const rest = words.slice(at)
    if (rest.length === 0 && !operand.optional) {
      return misuse(`${name} needs ${operand.metavar}`, `no ${operand.help} was given`, form)
    }
    values.push(operand.repeats ? rest : rest[0])
  }
  const extra = operands.at(-1)?.repeats ? undefined : words[operands.length]
  if (extra !== undefined) {
    return misuse(`${name} cannot take ${extra}`, 'it is one word too many', form)
  }
  return ok(values)
}

function operandSpelling(operand: Operand): string {
  const word = `${operand.metavar}${operand.repeats ? '…' : ''}`
  return operand.optional ? `[${word}]` : word
}

function optionSpelling(name: string, option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `
  if (option.type === 'flag') return `${short}--${name}`
  const value = option.type === 'choice' ? option.choices.join('|') : option.metavar
  return `${short}--${name} ${value}`
}

/** The text of `scanout NAME -h`: form, summary, operands, options, notes. */
export function usageText(command: {
  readonly name: string
  readonly summary: string
  readonly operands: OperandTable
  readonly options: OptionTable
  readonly notes?: readonly string[]
}): string {
  const options = Object.entries(command.options)
  const required = options.flatMap(([name, option]) =>
    option.type !== 'flag' && option.required ? [requiredForm(name, option)] : [],
  )
  const form = ['scanout', command.name, ...command.operands.map(operandSpelling), ...required]
  const lines = [`Usage: ${form.join(' ')} [OPTIONS]`, '', command.summary, '']
  const rows: [string, string][] = command.operands.map((operand) => [
    operand.metavar,
    operand.help,
  ])
  for (const [name, option] of options) {
    const preset = option.type === 'flag' || option.default === undefined ? '' : option.default
    const help = preset === '' ? option.help : `${option.help} [${preset}]`
    rows.push([optionSpelling(name, option), help])
  }
  rows.push(['-h, --help', 'this text'])
  lines.push(...alignedRows(rows))
  for (const note of command.notes ?? []) lines.push('', ...wrapped(note, COLUMNS))
  return `${lines.join('\n')}\n`
}

function requiredForm(name: string, option: Exclude<Option, { type: 'flag' }>): string {
  const value = option.type === 'choice' ? option.choices.join('|') : option.metavar
  return option.short === undefined ? `--${name} ${value}` : `-${option.short} ${value}`
}

/** Two columns, indented by two; a left word too long for its column gets a line of its own. */
export function alignedRows(rows: readonly (readonly [string, string])[]): string[] {
  const column = Math.min(30, Math.max(...rows.map(([left]) => left.length)))
  const indent = ' '.repeat(column)
  return rows.flatMap(([left, right]) => {
    const [first = '', ...rest] = wrapped(right, COLUMNS - column - 4)
    const head =
      left.length <= column
        ? [`  ${left.padEnd(column)}  ${first}`]
        : [`  ${left}`, `  ${indent}  ${first}`]
    return [...head, ...rest.map((line) => `  ${indent}  ${line}`)]
  })
}

/** Lines of whole words. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
