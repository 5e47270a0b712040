// SPDX-License-Identifier: GPL-2.0-or-later
import { readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { recents } from '../../../main/discovery/recents.ts'
import { lastingAddress, MOST_RECENT, RecentFolder } from '../../../main/recent.ts'
import { parseAddress, schemes } from '../../../main/source/address.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'

const png = Uint8Array.of(1, 2, 3)

let cache: string
let recent: RecentFolder
const folder = () => path.join(cache, 'scanout', 'recent')
beforeEach(() => {
  cache = temporaryFolder()
  recent = new RecentFolder({ XDG_CACHE_HOME: cache })
})

describe('recent addresses', () => {
  it('are kept with name, time and picture, the last one first', async () => {
    await recent.note('qemu:/a', 'deb', 1000, png)
    await recent.note('qemu:/b', 'win', 2000)
    const [last, first] = await recent.list()
    expect(last).toMatchObject({ address: 'qemu:/b', name: 'win', seenMs: 2000, hasPicture: false })
    expect(first).toMatchObject({ address: 'qemu:/a', name: 'deb', hasPicture: true })
    expect(await recent.picture(first?.key ?? '')).toEqual({ ok: true, value: Buffer.from(png) })
  })

  it('are for their user alone', async () => {
    await recent.note('qemu:/a', 'deb', 1000, png)
    expect(statSync(folder()).mode & 0o777).toBe(0o700)
    const names = readdirSync(folder())
    expect(names).toHaveLength(2)
    for (const name of names) expect(statSync(path.join(folder(), name)).mode & 0o777).toBe(0o600)
  })

  it('are one entry each, and keep their picture when they come without one', async () => {
    await recent.note('qemu:/a', 'deb', 1000, png)
    await recent.note('qemu:/a', 'debian', 3000)
    expect(await recent.list()).toMatchObject([{ name: 'debian', seenMs: 3000, hasPicture: true }])
  })

  it('are no more than a few: the oldest go', async () => {
    for (let at = 0; at <= MOST_RECENT; at += 1) await recent.note(`qemu:/${at}`, 'vm', at, png)
    const kept = await recent.list()
    expect(kept).toHaveLength(MOST_RECENT)
    expect(kept.at(-1)?.address).toBe('qemu:/1')
    expect(readdirSync(folder())).toHaveLength(2 * MOST_RECENT)
  })

  it('are forgotten with their pictures', async () => {
    await recent.note('qemu:/a', 'deb', 1000, png)
    await recent.forget('qemu:/a')
    await recent.forget('qemu:/never')
    expect(readdirSync(folder())).toEqual([])
  })

  it.each([
    ['is no JSON', '{'],
    [
      'is too long',
      `{"scanoutRecent":1,"address":"qemu:/a","name":"${'x'.repeat(20_000)}","seenMs":1}`,
    ],
    [
      'has another address than its name says',
      '{"scanoutRecent":1,"address":"qemu:/x","name":"","seenMs":1}',
    ],
    ['has no time', '{"scanoutRecent":1,"address":"qemu:/a","name":""}'],
    [
      'has a time that no date has',
      '{"scanoutRecent":1,"address":"qemu:/a","name":"","seenMs":8.7e15}',
    ],
    ['is of another version', '{"scanoutRecent":2,"address":"qemu:/a","name":"","seenMs":1}'],
    ['is no object', 'null'],
  ])('leave a note out that %s', async (_what, text) => {
    await recent.note('qemu:/a', 'deb', 1000)
    await recent.note('qemu:/b', 'win', 2000)
    const { key } = (await recent.list())[1] ?? { key: '' }
    writeFileSync(path.join(folder(), `${key}.json`), text)
    expect((await recent.list()).map(({ address }) => address)).toEqual(['qemu:/b'])
  })

  it('have no picture that is too large, or is not there', async () => {
    await recent.note('qemu:/a', 'deb', 1000, new Uint8Array((1 << 20) + 1))
    const { key } = (await recent.list())[0] ?? { key: '' }
    expect(await recent.picture(key)).toMatchObject({ ok: false, failure: { code: 'file' } })
    expect(await recent.picture('0'.repeat(32))).toMatchObject({ ok: false })
  })

  it('that cannot be written cost a line in the log', async () => {
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    vi.stubEnv('SCANOUT_LOG', 'info')
    symlinkSync('/proc/nowhere', path.join(cache, 'scanout'))
    await recent.note('qemu:/a', 'deb', 1000)
    expect(told.mock.calls.join()).toContain('cannot remember qemu:/a')
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })
})

describe('an address', () => {
  // biome-ignore format: one row per address
  const rows = [
    ['demo:',                              undefined],
    ['dump:a/planes.json',                 'dump:/here/a/planes.json'],
    ['vfio:83b8f4f2-509f-382f-3c1e-e6bfe0fa1001', 'vfio:83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'],
    ['vfio+fd:5',                          undefined],
    ['vfio+unix:/run/x',                   'vfio+unix:/run/x'],
    ['vfio+pid:4242',                      undefined],
    ['planes+unix:x.sock',                 'planes+unix:/here/x.sock'],
    ['qemu:vm.qmp?console=1',              'qemu:/here/vm.qmp?console=1'],
    ['qemu+dbus:session?vm=deb',           'qemu+dbus:session?vm=deb'],
    ['qemu+dbus:session?vm=:1.42',         undefined],
    ['libvirt:deb?uri=qemu:///system',     'libvirt:deb?uri=qemu:///system'],
  ] as const

  it.each(rows)('%s lasts as %s', (text, lasting) => {
    const address = parseAddress(text, () => false)
    if (!address.ok) throw new Error(address.failure.why)
    expect(lastingAddress(address.value, '/here')).toBe(lasting)
  })

  it('of every scheme is decided about', () => {
    const tried = new Set(rows.map(([text]) => text.split(':')[0]))
    expect(schemes.map(({ scheme }) => scheme).filter((scheme) => !tried.has(scheme))).toEqual([])
  })

  it('of a dump without a scheme gets one', () => {
    const address = parseAddress('planes.json', () => true)
    if (!address.ok) throw new Error(address.failure.why)
    expect(lastingAddress(address.value, '/here')).toBe('dump:/here/planes.json')
  })
})

describe('the list of recent ones', () => {
  const look = () =>
    recents.find({
      env: { XDG_CACHE_HOME: cache },
      processes: [],
      roots: { mdev: '', vfio: '', vfioClasses: [], proc: '' },
    })

  it('opens what is not there now, to wait for it, but no file that is gone', async () => {
    const there = path.join(cache, 'there')
    writeFileSync(there, '')
    await recent.note(`qemu:${there}`, 'there', 4, png)
    await recent.note('qemu:/nowhere/vm.qmp', 'away', 3)
    await recent.note('dump:/nowhere/a.json', 'dump', 2)
    await recent.note('nonsense', 'none', 1)
    const rows = await look()
    expect(rows.map(({ name, usable, what }) => ({ name, usable, what }))).toEqual([
      { name: 'there', usable: true, what: 'QEMU' },
      { name: 'away', usable: true, what: 'QEMU, not running' },
      { name: 'dump', usable: false, what: 'plane dump' },
    ])
    const [first] = await recent.list()
    expect(rows[0]?.picture).toBe(`picture/${first?.key}.png?4`)
    expect(rows[1]?.picture).toBeUndefined()
  })
})
