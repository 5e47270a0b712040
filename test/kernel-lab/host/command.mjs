// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const sbin = ['/usr/local/sbin', '/usr/sbin', '/sbin']
/** Tools of the lab live in sbin too, which an ordinary user's PATH leaves out. */
const searchPath = [...(process.env.PATH ?? '').split(':'), ...sbin]

/** The full path of a program, or undefined. */
export function which(program) {
  return searchPath.map((folder) => path.join(folder, program)).find((file) => existsSync(file))
}

/** Whether a program of 64 bits needs no loader: no program header of type PT_INTERP (elf.h). */
export function isStatic(file) {
  const elf = readFileSync(file)
  const headers = Number(elf.readBigUInt64LE(32))
  const [size, count] = [elf.readUInt16LE(54), elf.readUInt16LE(56)]
  return Array.from({ length: count }).every((_, i) => elf.readUInt32LE(headers + i * size) !== 3)
}

/**
 * Runs a program to its end and gives back what it printed.
 *
 * @throws Error with the last lines of stderr when it fails
 */
export function command(program, args, { cwd, signal } = {}) {
  const child = spawn(which(program) ?? program, args, {
    cwd,
    signal,
    env: { ...process.env, LC_ALL: 'C', PATH: searchPath.join(':') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text
    })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => {
      if (status === 0) return resolve(output.stdout)
      const last = output.stderr.trim().split('\n').slice(-12).join('\n')
      reject(new Error(`${program} ${args.slice(0, 3).join(' ')} … ended with ${status}\n${last}`))
    })
  })
}

/** Runs a shell pipeline; only its last program decides, so that it may stop reading early. */
export function pipeline(script, options) {
  return command('sh', ['-ec', script], options)
}

/** One word for sh. */
export function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`
}
