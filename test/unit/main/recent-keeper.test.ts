// SPDX-License-Identifier: GPL-2.0-or-later
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Failure } from '../../../core/failure.ts'
import type { Capture } from '../../../core/plane.ts'
import { fail, type Result } from '../../../core/result.ts'
import type { SessionState } from '../../../core/session-state.ts'
import { type KeptSession, RecentKeeper } from '../../../main/recent-keeper.ts'

const away: Failure = { code: 'x', what: 'a', why: 'b', remedy: 'c' }

class FakeSession implements KeptSession {
  state: SessionState = { kind: 'connecting' }
  title = 'deb'
  captures = 0
  readonly listeners = new Set<() => void>()

  async capture(): Promise<Result<Capture, Failure>> {
    this.captures += 1
    return fail(away)
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  become(state: SessionState): void {
    this.state = state
    for (const listener of this.listeners) listener()
  }
}

const notes: unknown[][] = []
let isWanted = true
const folder = {
  note: async (...args: unknown[]) => {
    notes.push(args)
  },
  forget: async (address: string) => {
    notes.push(['forgotten', address])
  },
}

describe('what is remembered of a session', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    notes.length = 0
    isWanted = true
  })
  afterEach(() => vi.useRealTimers())

  it('is written soon after it shows something, and every minute', async () => {
    const session = new FakeSession()
    await using _keeper = new RecentKeeper(session, 'qemu:/a', folder, () => isWanted)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(notes).toEqual([])
    session.become({ kind: 'live' })
    session.become({ kind: 'live' })
    await vi.advanceTimersByTimeAsync(2000)
    expect(notes).toEqual([['qemu:/a', 'deb', Date.now(), undefined]])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(notes).toHaveLength(2)
  })

  it('is left alone while nothing is shown', async () => {
    const session = new FakeSession()
    await using _keeper = new RecentKeeper(session, 'qemu:/a', folder, () => isWanted)
    session.become({ kind: 'live' })
    session.become({ kind: 'lost', failure: away })
    await vi.advanceTimersByTimeAsync(120_000)
    expect(session.captures).toBe(0)
  })

  it('is written once more at the end, even of a short one', async () => {
    const session = new FakeSession()
    const keeper = new RecentKeeper(session, 'qemu:/a', folder, () => isWanted)
    session.become({ kind: 'live' })
    await keeper[Symbol.asyncDispose]()
    expect(notes).toHaveLength(1)
    expect(session.listeners.size).toBe(0)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(notes).toHaveLength(1)
  })

  it('is forgotten when its person does not want it', async () => {
    const session = new FakeSession()
    const keeper = new RecentKeeper(session, 'qemu:/a', folder, () => isWanted)
    session.become({ kind: 'live' })
    isWanted = false
    await keeper[Symbol.asyncDispose]()
    expect(notes).toEqual([['forgotten', 'qemu:/a']])
    expect(session.captures).toBe(0)
  })

  it('is nothing of one that never showed anything', async () => {
    const session = new FakeSession()
    await new RecentKeeper(session, 'qemu:/a', folder, () => isWanted)[Symbol.asyncDispose]()
    expect(notes).toEqual([])
  })
})
