// SPDX-License-Identifier: GPL-2.0-or-later
// The viewers that are compared: how QEMU serves each, and how each is started on the same screen.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { findElectron } from '../../main/shell/choose-shell.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const node = path.join(root, 'node_modules', `node-linux-${process.arch}`, 'bin/node')
/**
 * `app`: folder of a checkout of Scanout that is built. `trial`: the start that warms caches, of which
 * Scanout's own figures are kept.
 */
const scanout = (app, shell) => (guest, _, trial) => [
  ...[
    node,
    path.join(app, 'out/main/cli.js'),
    'view',
    `qemu:${guest.socket}`,
    '--shell',
    shell,
    '--fullscreen',
    '--scale',
    '1:1',
  ],
  ...(trial ? ['--stats', 'stats.json'] : []),
]

const qemuDisplays = () =>
  spawnSync('qemu-system-x86_64', ['-display', 'help'], { encoding: 'utf8' }).stdout ?? ''
const inPath = (program) => () => spawnSync('which', [program]).status === 0

/**
 * `has`: whether it is installed, and `package`: what brings it. `device`: the guest's display. `backend`
 * and `args`: QEMU's; `socket` is a free path. `command`: what is started; undefined where QEMU shows the
 * window itself. `version`: a command that tells it.
 */
export const viewersOf = (app) => [
  {
    name: 'Scanout',
    has: inPath('chromium'),
    package: 'apt-get install chromium',
    version: ['chromium', '--version'],
    device: 'virtio-gpu',
    backend: 'dbus,p2p=yes',
    args: () => [],
    command: scanout(app, 'chromium'),
  },
  {
    name: 'Scanout, Electron',
    has: () => findElectron(process.env, root) !== undefined,
    package: 'npx install-electron',
    version: [findElectron(process.env, root) ?? 'electron', '--version'],
    device: 'virtio-gpu',
    backend: 'dbus,p2p=yes',
    args: () => [],
    command: scanout(app, 'electron'),
  },
  {
    name: 'QEMU gtk',
    has: () => qemuDisplays().includes('gtk'),
    package: 'apt-get install qemu-system-gui',
    version: ['qemu-system-x86_64', '--version'],
    device: 'virtio-gpu',
    backend: 'gtk,gl=off,full-screen=on,show-menubar=off',
    args: () => [],
  },
  {
    name: 'remote-viewer, qxl',
    has: inPath('remote-viewer'),
    package: 'apt-get install virt-viewer',
    version: ['remote-viewer', '--version'],
    device: 'qxl',
    backend: 'none',
    args: (socket) => ['-spice', `unix=on,addr=${socket},disable-ticketing=on`],
    command: (_, socket) => ['remote-viewer', '--full-screen', `spice+unix://${socket}`],
  },
  {
    name: 'remote-viewer, virtio',
    has: inPath('remote-viewer'),
    package: 'apt-get install virt-viewer',
    version: ['remote-viewer', '--version'],
    device: 'virtio-gpu',
    backend: 'none',
    args: (socket) => ['-spice', `unix=on,addr=${socket},disable-ticketing=on`],
    command: (_, socket) => ['remote-viewer', '--full-screen', `spice+unix://${socket}`],
  },
  {
    name: 'TigerVNC',
    has: inPath('vncviewer'),
    package: 'apt-get install tigervnc-viewer',
    version: ['vncviewer', '--version'],
    device: 'virtio-gpu',
    backend: 'none',
    args: (socket) => ['-vnc', `unix:${socket}`],
    command: (_, socket) => ['vncviewer', '-FullScreen=1', '-RemoteResize=0', socket],
  },
]
