// SPDX-License-Identifier: GPL-2.0-or-later
// What figures were taken on.
import { spawnSync } from 'node:child_process'
import { arch, cpus, loadavg, release, totalmem } from 'node:os'
import path from 'node:path'

/** The first line that a command prints, wherever it prints it. */
function firstLine([program, ...args]) {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 })
  const lines = `${stdout ?? ''}\n${stderr ?? ''}`.split('\n').map((line) => line.trim())
  return lines.find((line) => /\d\.\d/.test(line)) ?? 'unknown'
}

export function describeHost(viewers, guestKernel) {
  const named = viewers.map(({ name, version }) => [name, firstLine(version)])
  return {
    cores: cpus().length,
    model: cpus()[0]?.model ?? arch(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    load: loadavg()[0],
    node: process.version,
    qemu: firstLine(['qemu-system-x86_64', '--version']),
    guest: path.basename(guestKernel).replace('vmlinuz-', 'Linux '),
    viewers: Object.fromEntries(named),
    date: new Date().toISOString(),
  }
}
