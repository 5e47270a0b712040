// SPDX-License-Identifier: GPL-2.0-or-later
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { isThere } from '../../../main/source/presence.ts'
import { openSource } from '../../../main/source-opener.ts'
import { shim } from '../../../native-shim/index.ts'
import { temporaryFolder } from '../../fakes/temporary-folder.ts'
import { expectNoLeaks } from '../no-leaks.ts'

expectNoLeaks()

const addressOf = (scheme: string, to: string) => ({
  text: `${scheme}:${to}`,
  scheme,
  path: to,
  query: new Map<string, string>(),
})

describe('a source that is not there yet', () => {
  it('fails at once unless it is waited for', async () => {
    const folder = temporaryFolder()
    const opened = await openSource(`planes+unix:${folder}/s`, AbortSignal.timeout(10_000))
    expect(opened).toMatchObject({ ok: false, failure: { code: 'no-producer' } })
  })

  it('is waited for until the signal ends that', async () => {
    const folder = temporaryFolder()
    const signal = AbortSignal.timeout(1500)
    const startedAt = performance.now()
    const opened = await openSource(`planes+unix:${folder}/s`, signal, true)
    expect(opened.ok).toBe(false)
    expect(performance.now() - startedAt).toBeGreaterThan(1400)
  })

  it('is not waited for where that does not help', async () => {
    const opened = await openSource('demo:?size=nonsense', AbortSignal.timeout(10_000), true)
    expect(opened).toMatchObject({ ok: false, failure: { code: 'usage' } })
  })
})

describe('whether an address is worth a try', () => {
  it.each(['qemu', 'planes+unix'])('is told by a connection for %s', async (scheme) => {
    const file = path.join(temporaryFolder(), 's')
    expect(await isThere(addressOf(scheme, file))).toBe(false)
    {
      using listener = shim.listen(file)
      expect(listener.path).toBe(file)
      expect(await isThere(addressOf(scheme, file))).toBe(true)
    }
    expect(await isThere(addressOf(scheme, file))).toBe(false)
  })

  it('is told by the file where a connection is precious', async () => {
    const file = path.join(temporaryFolder(), 's')
    const scheme = 'vfio+unix'
    expect(await isThere(addressOf(scheme, file))).toBe(false)
    mkdirSync(file)
    expect(await isThere(addressOf(scheme, file))).toBe(true)
  })

  it.each(['libvirt', 'vfio', 'dump', 'toString'])(
    'is told by opening alone for %s',
    async (scheme) => {
      expect(await isThere(addressOf(scheme, 'x'))).toBe(undefined)
    },
  )
})
