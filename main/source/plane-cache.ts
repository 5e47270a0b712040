// SPDX-License-Identifier: GPL-2.0-or-later
import type { PlaneKind } from '../../core/plane.ts'

/**
 * How many surfaces of each kind stay. QEMU's shared five thrash once a triple-buffered guest animates
 * its cursor; every kind has a budget of its own here.
 */
export const planeBudgets: Readonly<Record<PlaneKind, number>> = {
  primary: 8,
  overlay: 4,
  cursor: 4,
}

type Slot<Value> = { readonly value: Value; lastShown: number }

/**
 * Keeps what belongs to the planes that were shown last, by identity. Owns its values: what is evicted,
 * dropped or replaced is disposed. The shown value of a kind is never evicted.
 */
export class PlaneCache<Value extends Disposable> implements Disposable {
  readonly #slots: Record<PlaneKind, Map<string, Slot<Value>>> = {
    primary: new Map(),
    overlay: new Map(),
    cursor: new Map(),
  }
  readonly #shown = new Map<PlaneKind, string>()
  readonly #budgets: Readonly<Record<PlaneKind, number>>
  readonly #evicted: (value: Value) => void
  #clock = 0
  #hits = 0
  #misses = 0
  #evictions = 0

  /** @param evicted told of every value just before it is disposed */
  constructor(
    budgets: Readonly<Record<PlaneKind, number>> = planeBudgets,
    evicted: (value: Value) => void = () => {},
  ) {
    this.#budgets = budgets
    this.#evicted = evicted
  }

  get(kind: PlaneKind, identity: string): Value | undefined {
    const slot = this.#slots[kind].get(identity)
    if (slot) this.#hits += 1
    else this.#misses += 1
    return slot?.value
  }

  /** The value of that identity under any kind. */
  find(identity: string): Value | undefined {
    for (const slots of Object.values(this.#slots)) {
      const slot = slots.get(identity)
      if (slot) return slot.value
    }
    return undefined
  }

  /** Takes ownership; a value that was there is disposed. Evicts what is then over the budget. */
  add(kind: PlaneKind, identity: string, value: Value): void {
    this.drop(kind, identity)
    this.#slots[kind].set(identity, { value, lastShown: ++this.#clock })
    this.#trim(kind, identity)
  }

  /** Marks what a kind shows now; undefined when nothing. */
  show(kind: PlaneKind, identity: string | undefined): void {
    if (identity === undefined) {
      this.#shown.delete(kind)
      return
    }
    const slot = this.#slots[kind].get(identity)
    if (!slot) throw new Error(`plane cache: ${kind} ${identity} is not here`)
    slot.lastShown = ++this.#clock
    this.#shown.set(kind, identity)
  }

  drop(kind: PlaneKind, identity: string): void {
    const slot = this.#slots[kind].get(identity)
    if (!slot) return
    this.#slots[kind].delete(identity)
    if (this.#shown.get(kind) === identity) this.#shown.delete(kind)
    this.#evicted(slot.value)
    slot.value[Symbol.dispose]()
  }

  /** Everything, most recently shown first. */
  values(): readonly Value[] {
    return Object.values(this.#slots)
      .flatMap((slots) => [...slots.values()])
      .sort((a, b) => b.lastShown - a.lastShown)
      .map((slot) => slot.value)
  }

  get counters(): {
    readonly hits: number
    readonly misses: number
    readonly evictions: number
    readonly held: number
  } {
    const held = Object.values(this.#slots).reduce((sum, slots) => sum + slots.size, 0)
    return { hits: this.#hits, misses: this.#misses, evictions: this.#evictions, held }
  }

  clear(): void {
    for (const kind of ['cursor', 'overlay', 'primary'] as const) {
      for (const identity of [...this.#slots[kind].keys()]) this.drop(kind, identity)
    }
  }

  [Symbol.dispose](): void {
    this.clear()
  }

  #trim(kind: PlaneKind, added: string): void {
    const slots = this.#slots[kind]
    while (slots.size > this.#budgets[kind]) {
      const oldest = [...slots]
        .filter(([identity]) => identity !== added && identity !== this.#shown.get(kind))
        .reduce<[string, Slot<Value>] | undefined>(
          (least, slot) => (least && least[1].lastShown <= slot[1].lastShown ? least : slot),
          undefined,
        )
      if (!oldest) return
      this.drop(kind, oldest[0])
      this.#evictions += 1
    }
  }
}
