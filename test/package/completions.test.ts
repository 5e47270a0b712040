// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../packaging/command-tables.ts'
import { bashCompletion } from '../../packaging/completions/bash.ts'
import { fishCompletion } from '../../packaging/completions/fish.ts'
import { zshCompletion } from '../../packaging/completions/zsh.ts'
import { isThere, must } from '../../packaging/run.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'

const line = await commandLine()
const names = line.commands.map(({ name }) => name)

/** What a shell offers for a line whose end is being typed; files are those of an own folder. */
type Offer = (typed: string) => readonly string[]

const folder = temporaryFolder()

const bash: Offer = (typed) => {
  const script = `source ${folder}/scanout.bash
COMP_LINE=$1 COMP_POINT=\${#1}
COMP_WORDS=($1)
[[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_scanout
printf '%s\\n' "\${COMPREPLY[@]}"`
  return must('bash', ['--norc', '-c', script, 'bash', typed], { cwd: folder }).split('\n')
}

const fish: Offer = (typed) => {
  const script = `source ${folder}/scanout.fish; complete -C $argv[1]`
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder }
  return must('fish', ['--no-config', '-c', script, typed], { cwd: folder, env })
    .split('\n')
    .map((row) => row.split('\t')[0] ?? '')
}

const shells = [
  ['bash', bash],
  ['fish', fish],
] as const

beforeAll(() => {
  writeFileSync(path.join(folder, 'scanout.bash'), bashCompletion(line))
  writeFileSync(path.join(folder, 'scanout.fish'), fishCompletion(line))
  writeFileSync(path.join(folder, '_scanout'), zshCompletion(line))
  mkdirSync(path.join(folder, 'some-folder'))
  writeFileSync(path.join(folder, 'vm.scanout'), '')
})

for (const [shell, offer] of shells) {
  describe.skipIf(!isThere(shell))(
    `completion in ${shell} (needs the Debian package ${shell})`,
    () => {
      it('offers every command', () => {
        expect(offer('scanout ')).toEqual(expect.arrayContaining([...names]))
        expect(offer('scanout scr')).toContain('screenshot')
        expect(offer('scanout scr')).not.toContain('list')
      })

      it('offers addresses, and session files', () => {
        expect(offer('scanout d')).toContain('demo:')
        expect(offer('scanout screenshot vf')).toEqual(
          expect.arrayContaining(['vfio:', 'vfio+pid:']),
        )
        expect(offer('scanout vm')).toContain('vm.scanout')
      })

      it.each(line.commands)('offers every option of $name', ({ name, options }) => {
        const offered = offer(`scanout ${name} --`)
        for (const option of Object.keys(options)) expect(offered).toContain(`--${option}`)
        expect(offered).not.toContain('vm.scanout')
      })

      it('offers the choices of an option, and nothing else', () => {
        const planes = offer('scanout screenshot --plane ').filter((word) => word !== '')
        expect([...planes].sort()).toEqual(['cursor', 'overlay', 'primary'])
      })

      it('offers files and folders where they are meant', () => {
        expect(offer('scanout broker --listen ')).toContain('vm.scanout')
        const folders = offer('scanout dump --out-dir ').map((word) => word.replace(/\/$/, ''))
        expect(folders).toContain('some-folder')
        expect(folders).not.toContain('vm.scanout')
      })

      it('offers what the first word of a command can be, and the addresses that follow it', () => {
        const offered = offer('scanout launcher ')
        expect(offered).toEqual(expect.arrayContaining(['create', 'list', 'remove', 'demo:']))
      })

      it('offers the options of view where no command was given', () => {
        expect(offer('scanout demo: --full')).toContain('--fullscreen')
      })
    },
  )
}

describe('completion in bash', () => {
  it('goes on behind a colon, where bash breaks the word', () => {
    const script = `source ${folder}/scanout.bash
COMP_LINE='scanout demo:' COMP_POINT=13 COMP_WORDS=(scanout demo :) COMP_CWORD=2
_scanout; printf '%s|' "\${COMPREPLY[@]}"`
    expect(must('bash', ['--norc', '-c', script], { cwd: folder })).toBe('|')
  })
})

describe.skipIf(!isThere('zsh'))('completion in zsh (needs the Debian package zsh)', () => {
  it('is a function that zsh can read', () => {
    must('zsh', ['-f', '-n', path.join(folder, '_scanout')])
  })

  /** The specifications that _arguments would get for a line. */
  const specifications = (typed: string): string => {
    const script = `
_arguments() { print -rl -- "$@" }
_describe() { shift 3; print -rl -- "\${(@P)1}" }
_files() { print files }
words=(\${(z)1}) CURRENT=\${#words}
[[ $1 == *' ' ]] && { words+=(''); CURRENT=\${#words}; }
source ${folder}/_scanout`
    return must('zsh', ['-f', '-c', script, 'zsh', typed], { cwd: folder })
  }

  it('offers every command and the addresses first', () => {
    const offered = specifications('scanout ')
    for (const { name, summary } of line.commands) expect(offered).toContain(`${name}:${summary}`)
    expect(offered).toContain('vfio+pid\\:')
    expect(offered).toContain('files')
  })

  it.each(line.commands)('describes every option of $name', ({ name, options }) => {
    const offered = specifications(`scanout ${name} --`)
    for (const [option, row] of Object.entries(options)) {
      expect(offered).toContain(`--${option}`)
      if (row.type === 'choice')
        expect(offered).toContain(
          `(${row.choices.map((one) => one.replaceAll(':', '\\:')).join(' ')})`,
        )
    }
  })
})
