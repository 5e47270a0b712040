// SPDX-License-Identifier: GPL-2.0-or-later
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type Arch, hostArch, root, work } from './places.ts'
import { must, run } from './run.ts'

/** What a package for a processor needs of that processor. */
export type Machine = {
  /** The addon. */
  readonly addon: string
  /** Folder of the npm package that brings Node. */
  readonly node: string
}

/** GNU's names of the compilers for a processor, and what ELF calls it (e_machine). */
const processors = {
  x64: { gnu: 'x86_64-linux-gnu', elf: 62 },
  arm64: { gnu: 'aarch64-linux-gnu', elf: 183 },
} as const satisfies Readonly<Record<Arch, { gnu: string; elf: number }>>

/**
 * The host's own addon and Node, or those of another processor: its Node from the npm registry, the addon
 * by a cross compiler.
 *
 * @throws Error that says what is missing
 */
export function machineFor(arch: Arch, say: (line: string) => void): Machine {
  const machine =
    arch === hostArch
      ? {
          addon: path.join(root, 'native-shim', 'build', 'Release', 'scanout_shim.node'),
          node: path.join(root, 'node_modules', `node-linux-${arch}`),
        }
      : foreign(arch, say)
  const gpu = path.join(path.dirname(machine.addon), 'scanout-gpu')
  for (const file of [machine.addon, gpu, path.join(machine.node, 'bin', 'node')]) {
    const found = readFileSync(file).readUInt16LE(18)
    if (found !== processors[arch].elf) throw new Error(`${file} is not for ${arch}`)
  }
  return machine
}

function foreign(arch: Arch, say: (line: string) => void): Machine {
  const { gnu } = processors[arch]
  const compiler = `${gnu}-g++`
  if (run(compiler, ['--version']).code !== 0) {
    const debian = arch === 'arm64' ? 'g++-aarch64-linux-gnu' : 'g++-x86-64-linux-gnu'
    throw new Error(`a package for ${arch} needs ${compiler}: apt-get install ${debian}`)
  }
  const folder = path.join(work, arch)
  mkdirSync(folder, { recursive: true })
  const node = fetchNode(arch, folder, say)
  say(`building the addon for ${arch}`)
  const shim = path.join(folder, 'native-shim')
  rmSync(shim, { recursive: true, force: true })
  cpSync(path.join(root, 'native-shim'), shim, {
    recursive: true,
    filter: (source) => !/native-shim\/build/.test(source),
  })
  const gyp = path.join(root, 'node_modules', 'node-gyp', 'bin', 'node-gyp.js')
  must(process.execPath, [gyp, 'rebuild', '-C', shim, `--arch=${arch}`, `--nodedir=${node}`], {
    cwd: root,
    env: { ...process.env, CC: `${gnu}-gcc`, CXX: compiler, AR: `${gnu}-ar` },
    timeoutMs: 600_000,
  })
  return { addon: path.join(shim, 'build', 'Release', 'scanout_shim.node'), node }
}

/** npm installs only the Node of its own host: the other is packed and unpacked. */
function fetchNode(arch: Arch, folder: string, say: (line: string) => void): string {
  const name = `node-linux-${arch}`
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  const version: string = manifest.optionalDependencies[name]
  const node = path.join(folder, `${name}-${version}`)
  if (existsSync(path.join(node, 'bin', 'node'))) return node
  say(`fetching ${name} ${version}`)
  must('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`], {
    cwd: folder,
    timeoutMs: 300_000,
  })
  const archive = readdirSync(folder).find((file) => file === `${name}-${version}.tgz`)
  if (!archive) throw new Error(`npm pack ${name}@${version} left no archive`)
  mkdirSync(node, { recursive: true })
  must('tar', ['-xzf', path.join(folder, archive), '-C', node, '--strip-components=1'])
  rmSync(path.join(folder, archive))
  return node
}
