// SPDX-License-Identifier: GPL-2.0-or-later
import type { Failure } from '../core/failure.ts'
import { fail, ok, type Result } from '../core/result.ts'
import {
  type OperandTable,
  type OptionTable,
  type ParsedArguments,
  parseArguments,
  usageText,
} from './arguments.ts'

/** Where a command writes. Resolves once the bytes are handed on, so that a slow reader slows the writer. */
export type Writer = {
  write(data: string | Uint8Array): Promise<void>
  readonly isTerminal: boolean
}

/** All that a command may know about how it was started. Tests give their own. */
export type Io = {
  readonly stdout: Writer
  readonly stderr: Writer
  /** Read at most once. */
  readonly stdin?: AsyncIterable<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Absolute folder that relative paths are meant from. */
  readonly cwd: string
  /** Aborted by SIGINT and SIGTERM: the command lets go of what it holds and returns. */
  readonly signal: AbortSignal
}

/** 0 done, 1 failed, 2 wrong use. */
export type ExitCode = 0 | 1 | 2

/** One word of the command line, as main/cli.ts runs it. Made by {@link defineCommand}. */
export type Command = {
  readonly name: string
  /** Parses and runs. A failure of code `usage` is exit 2, any other exit 1. */
  readonly run: (argv: readonly string[], io: Io) => Promise<Result<void, Failure>>
  /** What `-h` says of it, as data: the man page and the shells' completions are made of it. */
  readonly usage: CommandUsage
}

/** A command's words and tables. */
export type CommandUsage = {
  readonly name: string
  readonly summary: string
  readonly operands: OperandTable
  readonly options: OptionTable
  readonly notes?: readonly string[]
}

export type CommandDefinition<P extends OperandTable, O extends OptionTable> = {
  readonly name: string
  /** What it does, one sentence. */
  readonly summary: string
  readonly operands: P
  readonly options: O
  /** Further paragraphs for `-h`. */
  readonly notes?: readonly string[]
  readonly execute: (args: ParsedArguments<P, O>, io: Io) => Promise<Result<void, Failure>>
}

/** Makes a command of its tables: options are parsed, checked and typed; `-h` is answered. */
export function defineCommand<const P extends OperandTable, const O extends OptionTable>(
  definition: CommandDefinition<P, O>,
): Command {
  return {
    name: definition.name,
    usage: definition,
    run: async (argv, io) => {
      const parsed = parseArguments(definition, argv)
      if (!parsed.ok) return parsed
      if (parsed.value === 'help') {
        await io.stdout.write(usageText(definition))
        return ok(undefined)
      }
      return definition.execute(parsed.value, io)
    },
  }
}

/** A failure of the person's command line: exit code 2. */
export function wrongUse(
  what: string,
  why: string,
  remedy: string,
): ReturnType<typeof fail<Failure>> {
  return fail({ code: 'usage', what, why, remedy })
}
