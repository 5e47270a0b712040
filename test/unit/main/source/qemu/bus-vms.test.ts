// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../../../main/source/address.ts'
import { type BusVm, chooseVm, vmAddress } from '../../../../../main/source/qemu/bus-vms.ts'

const uuid = (digit: number) => `${digit}1111111-1111-4111-8111-111111111111`
const vm = (owner: string, name: string, id: number): BusVm => ({
  owner,
  name,
  uuid: id === 0 ? '' : uuid(id),
})
const hostile = vm(':1.9', 'a&console=1?vm=x#%', 0)

describe('a VM on a bus', () => {
  // biome-ignore format: one row per crowd
  const rows = [
    [[vm(':1.1', 'a', 1), vm(':1.2', 'b', 2)], ['a', 'b']],
    [[vm(':1.1', 'a', 1), vm(':1.2', 'a', 2)], [uuid(1), uuid(2)]],
    [[vm(':1.1', 'a', 1), vm(':1.2', 'a', 1)], [':1.1', ':1.2']],
    [[vm(':1.1', '', 0),  vm(':1.2', '', 0)],  [':1.1', ':1.2']],
    [[vm(':1.1', '', 1),  hostile],            [uuid(1), hostile.name]],
  ] as const
  it.each(rows)('is found by the address that it is listed with', (vms, words) => {
    for (const [at, one] of vms.entries()) {
      const address = parseAddress(vmAddress('unix:path=/b,guid=1', one, vms))
      if (!address.ok) throw new Error(address.failure.why)
      expect(address.value.path).toBe('unix:path=/b,guid=1')
      const wish = address.value.query.get('vm')
      expect(wish).toBe(words[at])
      expect(chooseVm('session', vms, wish)).toEqual({ ok: true, value: one })
    }
  })

  it('needs no wish when it is the only one', () => {
    expect(chooseVm('session', [hostile], undefined)).toEqual({ ok: true, value: hostile })
  })

  it('is told from others by what the failure says', () => {
    const vms = [vm(':1.1', 'a', 1), vm(':1.2', 'b', 2)]
    const addresses = 'Use qemu+dbus:session?vm=a or qemu+dbus:session?vm=b'
    for (const [wish, code] of [
      [undefined, 'ambiguous'],
      ['c', 'not-found'],
    ] as const) {
      const chosen = chooseVm('session', vms, wish)
      expect(chosen).toMatchObject({ ok: false, failure: { code, remedy: addresses } })
    }
    const none = chooseVm('session', [], undefined)
    expect(none).toMatchObject({ ok: false, failure: { code: 'not-found' } })
  })
})
