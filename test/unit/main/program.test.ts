// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { fail, ok } from '../../../core/result.ts'
import { type Command, defineCommand, type Io } from '../../../main/command.ts'
import { commandRows, runProgram } from '../../../main/program.ts'
import { version } from '../../../main/version.ts'
import { FakeIo } from '../../fakes/fake-io.ts'

type Call = { readonly name: string; readonly argv: readonly string[] }

/** Commands that note how they were called. */
function noted(calls: Call[], outcome: Awaited<ReturnType<Command['run']>> = ok(undefined)) {
  return ['view', 'open', 'screenshot', 'list'].map((name) => ({
    name,
    summary: `${name} it`,
    load: async (): Promise<Command> => ({
      name,
      usage: { name, summary: '', operands: [], options: {} },
      run: async (argv: readonly string[], _io: Io) => {
        calls.push({ name, argv })
        return outcome
      },
    }),
  }))
}

describe('runProgram', () => {
  it.each([
    ['', 'open', []],
    ['demo:', 'view', ['demo:']],
    ['vfio:1-2 --fullscreen', 'view', ['vfio:1-2', '--fullscreen']],
    ['--fullscreen demo:', 'view', ['--fullscreen', 'demo:']],
    ['./planes.json', 'view', ['./planes.json']],
    ['planes.json', 'view', ['planes.json']],
    ['view demo:', 'view', ['demo:']],
    ['screenshot demo: -o x', 'screenshot', ['demo:', '-o', 'x']],
    ['screenshot --help', 'screenshot', ['--help']],
    ['help screenshot', 'screenshot', ['--help']],
  ])('takes %j for %s', async (line, name, argv) => {
    using fake = new FakeIo()
    const calls: Call[] = []
    expect(await runProgram(line === '' ? [] : line.split(' '), fake.io, noted(calls))).toBe(0)
    expect(calls).toEqual([{ name, argv }])
    expect(fake.errors).toBe('')
  })

  it.each([
    ['screnshot demo:', /unknown command screnshot: .*Did you mean screenshot\?/],
    ['demo', /unknown command demo: .*Did you mean demo:\?/],
    ['frobnicate', /unknown command frobnicate: .*Run scanout -h/],
    ['help frobnicate', /unknown command help/],
  ])('says one line for %j', async (line, says) => {
    using fake = new FakeIo()
    expect(await runProgram(line.split(' '), fake.io, noted([]))).toBe(2)
    expect(fake.errors).toMatch(says)
    expect(fake.errors.trimEnd().split('\n')).toHaveLength(1)
  })

  it.each(['-h', '--help', 'help'])('lists every command for %s', async (word) => {
    using fake = new FakeIo()
    expect(await runProgram([word], fake.io)).toBe(0)
    for (const { name, summary } of commandRows) {
      expect(fake.text).toMatch(new RegExp(`^ {2}${name} +${summary}$`, 'm'))
    }
    expect(Math.max(...fake.text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it('prints the version of package.json', async () => {
    using fake = new FakeIo()
    expect(await runProgram(['--version'], fake.io)).toBe(0)
    expect(fake.text).toBe(`scanout ${version()}\n`)
    expect(version()).toMatch(/^\d+\.\d+\.\d+/)
  })

  it.each([
    ['usage', 2],
    ['busy', 1],
  ])('ends a failure of code %s with %d', async (code, exit) => {
    using fake = new FakeIo()
    const failure = { code, what: 'cannot open \x1b[2J', why: 'it is busy', remedy: 'Stop the VM' }
    expect(await runProgram(['list'], fake.io, noted([], fail(failure)))).toBe(exit)
    expect(fake.errors).toBe('scanout: cannot open \\x1b[2J: it is busy. Stop the VM\n')
  })

  it('says nothing about a command that the person interrupted', async () => {
    using fake = new FakeIo()
    fake.interrupt()
    const failure = { code: 'interrupted', what: 'a', why: 'b', remedy: 'c' }
    expect(await runProgram(['list'], fake.io, noted([], fail(failure)))).toBe(1)
    expect(fake.errors).toBe('')
  })
})

describe('the commands', () => {
  it.each(commandRows)('$name answers -h with its usage', async ({ name, load }) => {
    using fake = new FakeIo()
    const command = await load()
    expect(command.name).toBe(name)
    expect(await command.run(['-h'], fake.io)).toEqual(ok(undefined))
    expect(fake.text).toMatch(new RegExp(`^Usage: scanout ${name}\\b`))
    expect(Math.max(...fake.text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it.each(commandRows)('$name refuses an unknown option', async ({ load }) => {
    using fake = new FakeIo()
    const result = await (await load()).run(['--frobnicate'], fake.io)
    expect(result).toMatchObject({ ok: false, failure: { code: 'usage' } })
  })
})

describe('defineCommand', () => {
  it('gives options and operands by name and place', async () => {
    using fake = new FakeIo()
    const command = defineCommand({
      name: 'echo',
      summary: 'Echoes.',
      operands: [{ metavar: 'WORD', help: 'a word' }],
      options: { loud: { type: 'flag', help: 'louder' } },
      execute: async ({ options, operands: [word] }, io) => {
        await io.stdout.write(options.loud ? word.toUpperCase() : word)
        return ok(undefined)
      },
    })
    expect(await command.run(['hello', '--loud'], fake.io)).toEqual(ok(undefined))
    expect(fake.text).toBe('HELLO')
  })
})

describe('the entry', () => {
  const cli = new URL('../../../main/cli.ts', import.meta.url).pathname
  const run = (script: string) =>
    spawnSync('/bin/bash', ['-c', script], {
      env: { ...process.env, NODE: process.execPath, CLI: cli, SCANOUT_DEBUG: '' },
      encoding: 'utf8',
      timeout: 30_000,
    })

  it('ends with 0, 1 and 2 as it should', () => {
    expect(run('"$NODE" "$CLI" --version').status).toBe(0)
    expect(run('"$NODE" "$CLI" lsit').status).toBe(2)
    const wrong = run('"$NODE" "$CLI" screenshot nonsense -o x.png')
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toMatch(/^scanout: .+: .+\. .+\n$/)
  })

  it('is silent when its reader goes away', () => {
    const piped = run('set -o pipefail; "$NODE" "$CLI" -h | true; "$NODE" "$CLI" list 1>&-; :')
    expect(piped.stderr).toBe('')
  })

  it('says in words that stdout is full', () => {
    const full = run('"$NODE" "$CLI" -h > /dev/full')
    expect(full.status).toBe(1)
    expect(full.stderr).toMatch(
      /^scanout: cannot write to stdout: the disk is full \(ENOSPC\)\. .+\n$/,
    )
  })

  it('ends a watch on Ctrl-C as done', async () => {
    const child = spawn(process.execPath, [cli, 'inspect', 'demo:', '--watch', '--json'])
    await once(child.stdout, 'data')
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([0, null])
  }, 30_000)

  it('dies of the signal that interrupted a command half way', async () => {
    const child = spawn(process.execPath, [cli, 'screenshot', 'demo:?blank=1', '-o', '/dev/null'])
    await once(child, 'spawn')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM'])
  }, 30_000)
})
