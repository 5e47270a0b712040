// SPDX-License-Identifier: GPL-2.0-or-later
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '../../main/file-failure.ts'
import { domainWord, Virsh } from '../../main/source/qemu/virsh.ts'
import { installed } from './installed.ts'

/** libvirt as root would be the machine's own: it runs as somebody without rights. */
const nobody = 65534
const isRoot = process.getuid?.() === 0

/** A libvirt of its own, with folders of its own, and its VMs. */
export class LibvirtSession implements AsyncDisposable {
  readonly uri: string
  readonly virsh: Virsh
  /** Everybody may look into it. */
  readonly folder: string
  readonly #socket: string
  readonly #process: ChildProcess

  constructor(program = installed('virtqemud') ?? installed('libvirtd')) {
    if (!program) throw new Error('libvirt is not installed')
    this.folder = mkdtempSync(path.join(tmpdir(), 'libvirt-'))
    const variables = [
      'HOME',
      'XDG_RUNTIME_DIR',
      'XDG_CACHE_HOME',
      'XDG_CONFIG_HOME',
      'XDG_DATA_HOME',
    ]
    const places = variables.map((name) => [name, path.join(this.folder, name)] as const)
    chmodSync(this.folder, 0o755)
    for (const [, place] of places) {
      mkdirSync(place, { mode: 0o700 })
      if (isRoot) chownSync(place, nobody, nobody)
    }
    const name = path.basename(program) === 'virtqemud' ? 'virtqemud-sock' : 'libvirt-sock'
    this.#socket = path.join(this.folder, 'XDG_RUNTIME_DIR', 'libvirt', name)
    this.uri = `qemu+unix:///session?socket=${this.#socket}`
    this.virsh = new Virsh(this.uri)
    const env = { ...process.env, ...Object.fromEntries(places) }
    const user = isRoot ? { uid: nobody, gid: nobody } : {}
    this.#process = spawn(program, [], { env, stdio: 'ignore', cwd: '/', ...user })
  }

  async started(): Promise<void> {
    while (!existsSync(this.#socket)) {
      if (this.#process.exitCode !== null) throw new Error('libvirt did not start')
      await delay(10)
    }
    await this.virsh.run(['list'])
  }

  /**
   * Defines a VM without a disk: its firmware's screen is the picture.
   *
   * @param graphics elements of its description
   */
  async define(name: string, graphics: string): Promise<void> {
    const file = path.join(this.folder, 'domain.xml')
    const os = "<os><type arch='x86_64'>hvm</type></os><memory unit='MiB'>64</memory>"
    const devices = `<devices>${graphics}<video><model type='vga'/></video></devices>`
    const label = `<name>${name.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</name>`
    writeFileSync(file, `<domain type='qemu'>${label}${os}${devices}</domain>`)
    await this.virsh.run(['define', `--file=${file}`])
  }

  /** Does something with a domain: `start`, `destroy`. */
  async command(verb: string, name: string): Promise<string> {
    return await this.virsh.run([verb, domainWord(name)], { patienceMs: 30_000 })
  }

  /** Ends a QEMU that is still there, without a word to libvirt, which would take its time. */
  kill(name: string): void {
    const run = path.join(this.folder, 'XDG_RUNTIME_DIR', 'libvirt', 'qemu', 'run')
    const file = path.join(run, `${name}.pid`)
    try {
      process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL')
    } catch (error) {
      // It ended by itself a moment ago, and libvirt is about to tidy up or has done so.
      if (!['ESRCH', 'ENOENT'].includes(String(errorCode(error)))) throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const names = (await this.virsh.run(['list', '--name']).catch(() => '')).split('\n')
    for (const name of names.filter((one) => one !== '')) this.kill(name)
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL')
      await once(this.#process, 'exit')
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}
