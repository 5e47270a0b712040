// SPDX-License-Identifier: GPL-2.0-or-later
import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { SocketTable, socketQueue } from '../../../../main/vm/monitor-queue.ts'
import { temporaryFolder } from '../../../fakes/temporary-folder.ts'

const head = 'Num       RefCount Protocol Flags    Type St Inode Path\n'
/** As kernels print them: listening, accepted, waiting. */
const row = (kind: 'listens' | 'served' | 'waits', bound: string) => {
  const fields = {
    listens: '00010000 0001 01 23542',
    served: '00000000 0001 03 25664',
    waits: '00000000 0001 02     0',
  }
  return `00000000b35b96c1: 00000002 00000000 ${fields[kind]} ${bound}\n`
}
const queue = (...rows: readonly string[]) =>
  socketQueue(Buffer.from(head + rows.join('')), ['/run/vm/qmp', '/var/run/vm/qmp'])

describe('who is at a socket', () => {
  it('counts who is served and who waits', () => {
    const rows = [row('listens', '/run/vm/qmp'), row('served', '/run/vm/qmp')]
    expect(queue(...rows)).toEqual({ served: 1, waiting: 0 })
    const waits = row('waits', '/run/vm/qmp')
    expect(queue(...rows, waits, waits)).toEqual({ served: 1, waiting: 2 })
  })

  it('knows the socket by each of its names, and by a relative one', () => {
    expect(queue(row('listens', '/var/run/vm/qmp'))).toEqual({ served: 0, waiting: 0 })
    expect(queue(row('listens', 'vm/qmp'))).toEqual({ served: 0, waiting: 0 })
    expect(queue(row('listens', '/run/vm/../vm/qmp'))).toEqual({ served: 0, waiting: 0 })
  })

  it.each(['/run/vm/qmp2', '/run/other/qmp', '/run/vm/qmp/more', '@/run/vm/qmp-not'])(
    'does not count those at %s',
    (other) => {
      const rows = [row('listens', '/run/vm/qmp'), row('waits', other), row('served', other)]
      expect(queue(...rows)).toEqual({ served: 0, waiting: 0 })
    },
  )

  it('is unknown while nobody is seen listening there', () => {
    expect(queue()).toBe(undefined)
    expect(queue(row('served', '/run/vm/qmp'))).toBe(undefined)
    expect(queue('nonsense /run/vm/qmp\n', '/run/vm/qmp')).toBe(undefined)
  })
})

describe('the table of this kernel', () => {
  it('shows who is served at a socket, also by a way through a link', async () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, 'real'))
    symlinkSync(path.join(folder, 'real'), path.join(folder, 'link'))
    const socket = path.join(folder, 'real', 'qmp')
    using table = new SocketTable(path.join(folder, 'link', 'qmp'))
    expect(table.queue()).toBe(undefined)
    const server = createServer().listen(socket)
    await once(server, 'listening')
    try {
      expect(table.queue()).toEqual({ served: 0, waiting: 0 })
      const client = connect(socket)
      const [served] = await once(server, 'connection')
      expect(table.queue()).toEqual({ served: 1, waiting: 0 })
      client.destroy()
      served.destroy()
    } finally {
      server.close()
    }
  })

  it('reads a table of any length', async () => {
    const folder = temporaryFolder()
    const server = createServer().listen(path.join(folder, 'a-socket-with-a-rather-long-name'))
    await once(server, 'listening')
    const sockets: Socket[] = []
    for (let count = 0; count < 600; count += 1) {
      const socket = connect(path.join(folder, 'a-socket-with-a-rather-long-name'))
      await once(socket, 'connect')
      sockets.push(socket)
    }
    const last = createServer().listen(path.join(folder, 'qmp'))
    await once(last, 'listening')
    using table = new SocketTable(path.join(folder, 'qmp'))
    expect(table.queue()).toEqual({ served: 0, waiting: 0 })
    for (const socket of sockets) socket.destroy()
    server.close()
    last.close()
  })

  it('can be closed twice', () => {
    const table = new SocketTable('/nowhere/qmp')
    table[Symbol.dispose]()
    table[Symbol.dispose]()
    expect(table.queue()).toBe(undefined)
  })
})
