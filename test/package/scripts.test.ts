// SPDX-License-Identifier: GPL-2.0-or-later
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { isThere, must, type Ran, run } from '../../packaging/run.ts'
import { temporaryFolder } from '../fakes/temporary-folder.ts'

const { packages, stage } = inject('built')
const [deb = ''] = packages.deb ?? []
const canInstall = deb !== '' && process.getuid?.() === 0 && isThere('busybox')

/** A system of its own below a folder: dpkg's database, and busybox for what the scripts run. */
class ScratchSystem {
  readonly root = temporaryFolder()

  constructor() {
    for (const folder of [
      'var/lib/dpkg/info',
      'var/lib/dpkg/updates',
      'var/lib/dpkg/triggers',
      'bin',
      'dev',
      'etc',
      'tmp',
      'proc',
      'sys',
    ]) {
      mkdirSync(path.join(this.root, folder), { recursive: true })
    }
    const busybox = must('/bin/sh', ['-c', 'command -v busybox']).trim()
    cpSync(busybox, path.join(this.root, 'bin/busybox'))
    for (const name of ['sh', 'cat', 'chmod', 'cp', 'rm']) {
      symlinkSync('busybox', path.join(this.root, 'bin', name))
    }
    must('/bin/sh', [
      '-c',
      ': > "$1/var/lib/dpkg/status"; : > "$1/var/lib/dpkg/available"; : > "$1/dev/null"',
      'sh',
      this.root,
    ])
  }

  dpkg(...words: string[]): Ran {
    return run('dpkg', [`--root=${this.root}`, '--force-depends', '--force-not-root', ...words])
  }

  /** An apparmor_parser that writes down what it was asked for, and answers as told. */
  putAppArmor(answer: number): void {
    const file = path.join(this.root, 'bin/apparmor_parser')
    must('/bin/sh', [
      '-c',
      `printf '#!/bin/sh\\necho "$*" >> /tmp/asked\\nexit ${answer}\\n' > "$1"`,
      'sh',
      file,
    ])
    chmodSync(file, 0o755)
    mkdirSync(path.join(this.root, 'etc/apparmor.d'), { recursive: true })
    mkdirSync(path.join(this.root, 'sys/kernel/security/apparmor'), { recursive: true })
  }

  mode(file: string): number {
    return statSync(path.join(this.root, file)).mode & 0o7777
  }

  read(file: string): string {
    return readFileSync(path.join(this.root, file), 'utf8')
  }

  has(file: string): boolean {
    return existsSync(path.join(this.root, file))
  }
}

describe.skipIf(!canInstall)(
  'the deb, installed (needs root, dpkg and the Debian package busybox-static)',
  () => {
    it('comes and goes without a trace', () => {
      const system = new ScratchSystem()
      const came = system.dpkg('--install', deb)
      expect(came, came.stderr).toMatchObject({ code: 0 })
      expect(system.has('opt/Scanout/scanout')).toBe(true)
      // No /proc in the scratch system, so no user namespaces that its script could see.
      expect(system.mode('opt/Scanout/chrome-sandbox')).toBe(0o4755)
      expect(system.has('etc/apparmor.d/scanout')).toBe(false)
      const went = system.dpkg('--purge', 'scanout')
      expect(went, went.stderr).toMatchObject({ code: 0 })
      expect(system.has('opt')).toBe(false)
      expect(readdirSync(path.join(system.root, 'etc'))).toEqual([])
    })

    it('brings the AppArmor profile where AppArmor knows it, keeps it over an upgrade and takes it away', () => {
      const system = new ScratchSystem()
      system.putAppArmor(0)
      mkdirSync(path.join(system.root, 'proc/self/ns'), { recursive: true })
      must('/bin/sh', ['-c', ': > "$1/proc/self/ns/user"', 'sh', system.root])
      expect(system.dpkg('--install', deb)).toMatchObject({ code: 0 })
      expect(system.mode('opt/Scanout/chrome-sandbox')).toBe(0o755)
      expect(system.read('etc/apparmor.d/scanout')).toBe(
        readFileSync(path.join(stage, 'scripts/apparmor-profile'), 'utf8'),
      )
      expect(system.read('tmp/asked')).toContain('--replace --write-cache /etc/apparmor.d/scanout')
      expect(system.dpkg('--install', deb)).toMatchObject({ code: 0 })
      expect(system.has('etc/apparmor.d/scanout')).toBe(true)
      expect(system.read('tmp/asked')).not.toContain('--remove')
      expect(system.dpkg('--remove', 'scanout')).toMatchObject({ code: 0 })
      expect(system.has('etc/apparmor.d/scanout')).toBe(false)
      expect(system.read('tmp/asked')).toContain('--remove /etc/apparmor.d/scanout')
    })

    it('brings no profile where AppArmor is too old for it', () => {
      const system = new ScratchSystem()
      system.putAppArmor(1)
      expect(system.dpkg('--install', deb)).toMatchObject({ code: 0 })
      expect(system.has('etc/apparmor.d/scanout')).toBe(false)
    })
  },
)

describe('the scripts of the packages', () => {
  it.each(['after-install.sh', 'after-remove.sh'])(
    '%s is sh, and has no mark of electron-builder',
    (name) => {
      const file = path.join(stage, 'scripts', name)
      must('/bin/sh', ['-n', file])
      // It would put its own values for these, or stop.
      expect(readFileSync(file, 'utf8')).not.toMatch(/\$\{[a-zA-Z]+\}|<%=/)
    },
  )
})

describe.skipIf(!packages.rpm)('the rpm (needs the Debian package rpm)', () => {
  const [rpm = ''] = packages.rpm ?? []
  const query = (...words: string[]) =>
    must('rpm', ['--query', '--package', ...words, rpm])
      .trimEnd()
      .split('\n')

  it('holds what the deb holds', () => {
    const inDeb = must('dpkg-deb', ['--contents', deb])
      .trimEnd()
      .split('\n')
      .filter((row) => !row.startsWith('d'))
      .map((row) => row.replace(/^(\S+\s+){5}\./, '').replace(/ -> .*/, ''))
      .map((file) => file.replace('zsh/vendor-completions', 'zsh/site-functions'))
    const rows = query('--queryformat', '[%{FILEMODES:perms} %{FILENAMES}\n]')
    const files = rows
      .filter((row) => !row.startsWith('d'))
      .map((row) => row.slice(row.indexOf('/')))
    expect(files.sort()).toEqual(inDeb.sort())
    // Folders that other packages have, too, are not its own.
    const folders = rows
      .filter((row) => row.startsWith('d'))
      .map((row) => row.slice(row.indexOf('/')))
    expect(folders.filter((name) => !/^\/opt\/Scanout(\/|$)|\/scanout(\/|$)/.test(name))).toEqual(
      [],
    )
  })

  it('asks for libraries by their own names, and for its processor', () => {
    const needs = query('--requires')
    for (const need of [
      'libgtk-3.so.0()(64bit)',
      'libgbm.so.1()(64bit)',
      'libc.so.6(GLIBC_2.34)(64bit)',
    ]) {
      expect(needs).toContain(need)
    }
    const [arch] = query('--queryformat', '%{ARCH}')
    expect(arch).toBe(process.arch === 'arm64' ? 'aarch64' : 'x86_64')
  })

  it('runs the scripts of the deb', () => {
    const scripts = query('--scripts').join('\n')
    for (const name of ['after-install.sh', 'after-remove.sh']) {
      const text = readFileSync(path.join(stage, 'scripts', name), 'utf8')
      expect(scripts).toContain(text.split('\n').slice(1).join('\n').trimEnd())
    }
  })
})
