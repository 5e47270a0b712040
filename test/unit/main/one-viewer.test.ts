// SPDX-License-Identifier: GPL-2.0-or-later
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { fail, ok } from '../../../core/result.ts'
import { askViewer, OneViewer, type Raise, viewerSocket } from '../../../main/one-viewer.ts'
import { parseAddress } from '../../../main/source/address.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

const willing: Raise = async () => ok(undefined)
const failure = { code: 'not-raised', what: 'a', why: 'b', remedy: 'c' }

function socketOf(
  text: string,
  { viewOnly = false, qmp = undefined as string | undefined, cwd = '/', env = {} } = {},
): string {
  const address = parseAddress(text)
  if (!address.ok) throw new Error(address.failure.why)
  const all = { XDG_RUNTIME_DIR: '/run/user/1', DISPLAY: ':0', ...env }
  return viewerSocket({ address: address.value, viewOnly, qmp }, cwd, all)
}

function freshSocket(): string {
  return path.join(temporaryFolder(), 'scanout', 'viewer.sock')
}

/** The place, taken; disposing gives it back. */
async function first(socket: string, raise = willing): Promise<OneViewer> {
  const claim = await OneViewer.claim(socket, raise)
  if (claim.kind !== 'first') throw new Error(`it is ${claim.kind}`)
  return claim.viewer
}

describe('the name of a viewer', () => {
  it('lies in the runtime folder, or in one of this user', () => {
    expect(socketOf('demo:')).toMatch(/^\/run\/user\/1\/scanout\/viewer-[0-9a-f]{24}\.sock$/)
    const without = socketOf('demo:', { env: { XDG_RUNTIME_DIR: undefined } })
    expect(path.basename(path.dirname(without))).toBe(`scanout-of-${process.getuid?.()}`)
  })

  it('is the same for the same VM, however it is written', () => {
    expect(socketOf('qemu:vm.sock', { cwd: '/run' })).toBe(socketOf('qemu:/run/x/../vm.sock'))
    const [one, other] = [
      'libvirt:a?uri=qemu:///session&console=1',
      'libvirt:a?console=1&uri=qemu:///session',
    ]
    expect(socketOf(one)).toBe(socketOf(other))
  })

  it.each([
    ['another VM', socketOf('libvirt:b')],
    ['another console', socketOf('libvirt:a?console=1')],
    ['another kind of address', socketOf('qemu:a')],
    ['only views', socketOf('libvirt:a', { viewOnly: true })],
    ['has its own monitor', socketOf('libvirt:a', { qmp: '/run/qmp' })],
    ['is on another X display', socketOf('libvirt:a', { env: { DISPLAY: ':1' } })],
    ['is on another Wayland display', socketOf('libvirt:a', { env: { WAYLAND_DISPLAY: 'w' } })],
  ])('is another for one that shows %s', (_, socket) => {
    expect(socket).not.toBe(socketOf('libvirt:a'))
  })
})

describe('a second start', () => {
  it('finds the first, which comes to the front', async () => {
    const socket = freshSocket()
    let raised = 0
    await using _first = await first(socket, async () => {
      raised += 1
      return ok(undefined)
    })
    const found = { pid: process.pid, raised: { ok: true, value: undefined } }
    expect(await OneViewer.claim(socket, willing)).toEqual({ kind: 'other', other: found })
    expect(await askViewer(socket)).toEqual(found)
    expect(raised).toBe(2)
  })

  it('hears why the first could not come to the front', async () => {
    const socket = freshSocket()
    await using _first = await first(socket, async () => fail(failure))
    expect(await askViewer(socket)).toEqual({ pid: process.pid, raised: { ok: false, failure } })
  })

  it('is the first once the first has ended', async () => {
    const socket = freshSocket()
    const one = await first(socket)
    await one[Symbol.asyncDispose]()
    await one[Symbol.asyncDispose]()
    expect(existsSync(socket)).toBe(false)
    expect(await askViewer(socket)).toBeUndefined()
    await using _second = await first(socket)
  })

  it('is the first where the first was killed', async () => {
    const socket = freshSocket()
    mkdirSync(path.dirname(socket), { mode: 0o700 })
    const script = `require('net').createServer().listen(process.argv[1], () => console.log('up'))`
    const child = spawn(process.execPath, ['-e', script, socket])
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(socket)).toBe(true)
    await using _second = await first(socket)
    expect(readdirSync(path.dirname(socket))).toEqual(['viewer.sock'])
  })

  it('is one of many at the same moment, of which one is the first', async () => {
    const socket = freshSocket()
    const claims = await Promise.all(
      Array.from({ length: 12 }, () => OneViewer.claim(socket, willing)),
    )
    const kinds = claims.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'first')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'other')).toHaveLength(11)
    for (const claim of claims) {
      if (claim.kind === 'first') await claim.viewer[Symbol.asyncDispose]()
    }
  })

  it('opens by itself beside something else that answers no such question', async () => {
    const socket = freshSocket()
    mkdirSync(path.dirname(socket), { mode: 0o700 })
    const server = createServer((connection) => connection.end('HTTP/1.1 400 Bad Request\r\n'))
    server.listen(socket)
    await once(server, 'listening')
    expect(await OneViewer.claim(socket, willing)).toEqual({ kind: 'alone' })
    server.close()
  })
})

describe('the first viewer', () => {
  it.each(['{"scanoutViewer":1,"wish":"quit"}\n', 'x'.repeat(20_000), '\n', '\0\n'])(
    'cuts off who asks something else (%#)',
    async (words) => {
      const socket = freshSocket()
      let raised = 0
      await using _first = await first(socket, async () => {
        raised += 1
        return ok(undefined)
      })
      const connection = connect(socket)
      connection.on('error', () => {})
      connection.write(words)
      expect(await text(connection).catch(() => '')).toBe('')
      expect(raised).toBe(0)
      expect(await askViewer(socket)).toMatchObject({ pid: process.pid })
    },
  )

  it.each([
    ['others can enter', (folder: string) => chmodSync(folder, 0o755)],
    [
      'is a link',
      (folder: string) => {
        symlinkSync(folder, `${folder}-link`)
      },
    ],
  ])('takes no place in a folder that %s', async (what, spoil) => {
    const folder = path.join(temporaryFolder(), 'scanout')
    mkdirSync(folder, { mode: 0o700 })
    spoil(folder)
    const used = what === 'is a link' ? `${folder}-link` : folder
    expect(await OneViewer.claim(path.join(used, 'v.sock'), willing)).toEqual({ kind: 'alone' })
  })

  it('does without a place whose name is too long for a socket', async () => {
    const socket = path.join(temporaryFolder(), 'x'.repeat(120), 'viewer.sock')
    expect(await OneViewer.claim(socket, willing)).toEqual({ kind: 'alone' })
  })
})
