// SPDX-License-Identifier: GPL-2.0-or-later
// The viewers that are compared: how QEMU serves each, and how each is started on the same screen.
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const node = path.join(root, 'node_modules', `node-linux-${process.arch}`, 'bin/node')
const cli = path.join(root, 'out/main/cli.js')

/**
 * `needs`: a program in PATH. `device`: the guest's display. `backend` and `args`: QEMU's; `socket` is a
 * free path. `command`: what is started; undefined where QEMU shows the window itself.
 */
export const viewers = [
  {
    name: 'Scanout',
    needs: 'chromium',
    package: 'chromium',
    device: 'virtio-gpu',
    backend: 'dbus,p2p=yes',
    args: () => [],
    command: (guest) => [
      node,
      cli,
      'view',
      `qemu:${guest.socket}`,
      '--fullscreen',
      '--scale',
      '1:1',
    ],
  },
  {
    name: 'QEMU gtk',
    needs: 'qemu-system-x86_64',
    package: 'qemu-system-gui',
    device: 'virtio-gpu',
    backend: 'gtk,gl=off,full-screen=on,show-menubar=off',
    args: () => [],
  },
  {
    name: 'remote-viewer, qxl',
    needs: 'remote-viewer',
    package: 'virt-viewer',
    device: 'qxl',
    backend: 'none',
    args: (socket) => ['-spice', `unix=on,addr=${socket},disable-ticketing=on`],
    command: (_, socket) => ['remote-viewer', '--full-screen', `spice+unix://${socket}`],
  },
  {
    name: 'remote-viewer, virtio',
    needs: 'remote-viewer',
    package: 'virt-viewer',
    device: 'virtio-gpu',
    backend: 'none',
    args: (socket) => ['-spice', `unix=on,addr=${socket},disable-ticketing=on`],
    command: (_, socket) => ['remote-viewer', '--full-screen', `spice+unix://${socket}`],
  },
  {
    name: 'TigerVNC',
    needs: 'vncviewer',
    package: 'tigervnc-viewer',
    device: 'virtio-gpu',
    backend: 'none',
    args: (socket) => ['-vnc', `unix:${socket}`],
    command: (_, socket) => ['vncviewer', '-FullScreen=1', '-RemoteResize=0', socket],
  },
]
