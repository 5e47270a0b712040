// SPDX-License-Identifier: GPL-2.0-or-later
import { describe, expect, it } from 'vitest'
import { type InputAccepts, type InputEvent, noInput } from '../../../core/input.ts'
import { SourceHost } from '../../../main/source/host.ts'
import type { SourceReport } from '../../../main/source/messages.ts'
import type { PlaneReading, Source } from '../../../main/source/source.ts'
import { shim } from '../../../native-shim/index.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { info } from './demo-host.ts'

/** A guest with a keyboard and nothing to show. */
class Typewriter implements Source {
  readonly info = info
  readonly gone = undefined
  readonly queryErrors = 0
  readonly typed: InputEvent[] = []
  accepts: InputAccepts = noInput
  refreshes = 0
  wake: () => void = () => {}

  refresh(): readonly PlaneReading[] {
    this.refreshes += 1
    return []
  }

  onWake(listener: () => void): void {
    this.wake = listener
  }

  surfaces() {
    return []
  }

  input(events: readonly InputEvent[]): void {
    this.typed.push(...events)
  }

  [Symbol.dispose](): void {}
}

const press: InputEvent = { kind: 'key', qnum: 30, down: true }

function setUp(accepts: InputAccepts = noInput) {
  const clock = new ManualClock()
  const reports: SourceReport[] = []
  const source = new Typewriter()
  source.accepts = accepts
  const host = new SourceHost(source, shim, clock, (report) => reports.push(report))
  const told = () => reports.flatMap((one) => (one.kind === 'input' ? [one.accepts] : []))
  return { clock, source, host, told }
}

describe('a host of a source with input', () => {
  it('tells what the source takes when it opens, and whenever that changes', () => {
    const first = { keyboard: true, pointer: 'relative' } as const
    const { source, host, told } = setUp(first)
    using _host = host
    expect(told()).toEqual([first])
    source.wake()
    expect(told()).toHaveLength(1)
    source.accepts = { keyboard: true, pointer: 'absolute' }
    source.wake()
    expect(told()).toEqual([first, source.accepts])
  })

  it('says nothing of input for a source that takes none', () => {
    const { host, told } = setUp()
    using _host = host
    expect(told()).toEqual([])
  })

  it('hands events to the source and looks at a resting picture at once', () => {
    const { clock, source, host } = setUp({ keyboard: true, pointer: 'none' })
    using _host = host
    host.handle({ kind: 'watch', sharing: 'stream' })
    clock.advance(20_000)
    const before = source.refreshes
    clock.advance(10)
    host.handle({ kind: 'input', events: [press] })
    expect(source.typed).toEqual([press])
    clock.advance(20)
    expect(source.refreshes).toBeGreaterThan(before)
    clock.advance(480)
    expect(source.refreshes - before).toBeGreaterThan(25)
    expect(source.refreshes - before).toBeLessThan(36)
  })

  it('does not read faster than a display shows, however fast events come', () => {
    const { clock, source, host } = setUp({ keyboard: true, pointer: 'absolute' })
    using _host = host
    host.handle({ kind: 'watch', sharing: 'stream' })
    clock.advance(1000)
    const before = source.refreshes
    for (let ms = 0; ms < 1000; ms += 1) {
      host.handle({ kind: 'input', events: [press] })
      clock.advance(1)
    }
    expect(source.refreshes - before).toBeLessThan(65)
  })

  it('drops what comes after the end', () => {
    const { source, host } = setUp()
    host[Symbol.dispose]()
    host.handle({ kind: 'input', events: [press] })
    expect(source.typed).toEqual([])
  })
})
