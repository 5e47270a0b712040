// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Discovery, LOOK_MS } from '../../../../main/discovery/discovery.ts'
import type { Provider, Sighting } from '../../../../main/discovery/provider.ts'

class FakeProvider implements Provider {
  readonly name = 'fake'
  readonly everyMs: number
  looks = 0
  names: readonly string[] = []
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve()

  constructor(everyMs: number) {
    this.everyMs = everyMs
  }

  async find(): Promise<readonly Sighting[]> {
    this.looks += 1
    const { names } = this
    await this.gate
    const row = { kind: 'vm', what: '', address: '' } as const
    return names.map((name) => ({
      ...row,
      ...{ id: `${this.everyMs}${name}`, name, usable: true, why: '', remedy: '', fix: '' },
    }))
  }
}

describe('what is found', () => {
  let often: FakeProvider
  let rarely: FakeProvider
  let discovery: Discovery
  const lists: string[][] = []
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    often = new FakeProvider(LOOK_MS)
    rarely = new FakeProvider(5 * LOOK_MS)
    lists.length = 0
    discovery = new Discovery({
      env: {},
      providers: [often, rarely],
      processes: async () => [],
    })
    discovery.onChange = (found) => lists.push(found.map(({ name }) => name))
  })
  afterEach(() => {
    discovery[Symbol.dispose]()
    vi.useRealTimers()
  })
  const pass = async (looks: number) => {
    await vi.advanceTimersByTimeAsync(looks * LOOK_MS + 1)
  }

  it('is told when it changes, and only then', async () => {
    often.names = ['a']
    discovery.watch(true)
    await pass(0)
    await pass(2)
    expect(often.looks).toBe(3)
    expect(lists).toEqual([['a']])
    often.names = ['a', 'b']
    await pass(2)
    expect(lists).toEqual([['a'], ['a', 'b']])
    expect(discovery.found.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('is looked for as often as each place is worth, and kept meanwhile', async () => {
    rarely.names = ['rare']
    discovery.watch(true)
    await pass(0)
    await pass(9)
    expect([often.looks, rarely.looks]).toEqual([10, 2])
    expect(lists).toEqual([['rare']])
  })

  it('is not looked for while nobody sees it', async () => {
    discovery.watch(true)
    await pass(0)
    discovery.watch(false)
    await pass(20)
    expect(often.looks).toBe(1)
    discovery.watch(true)
    discovery.watch(false)
    discovery.watch(true)
    await pass(2)
    expect(often.looks).toBe(4)
  })

  it('is looked for everywhere when somebody asks for it', async () => {
    await discovery.look()
    await discovery.look()
    expect([often.looks, rarely.looks]).toEqual([2, 2])
  })

  it('is not what a look under way has seen already', async () => {
    const gate = Promise.withResolvers<void>()
    often.names = ['a']
    often.gate = gate.promise
    const first = discovery.look()
    await pass(0)
    often.names = []
    const second = discovery.look()
    gate.resolve()
    expect(await first).toHaveLength(1)
    expect(await second).toEqual([])
  })
})
