// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { sourceDateEpoch } from '../../packaging/builder.ts'
import { root } from '../../packaging/places.ts'
import { machineFor } from '../../packaging/processor.ts'
import { run } from '../../packaging/run.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'

describe('the date of a package', () => {
  it('is SOURCE_DATE_EPOCH', () => {
    expect(sourceDateEpoch({ SOURCE_DATE_EPOCH: '1700000000' })).toBe(1_700_000_000)
  })

  it.each(['', 'now', '-1', '1.5'])('cannot be %j', (text) => {
    expect(() => sourceDateEpoch({ SOURCE_DATE_EPOCH: text })).toThrow('is not in seconds')
  })

  it('is otherwise the last commit’s, or the one that a source archive kept', () => {
    const seconds = sourceDateEpoch({})
    expect(Number.isSafeInteger(seconds)).toBe(true)
    expect(seconds).toBeGreaterThan(1_700_000_000)
  })
})

describe('what takes the place of fpm', () => {
  const fpm = (words: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    run(process.execPath, [path.join(root, 'packaging', 'fpm.mjs'), ...words], { env })

  it.each([
    [['-s', 'dir', '-t', 'deb', '--prefix', '/usr'], 'unknown option --prefix'],
    [['-s', 'dir', '-t', 'pacman'], 'not pacman of dir'],
    [['-s', 'dir', '-t', 'deb'], 'SOURCE_DATE_EPOCH must be set'],
  ])('stops at %j', (words, why) => {
    const { code, stderr } = fpm(words)
    expect(code).toBe(1)
    expect(stderr).toContain(why)
  })

  it('leaves nothing behind when it fails', () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'x.deb')
    const words = ['-s', 'dir', '-t', 'deb', '--package', file, '/nowhere/=/opt/x']
    const { code, stderr } = fpm(words, { SOURCE_DATE_EPOCH: '1' })
    expect(code).toBe(1)
    expect(stderr).toContain('/nowhere')
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a package of another processor', () => {
  const other = process.arch === 'arm64' ? 'x64' : 'arm64'
  const compiler = other === 'arm64' ? 'aarch64-linux-gnu-g++' : 'x86_64-linux-gnu-g++'

  it('names the compiler that it lacks', () => {
    const { PATH } = process.env
    process.env['PATH'] = temporaryFolder()
    try {
      expect(() => machineFor(other, () => {})).toThrow(`${compiler}: apt-get install g++-`)
    } finally {
      process.env['PATH'] = PATH
    }
  })
})

describe('npm run dist', () => {
  const dist = (...words: string[]) => {
    const env = { PATH: process.env['PATH'], ELECTRON_OVERRIDE_DIST_PATH: '/nowhere' }
    return run(process.execPath, [path.join(root, 'packaging', 'dist.ts'), ...words], { env })
  }

  it.each([
    [['msi'], 'unknown package msi: deb rpm AppImage'],
    [['--arch', 'mips', 'deb'], 'unknown processor mips: x64 arm64'],
    [['deb'], 'ELECTRON_OVERRIDE_DIST_PATH=/nowhere is not the Electron of one processor'],
  ])('refuses %j in words', (words, why) => {
    const { code, stderr } = dist(...words)
    expect(code).toBe(1)
    expect(stderr).toContain(why)
  })
})

describe('the line that ends npm run dist:check', () => {
  const line = (report: unknown) => {
    const file = path.join(temporaryFolder(), 'report.json')
    writeFileSync(file, JSON.stringify(report ?? null))
    const script = `import { distLine, subjects } from ${JSON.stringify(path.join(root, 'scripts/dist-line.mjs'))}
process.stdout.write(process.argv[1] ? distLine(process.argv[1]) : JSON.stringify(subjects))`
    return run(process.execPath, ['--input-type=module', '-e', script, ...(report ? [file] : [])])
      .stdout
  }

  it('knows every file of these tests', () => {
    const names = JSON.parse(line(undefined)).map(([name]: readonly string[]) => name)
    const files = readdirSync(path.join(root, 'test', 'package'))
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => file.replace('.test.ts', ''))
    expect([...names].sort()).toEqual(files.sort())
  })

  it('says what passed, what was skipped, and what did not run', () => {
    const test = (status: string) => ({ status })
    const text = line({
      testResults: [
        { name: '/x/schema.test.ts', assertionResults: [test('passed'), test('passed')] },
        { name: '/x/manual.test.ts', assertionResults: [test('passed'), test('skipped')] },
        { name: '/x/desktop.test.ts', assertionResults: [test('passed'), test('failed')] },
      ],
    })
    expect(text).toContain('electron-builder.yml (2)')
    expect(text).toContain('man page (1, 1 skipped)')
    expect(text).toContain('icons and unit (FAILED)')
    expect(text).toContain('completions (FAILED)')
    expect(text.split('\n')).toHaveLength(1)
  })
})
