// SPDX-License-Identifier: GPL-2.0-or-later
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../../core/failure.ts'
import type { Result } from '../../../../core/result.ts'
import { MAX_SESSION_BYTES, readSessionText } from '../../../../main/session-file/session-text.ts'
import { readViewing, type Viewing } from '../../../../main/session-file/viewing.ts'
import { schemes } from '../../../../main/source/address.ts'
import { FakeIo } from '../../../fakes/fake-io.ts'

const uuid = '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'

class Place extends FakeIo {
  file(name: string, content: string | Uint8Array): string {
    const file = path.join(this.cwd, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }

  session(...lines: string[]): string {
    return this.file('vm.scanout', ['[scanout]', ...lines].join('\n'))
  }

  read(text: string, stdin?: string): Promise<Result<Viewing, Failure>> {
    const bytes = stdin === undefined ? undefined : Buffer.from(stdin)
    const stream = async function* () {
      if (bytes) yield bytes.subarray(0, 5)
      if (bytes) yield bytes.subarray(5)
    }
    return readViewing(text, { ...this.io, ...(bytes && { stdin: stream() }) })
  }
}

const why = (read: Result<Viewing, Failure>) => (read.ok ? 'it was taken' : read.failure.why)

describe('what is to be shown', () => {
  it('is an address', async () => {
    using place = new Place()
    expect(await place.read('libvirt:win11?console=1')).toMatchObject({
      ok: true,
      value: { address: { scheme: 'libvirt', path: 'win11' }, wish: {} },
    })
  })

  it.each(['path', 'file: address', 'file: address of this host', 'relative path'])(
    'is a session file by its %s',
    async (form) => {
      using place = new Place()
      const file = place.file('a b/ü%20.scanout', '[scanout]\naddress=qemu:../vm.sock?console=1\n')
      const url = pathToFileURL(file).href
      const forms: Record<string, string> = {
        path: file,
        'file: address': url,
        'file: address of this host': url.replace('file://', 'file://localhost'),
        'relative path': path.relative(place.cwd, file),
      }
      const socket = path.join(place.cwd, 'vm.sock')
      expect(await place.read(forms[form] ?? '')).toEqual({
        ok: true,
        value: {
          address: {
            text: `qemu:${socket}?console=1`,
            scheme: 'qemu',
            path: socket,
            query: new Map([['console', '1']]),
          },
          wish: {},
        },
      })
    },
  )

  it('is a session file without a suffix, if there is one', async () => {
    using place = new Place()
    place.file('dir/session', '[scanout]\naddress=demo:')
    expect((await place.read('dir/session')).ok).toBe(true)
    expect(why(await place.read('dir/other'))).toBe('it has no scheme')
  })

  it('is a dump beside the session file', async () => {
    using place = new Place()
    place.file('dumps/planes.json', '{}')
    place.file('x.scanout', '[scanout]\naddress=dumps/planes.json')
    expect(await place.read('x.scanout')).toMatchObject({
      ok: true,
      value: { address: { scheme: 'dump', path: path.join(place.cwd, 'dumps/planes.json') } },
    })
  })

  it('is a session on stdin, in the folder that we were started in', async () => {
    using place = new Place()
    const read = await place.read('-', '[scanout]\naddress=vfio+fd:5\nqmp=vm.sock\ntitle=A VM')
    expect(read).toMatchObject({
      ok: true,
      value: {
        address: { scheme: 'vfio+fd', path: '5' },
        wish: { qmp: path.join(place.cwd, 'vm.sock'), title: 'A VM' },
      },
    })
    expect(why(await place.read('-'))).toBe('there is no stdin')
    const deleting = await place.read('-', '[scanout]\naddress=demo:\ndelete-this-file=1')
    expect(why(deleting)).toContain('stdin is no file')
  })

  it('is not waited for when the person interrupts', async () => {
    using place = new Place()
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    const reading = readViewing('-', { ...place.io, stdin: never })
    place.interrupt()
    expect(await reading).toMatchObject({ ok: false, failure: { code: 'interrupted' } })
  })

  it('keeps all wishes but the address and the deletion', async () => {
    using place = new Place()
    const file = place.session(
      'address=demo:',
      'title=T',
      'fullscreen=1',
      'scale=1:1',
      'reconnect=1',
    )
    expect(await place.read(file)).toMatchObject({
      value: { wish: { title: 'T', fullscreen: true, scale: '1:1', reconnect: true } },
    })
  })

  it.each(['http://x/vm.scanout', 'file://elsewhere/vm.scanout', 'file:%00', 'file:%2F'])(
    'is not %s',
    async (text) => {
      using place = new Place()
      expect((await place.read(text)).ok).toBe(false)
    },
  )
})

describe('an address in a file', () => {
  const fleeting = ['vfio+fd:3', 'vfio+pid:42', `vfio:${uuid}?pid=1`, 'vfio+unix:/x?pid=1']

  it.each(fleeting)('is not %s, and on stdin it is', async (address) => {
    using place = new Place()
    expect(why(await place.read(place.session(`address=${address}`)))).toContain('of this moment')
    expect((await place.read('-', `[scanout]\naddress=${address}`)).ok).toBe(true)
    const link = await place.read(`scanout:${encodeURIComponent(address)}`)
    expect(why(link)).toContain('of this moment')
  })

  it.each([
    'qemu+ssh://host/system?command=/bin/sh',
    'qemu+ext:///system?command=/bin/sh',
    'qemu+unix:///system?socket=/tmp/x',
    '--help',
  ])('asks no libvirt at %s', async (uri) => {
    using place = new Place()
    const address = `libvirt:vm?uri=${encodeURIComponent(uri)}`
    expect(why(await place.read(place.session(`address=${address}`)))).toContain('may not stand')
    expect(why(await place.read(`scanout:?address=${encodeURIComponent(address)}`))).toContain(uri)
  })

  it.each(['/etc', '/dev/sda', '/sys/../etc', `/sys/devices/../x/${uuid}`, `/sys/x/${uuid}`])(
    'is no device at %s',
    async (device) => {
      using place = new Place()
      const read = await place.read(place.session(`address=vfio:${device}`))
      expect(why(read)).toContain('is no mediated device')
    },
  )

  it.each([`/sys/bus/mdev/devices/${uuid}`, `/sys/devices/pci0000:00/0000:00:02.0/${uuid}`])(
    'may be the device %s',
    async (device) => {
      using place = new Place()
      expect(why(await place.read(place.session(`address=vfio:${device}`)))).toBe('it was taken')
    },
  )

  it.each(schemes)('of $scheme: stands whole in what it gives, or is refused', async (row) => {
    using place = new Place()
    const read = await place.read(place.session(`address=${row.scheme}:${row.path ? 'a/b' : ''}`))
    if (!read.ok) return expect(read.failure.remedy).not.toBe('')
    const { text, path: named } = read.value.address
    if (row.path && text.includes('/a/b')) expect(named).toBe(path.join(place.cwd, 'a/b'))
    else expect(['demo', 'libvirt', 'qemu+dbus']).toContain(row.scheme)
  })

  it('may not be moved by its folder into a question', async () => {
    using place = new Place()
    const file = place.file('what?/x.scanout', '[scanout]\naddress=dump:planes.json')
    expect(why(await place.read(file))).toContain('holds a question mark')
  })

  it('names no path by a link without naming all of it', async () => {
    using place = new Place()
    for (const link of ['scanout:qemu:vm.sock', 'scanout:?address=demo:&qmp=vm.sock']) {
      expect(why(await place.read(link))).toContain('a link lies in no folder')
    }
    expect((await place.read('scanout:qemu:/run/vm.sock')).ok).toBe(true)
  })
})

describe('delete-this-file', () => {
  const text = '[scanout]\naddress=demo:\ndelete-this-file=true\n'

  it('deletes the file that was read', async () => {
    using place = new Place()
    const file = place.file('x.scanout', text)
    expect((await place.read(file)).ok).toBe(true)
    expect(existsSync(file)).toBe(false)
  })

  it.each([
    ['a wrong line', `${text}nonsense`],
    ['a wrong address', text.replace('demo:', 'demmo:')],
    ['a distrusted address', text.replace('demo:', 'vfio+fd:3')],
    ['no session', 'delete-this-file=true'],
    ['a display of others', '[virt-viewer]\ntype=spice\ndelete-this-file=1'],
  ])('keeps a file of %s', async (_, content) => {
    using place = new Place()
    const file = place.file('x.scanout', content)
    expect((await place.read(file)).ok).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe(content)
  })

  it('keeps what a link points to, and the link', async () => {
    using place = new Place()
    const file = place.file('real', text)
    symlinkSync(file, path.join(place.cwd, 'x.scanout'))
    expect((await place.read('x.scanout')).ok).toBe(true)
    expect(existsSync(file) && existsSync(path.join(place.cwd, 'x.scanout'))).toBe(true)
  })

  it('keeps a file that took the place of the one that was read', async () => {
    using place = new Place()
    const file = place.file('x.scanout', text)
    const read = await readSessionText(file)
    const other = place.file('precious', 'keep me')
    renameSync(other, file)
    if (read.ok) await read.value.discard()
    expect(readFileSync(file, 'utf8')).toBe('keep me')
  })

  it('leaves the other names of the file', async () => {
    using place = new Place()
    const file = place.file('x.scanout', text)
    linkSync(file, path.join(place.cwd, 'second'))
    await place.read(file)
    expect(existsSync(file)).toBe(false)
    expect(readFileSync(path.join(place.cwd, 'second'), 'utf8')).toBe(text)
  })
})

describe('a file that is none', () => {
  it.each([
    ['a folder', (place: Place) => mkdirSync(path.join(place.cwd, 'x.scanout')), /it is a folder/],
    [
      'a device',
      (place: Place) => symlinkSync('/dev/zero', path.join(place.cwd, 'x.scanout')),
      /no regular file/,
    ],
    ['missing', () => {}, /no such file/],
    [
      'UTF-16',
      (place: Place) => place.file('x.scanout', Buffer.from('\ufeff[scanout]', 'utf16le')),
      /UTF-16/,
    ],
    [
      'Latin-1',
      (place: Place) => place.file('x.scanout', Buffer.from('[scanout]\ntitle=\xfc', 'latin1')),
      /line 2 is not UTF-8/,
    ],
    [
      'binary',
      (place: Place) => place.file('x.scanout', Buffer.from('[scanout]\n\n\0')),
      /line 3 holds a NUL/,
    ],
    [
      'endless',
      (place: Place) => truncateSync(place.file('x.scanout', ''), MAX_SESSION_BYTES + 1),
      /64 KiB/,
    ],
    ['huge', (place: Place) => truncateSync(place.file('x.scanout', ''), 2 ** 40), /64 KiB/],
  ])('%s is refused', async (_, make, says) => {
    using place = new Place()
    make(place)
    expect(why(await place.read('x.scanout'))).toMatch(says)
  })

  it('may begin with the mark of UTF-8', async () => {
    using place = new Place()
    place.file('x.scanout', '\ufeff[scanout]\r\naddress=demo:\r\n')
    expect((await place.read('x.scanout')).ok).toBe(true)
  })
})
